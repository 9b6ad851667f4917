"""Whose turn it is in a team: everybody's share by weight, nobody far ahead or behind. Pure.

It is EEVDF (earliest eligible virtual deadline first, Stoica and Abdel-Wahab 1995), in whole
numbers. A turn moves a member on by 1/weight; all positions are multiples of 1/2520, which every
weight from 1 to 10 divides. Who is not past the mean position is eligible, and of these the one
gets the turn whom it would leave furthest behind.

While the same members take part from the start, nobody is a whole turn from the exact share. Who
comes back stands as far from the mean as when they went, see decision record 0023.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

MOST_STANDINGS = 300
"""As many as a team has members at most, of 100 characters each: a column holds 32 K."""

UNIT = 2520
"""The least common multiple of all weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a member stands. ``away`` is how far from the mean they were when they went, if so."""

    at: int
    weight: int
    away: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamTurns:
    """Where everybody stands who has ever taken part, by member, as far as there is room."""

    standings: Mapping[str, Standing] = field(default_factory=dict)

    def owed(self) -> Mapping[str, Fraction]:
        """Return how many turns each of those who take part is behind, those ahead below 0."""
        active = _active(self.standings)
        weights = sum(s.weight for s in active.values())
        mean = Fraction(_weighed(active), weights or 1)
        return {who: (mean - s.at) * s.weight / UNIT for who, s in active.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Who got a turn, what it cost them, and where everybody stands then."""

    member: str
    cost: int
    turns: TeamTurns


def take_turn(turns: TeamTurns, present: Mapping[str, int], candidates: Collection[str]) -> Turn:
    """Give one of the candidates a turn.

    ``present`` has the weights of all who share the leads now, at least one. The candidates are
    some of them: who may not get this one lead keeps their place.
    """
    standings = _with_present(turns.standings, present)
    mean = _mean(_active(standings))

    def order(who: str) -> tuple[bool, int, str]:
        return standings[who].at > mean, standings[who].at + _step(standings[who]), who

    member = min(candidates, key=order)
    cost = _step(standings[member])
    return Turn(member=member, cost=cost, turns=_moved(standings, member, cost))


def of_members(turns: TeamTurns, members: Collection[str]) -> TeamTurns:
    """Return the turns, without those who have left the team where there is no room for all."""
    if len(turns.standings) <= MOST_STANDINGS:
        return turns
    standings = turns.standings.items()
    return TeamTurns(standings={who: each for who, each in standings if who in members})


def give_back(turns: TeamTurns, member: str, cost: int) -> TeamTurns:
    """Undo a turn of a member, wherever they are by now."""
    if member not in turns.standings:
        return turns
    return _moved(turns.standings, member, -cost)


def _moved(standings: Mapping[str, Standing], who: str, by: int) -> TeamTurns:
    one = standings[who]
    moved = replace(one, at=one.at + by) if one.away is None else replace(one, away=one.away + by)
    return TeamTurns(standings={**standings, who: moved})


def _with_present(
    standings: Mapping[str, Standing], present: Mapping[str, int]
) -> Mapping[str, Standing]:
    """Take note of who went and who is new, came back or has another weight."""
    before = _active(standings)
    mean = _mean(before)
    staying = {who: s for who, s in before.items() if present.get(who) == s.weight}
    gone = {who: replace(s, away=s.at - mean) for who, s in before.items() if who not in present}
    distances = {
        who: _distance(standings.get(who), weight)
        for who, weight in present.items()
        if who not in staying
    }
    start = _start(staying, present, distances) if staying and distances else mean
    joining = {
        who: Standing(at=start + distance, weight=present[who])
        for who, distance in distances.items()
    }
    return {**standings, **gone, **joining}


def _distance(before: Standing | None, weight: int) -> int:
    """Return how far from the mean one starts: one turn at most, 0 if new or of a new weight."""
    if before is None or before.away is None or before.weight != weight:
        return 0
    most = _step(before)
    return max(-most, min(most, before.away))


def _start(
    staying: Mapping[str, Standing], present: Mapping[str, int], distances: Mapping[str, int]
) -> int:
    """Return from where the distances of those who join count.

    That is the mean that there will be, so that a change moves nobody; but where many come back at
    once who are behind, nobody who stayed is put further than a turn ahead of the mean by it.
    """
    weights = sum(s.weight for s in staying.values())
    joining = sum(present[who] for who in distances)
    shift = sum(present[who] * distance for who, distance in distances.items())
    mean, whole = _mean(staying), _weighed(staying) + shift
    least = min(mean, max(s.at - _step(s) for s in staying.values()))
    most = max(mean, min(s.at + _step(s) for s in staying.values()))
    then = max(least, min(most, whole // weights))
    return (then * (weights + joining) - whole) // joining


def _active(standings: Mapping[str, Standing]) -> Mapping[str, Standing]:
    return {who: s for who, s in standings.items() if s.away is None}


def _mean(standings: Mapping[str, Standing]) -> int:
    """Return the mean position by weight, rounded down; 0 of nobody."""
    return _weighed(standings) // (sum(s.weight for s in standings.values()) or 1)


def _weighed(standings: Mapping[str, Standing]) -> int:
    return sum(s.weight * s.at for s in standings.values())


def _step(standing: Standing) -> int:
    return UNIT // standing.weight
