"""The leads of a digest, read by the index: so many at most, and the rest only counted."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from nurture_timer.announcing import read_known
from shared.domain.delivery import Delivery
from shared.domain.follow_up import FollowUpState
from shared.domain.identity import answerable
from shared.domain.lead import Lead
from shared.domain.planning import owner_name, team_of
from shared.domain.rules import Rules, Team
from shared.domain.zones import zone
from shared.notices.facts import DigestFacts, LeadLine, Lines
from shared.ports.index import LeadIndex
from shared.ports.leads import LeadStore, StoredLead
from shared.ports.reading import LeadLists, Listing

MOST_READ = 200
"""New and overdue leads that are read, each."""

MOST_COUNTED = 2_000
MOST_DUE = 10_000
"""Leads that the sweep looks at today: all are read, to tell which must be answered today."""

AT_A_TIME = 16
WITHOUT_TEAM = "Leads without a team"
EVERYBODY = "All leads"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Since when leads are new, and which moment it is."""

    since: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLeads:
    """Reads leads for the digests of one sweep, each once; ``has_time`` says that it may go on."""

    rules: Rules
    leads: LeadStore
    index: LeadIndex
    lists: LeadLists
    has_time: Callable[[], bool] = lambda: True
    known: dict[str, StoredLead | None] = field(default_factory=dict)

    async def facts(self, team: Team | None, span: Span) -> DigestFacts:
        """Return what a team is told; None is for the leads of no team."""
        recent = await _first(self.lists.ids(Listing.RECENT, since=span.since))
        overdue = await _first(self.lists.ids(Listing.OVERDUE))
        ends_at = _end_of_day(team, span.at)
        rows = await self.index.due(ends_at, limit=MOST_DUE)
        due = list(dict.fromkeys(row.lead_id for row in rows))
        came = await self._of(team, recent[:MOST_READ])
        contacted = [one for one in came if not one.lead.do_not_contact]
        reachable = [one for one in contacted if answerable(one.lead.contact)]
        late = [
            one
            for one in await self._of(team, overdue[:MOST_READ])
            if _is_overdue(one.lead, span.at)
        ]
        soon = [one for one in await self._of(team, due) if _is_due(one.lead, span.at, ends_at)]
        return DigestFacts(
            team=team.name if team else WITHOUT_TEAM if self.rules.teams else EVERYBODY,
            at=span.at,
            zone=zone(team.zone if team else "UTC"),
            new=self._lines(reachable),
            due_today=self._lines(soon),
            overdue=self._lines(late),
            do_not_contact=self._lines([one for one in came if one.lead.do_not_contact]),
            unanswerable=len(contacted) - len(reachable),
            uncounted=sum(lead_id not in self.known for lead_id in {*recent, *overdue, *due}),
        )

    async def _of(self, team: Team | None, ids: Sequence[str]) -> list[StoredLead]:
        """Read leads while there is time, and return those that are a team's."""
        found = [await self.known_or_read(part) for part in _parts(ids) if self.has_time()]
        return [
            stored
            for part in found
            for stored in part
            if not stored.lead.test and not stored.lead.merged_into and self._is_of(team, stored)
        ]

    async def known_or_read(self, ids: Sequence[str]) -> list[StoredLead]:
        """Return leads, side by side; those that are not there are left out."""
        new = [lead_id for lead_id in ids if lead_id not in self.known]
        read = await asyncio.gather(*(read_known(self.leads, lead_id) for lead_id in new))
        self.known.update(zip(new, read, strict=True))
        return [stored for lead_id in ids if (stored := self.known[lead_id])]

    def _is_of(self, team: Team | None, stored: StoredLead) -> bool:
        follows_up = team_of(self.rules, stored.lead)
        return (follows_up.id if follows_up else "") == (team.id if team else "")

    def _lines(self, found: Sequence[StoredLead]) -> Lines:
        lines = [self._line(stored.lead, stored.deliveries) for stored in found]
        by_owner = sorted(lines, key=lambda line: (line.owner, line.due_at is None, line.due_at))
        return Lines(leads=tuple(by_owner), total=len(lines))

    def _line(self, lead: Lead, deliveries: Mapping[str, Delivery]) -> LeadLine:
        newest = max(lead.interests, key=lambda interest: interest.first, default=None)
        return LeadLine(
            contact=lead.contact,
            lead_id=lead.lead_id,
            offer=(newest.offer_title or newest.offer) if newest else "",
            owner=owner_name(self.rules, lead),
            due_at=lead.follow_up.due_at,
            record_url=next((d.record.url for d in deliveries.values() if d.record), ""),
        )


def _is_overdue(lead: Lead, now: datetime) -> bool:
    clock = lead.follow_up
    late = clock.due_at is not None and clock.due_at <= now
    waits = clock.state is FollowUpState.WAITING and answerable(lead.contact)
    return clock.state is FollowUpState.OVERDUE or (waits and late)


def _is_due(lead: Lead, now: datetime, ends_at: datetime) -> bool:
    clock = lead.follow_up
    today = clock.due_at is not None and now < clock.due_at <= ends_at
    return clock.state is FollowUpState.WAITING and today and answerable(lead.contact)


def _end_of_day(team: Team | None, now: datetime) -> datetime:
    local = now.astimezone(zone(team.zone if team else "UTC"))
    return datetime.combine(local.date() + DAY, time(), local.tzinfo)


async def _first(ids: AsyncIterator[str]) -> list[str]:
    found: list[str] = []
    async for lead_id in ids:
        found.append(lead_id)
        if len(found) == MOST_COUNTED:
            break
    return found


def _parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + AT_A_TIME] for start in range(0, len(ids), AT_A_TIME))
