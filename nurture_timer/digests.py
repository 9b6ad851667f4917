"""A digest for each team on the morning of a working day, once a day (rule D1)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256

from nurture_timer.announcing import AnnouncingPorts, Sending
from nurture_timer.digest_leads import DigestLeads, Span
from nurture_timer.faults import Faults
from shared.domain.rules import ChannelKind, Rules, Team
from shared.domain.troubles import CLAIM, ID_DIGITS
from shared.domain.working_time import is_working_day
from shared.domain.zones import zone
from shared.notices.overviews import digest
from shared.notices.resolving import Resolved, to_team
from shared.ports.announcing import ToldDigest

FROM_HOUR, TO_HOUR = 8, 12
WEEKEND = (5, 6)
DAY = timedelta(days=1)


async def tell_digests(
    rules: Rules, ports: AnnouncingPorts, sending: Sending, faults: Faults
) -> None:
    """Send the digests whose time it is; one that can't be made keeps no other team waiting."""
    leads = DigestLeads(
        rules=rules,
        leads=ports.leads,
        index=ports.index,
        lists=ports.lists,
        has_time=lambda: sending.has_time_to_read,
    )
    for team in teams_of(rules):
        name = team.id if team else ""
        try:
            await _tell_one(team, rules, leads, ports, sending)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others have theirs
            faults.note(f"team {name or 'of no rule'} has no digest yet", error)


async def _tell_one(
    team: Team | None, rules: Rules, leads: DigestLeads, ports: AnnouncingPorts, sending: Sending
) -> None:
    now = ports.clock()
    to, day = channel_of(rules, team), due_on(team, now)
    if to is None or day is None or not _may_begin(sending, to):
        return
    last = await ports.announcements.digest(team.id if team else "")
    if may_tell(last, day, now):
        await _tell(last, day, team, to, leads, ports, sending)


def _may_begin(sending: Sending, to: Resolved) -> bool:
    """Tell whether there is time to read leads and to send; what is left waits for a sweep."""
    return sending.has_time_to_read and sending.may_reach(to)


def teams_of(rules: Rules) -> Iterator[Team | None]:
    """Yield those who get a digest: every team, and None for leads that a rule gives to none."""
    yield from rules.teams.values()
    if not all(rule.team in rules.teams for rule in rules.rules):
        yield None


def channel_of(rules: Rules, team: Team | None) -> Resolved | None:
    """Return where a team's digest goes; a CRM's tasks are for single leads."""
    to = to_team(rules, team)
    if to is not None and to.channel.kind is ChannelKind.CRM:
        to = to_team(rules, None)
    return None if to is None or to.channel.kind is ChannelKind.CRM else to


def due_on(team: Team | None, now: datetime) -> date | None:
    """Return the team's date if it is a working day between 8 and 12, else None."""
    local = now.astimezone(zone(team.zone if team else "UTC"))
    day = local.date()
    works = (
        is_working_day(team.calendar, day)
        if team and team.calendar
        else day.weekday() not in WEEKEND
    )
    return day if works and FROM_HOUR <= local.hour < TO_HOUR else None


def may_tell(last: ToldDigest, day: date, now: datetime) -> bool:
    """Tell whether a day is later than that of the last digest, and nobody is sending it."""
    held = last.claim_ends_at is not None and now < last.claim_ends_at
    return not held and (last.day is None or last.day < day)


async def _tell(  # noqa: PLR0913, PLR0917 - what was decided, and what it takes
    last: ToldDigest,
    day: date,
    team: Team | None,
    to: Resolved,
    leads: DigestLeads,
    ports: AnnouncingPorts,
    sending: Sending,
) -> None:
    now = ports.clock()
    claim = replace(last, claim_id=ports.new_id(), claim_ends_at=now + CLAIM)
    mine = await ports.announcements.put_digest(claim)
    if mine is None:
        return
    facts = await leads.facts(team, Span(since=last.told_at or now - DAY, at=now))
    if await sending.send(digest(_message_id(last.team, day), facts), to):
        sent = replace(mine, day=day, told_at=now, claim_id="", claim_ends_at=None)
        await ports.announcements.put_digest(sent)


def _message_id(team: str, day: date) -> str:
    return sha256(f"digest|{team}|{day}".encode()).hexdigest()[:ID_DIGITS]
