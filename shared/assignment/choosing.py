"""Choose who gets a lead, and what is written then. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.domain.fair_turns import TeamTurns, give_back, of_members, take_turn
from shared.domain.rules import Team
from shared.ports.teams import Company, StoredTeams, StoredTurns, Taken, TurnChange


class Why(StrEnum):
    """Why a lead goes to somebody."""

    TURN = "by turns"
    SAME_COMPANY = "same company"
    ALL_AWAY = "by turns, all are away"
    NOBODY = "nobody is left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A lead that needs an owner, from a team.

    ``number`` is 0 for its first and counts reassignments. ``owner`` is who has it now and loses
    it; ``had`` are those who had it since it was due, and get it only if there are no others.
    ``company_id`` is "" where leads of one company may go to several.
    """

    lead_id: str
    team: str
    number: int = 0
    owner: str = ""
    had: frozenset[str] = frozenset()
    company_id: str = ""

    @property
    def key(self) -> str:
        """Return what has one turn."""
        return f"{self.lead_id}|{self.number}" if self.number else self.lead_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Who owns a lead now, "" if nobody can, in which team, and why; ``cost`` 0 took no turn."""

    member: str
    team: str
    why: Why
    cost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An assignment, and what must be written before it counts; None if it stands already."""

    assignment: Assignment
    change: TurnChange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was read to decide on one lead."""

    teams: StoredTeams
    taken: Taken | None = None
    company: Company | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """Who shares a team's leads now, and who of them may get this one."""

    present: Mapping[str, int]
    candidates: Collection[str]
    all_away: bool = False


def choose(need: Need, teams: Mapping[str, Team], found: Found, now: datetime) -> Choice:
    """Return who gets a lead: who got it before, the company's holder, or whose turn it is."""
    away = found.teams.away(now)
    members = _members(teams.get(need.team), found.teams.left)
    pool = _pool(need, members, away)
    if found.taken is not None and _stands(need, teams, found, pool, away):
        return Choice(assignment=_before(found.taken))
    if not pool.candidates:
        nobody = Assignment(member="", team=need.team, why=Why.NOBODY)
        return Choice(assignment=nobody)
    rows = _given_back(need, found)
    company = found.company
    if company is not None and not pool.all_away and company.holder in pool.candidates:
        same = Assignment(member=company.holder, team=need.team, why=Why.SAME_COMPANY)
        return _choice(need, found, same, rows, company)
    stored = rows.get(need.team) or found.teams.turns.get(need.team) or StoredTurns()
    turn = take_turn(stored.of(need.number), pool.present, pool.candidates)
    there = _team(stored, need, turn.turns, teams[need.team])
    rows = {**rows, need.team: there}
    why = Why.ALL_AWAY if pool.all_away else Why.TURN
    chosen = Assignment(member=turn.member, team=need.team, why=why, cost=turn.cost)
    return _choice(need, found, chosen, rows, _held(need, company, turn.member, members))


def _team(stored: StoredTurns, need: Need, turns: TeamTurns, team: Team) -> StoredTurns:
    """Return the turns after one; whom the rules name no longer may lose their place."""
    ids = {one.id for one in team.members}
    after = stored.counted(need.number, turns)
    return replace(after, new=of_members(after.new, ids), again=of_members(after.again, ids))


def _members(team: Team | None, left: Collection[str]) -> Mapping[str, int]:
    """Return the weights of a team's members; one with weight 0 gets no leads."""
    of_team = team.members if team else ()
    return {one.id: one.weight for one in of_team if one.weight > 0 and one.id not in left}


def _pool(need: Need, members: Mapping[str, int], away: Collection[str]) -> Pool:
    present = {who: weight for who, weight in members.items() if who not in away}
    there = present.keys() - {need.owner}
    if there:
        return Pool(present, there - need.had or there)
    return Pool(members, members.keys() - {need.owner}, all_away=True)


def _stands(
    need: Need, teams: Mapping[str, Team], found: Found, pool: Pool, away: Collection[str]
) -> bool:
    """Tell whether who got the lead by this key can still have it."""
    taken = found.taken
    if taken is None or taken.member == need.owner:
        return False
    if taken.member not in _members(teams.get(taken.team), found.teams.left):
        return False
    return taken.member not in away or (pool.all_away and taken.team == need.team)


def _before(taken: Taken) -> Assignment:
    why = Why(taken.why) if taken.why in Why else Why.TURN
    return Assignment(member=taken.member, team=taken.team, why=why, cost=taken.cost)


def _given_back(need: Need, found: Found) -> Mapping[str, StoredTurns]:
    """Return the turns of the team that somebody took one of who can't have the lead now."""
    taken = found.taken
    stored = found.teams.turns.get(taken.team) if taken else None
    if taken is None or stored is None or not taken.cost:
        return {}
    back = give_back(stored.of(need.number), taken.member, taken.cost)
    return {taken.team: stored.counted(need.number, back)}


def _held(
    need: Need, company: Company | None, chosen: str, members: Collection[str]
) -> Company | None:
    """Return who holds the company from now on: who does, as long as they are in the team."""
    if not need.company_id:
        return None
    if company is None:
        return Company(team=need.team, company_id=need.company_id, holder=chosen)
    return company if company.holder in members else replace(company, holder=chosen)


def _choice(
    need: Need,
    found: Found,
    chosen: Assignment,
    rows: Mapping[str, StoredTurns],
    company: Company | None,
) -> Choice:
    taken = Taken(
        key=need.key,
        team=chosen.team,
        member=chosen.member,
        why=chosen.why.value,
        cost=chosen.cost,
        etag=found.taken.etag if found.taken else "",
    )
    return Choice(assignment=chosen, change=TurnChange(taken=taken, turns=rows, company=company))
