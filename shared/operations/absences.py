"""``leads team away`` and ``back``: when members get no new leads."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.absences import Absence
from shared.domain.fair_turns import take_turn
from shared.domain.rules import Rules, Team
from shared.operations.errors import UsageError
from shared.operations.stores import Stores
from shared.ports.teams import StoredTeams, StoredTurns

KEPT_FOR = timedelta(days=90)
"""How long an absence that is over stays: all of them are read for each new lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberStanding:
    """Somebody of a team, and what keeps them from new leads now or later; ``left`` ends all."""

    team: str
    member: str
    weight: int
    absences: Sequence[Absence]
    left: bool
    next: bool


def member_named(rules: Rules, member: str) -> Team:
    """Return the first team that somebody is in; raise ``UsageError`` naming who there is."""
    if team := rules.team_of(member):
        return team
    known = sorted({one.id for each in rules.teams.values() for one in each.members})
    there = f"the members are: {', '.join(known)}" if known else "no rules with teams are in force"
    raise UsageError(f"{member!r} is in no team; {there}")


async def send_away(stores: Stores, absence: Absence) -> None:
    """Write an absence, and delete those that were over long ago; raise ``UsageError``."""
    now = stores.clock()
    if absence.until_at <= absence.from_at:
        raise UsageError("the absence ends before it begins: FROM comes first, then TO")
    if absence.until_at <= now:
        raise UsageError("the absence is over already: leads that were given stay")
    stored = await stores.teams.read()
    await stores.teams.delete_absences(
        [one for one in stored.absences if one.until_at + KEPT_FOR < now]
    )
    await stores.teams.put_absence(absence)


async def bring_back(stores: Stores, member: str, *, planned: bool) -> Sequence[Absence]:
    """End the absences of now, and cancel those to come if ``planned``; return what ended.

    One who was marked as having left counts as a member again.
    """
    now = stores.clock()
    theirs = [one for one in (await stores.teams.read()).absences if one.member == member]
    running = [one for one in theirs if one.at(now)]
    coming = [one for one in theirs if planned and one.from_at > now]
    for one in running:
        await stores.teams.put_absence(replace(one, until_at=now))
    await stores.teams.delete_absences(coming)
    await stores.teams.delete_left(member)
    return [*running, *coming]


async def standings(stores: Stores, rules: Rules) -> Sequence[MemberStanding]:
    """Return the members of all teams, and who is next for a new lead."""
    stored, now = await stores.teams.read(), stores.clock()
    return [
        MemberStanding(
            team=team.name,
            member=member.id,
            weight=member.weight,
            absences=[a for a in stored.absences if a.member == member.id and a.until_at > now],
            left=member.id in stored.left,
            next=member.id == _next(team, stored, now),
        )
        for team in rules.teams.values()
        for member in team.members
    ]


def _next(team: Team, stored: StoredTeams, now: datetime) -> str:
    members = {m.id: m.weight for m in team.members if m.weight and m.id not in stored.left}
    away = stored.away(now)
    present = {who: weight for who, weight in members.items() if who not in away} or members
    turns = stored.turns.get(team.id, StoredTurns()).new
    return take_turn(turns, present, present).member if present else ""
