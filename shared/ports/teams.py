"""Who takes part in assignment, whose turn it is, and who got which lead: table ``Teams``."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from shared.domain.absences import Absence
from shared.domain.fair_turns import TeamTurns


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTurns:
    """The turns of a team: ``new`` for first owners, ``again`` for leads that lost theirs.

    Reassignments have turns of their own: in one count with new leads, whoever loses overdue leads
    would be given fewer new ones, and then too many. ``etag`` "" is a team without a row;
    ``newer`` is what only a newer version of the app knows in it.
    """

    new: TeamTurns = field(default_factory=TeamTurns)
    again: TeamTurns = field(default_factory=TeamTurns)
    etag: str = ""
    newer: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def of(self, number: int) -> TeamTurns:
        """Return the turns that a lead's assignment of this number counts in, 0 is its first."""
        return self.again if number else self.new

    def counted(self, number: int, turns: TeamTurns) -> "StoredTurns":
        """Return these with other turns for assignments of this number."""
        return replace(self, again=turns) if number else replace(self, new=turns)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTeams:
    """What all teams have stored, as read at one moment."""

    turns: Mapping[str, StoredTurns] = field(default_factory=dict)
    absences: Sequence[Absence] = ()
    left: frozenset[str] = frozenset()

    def away(self, now: datetime) -> frozenset[str]:
        """Return who is away then."""
        return frozenset(absence.member for absence in self.absences if absence.at(now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Who got a lead by one key, why in a word, and how far the turn moved them on."""

    key: str
    team: str
    member: str
    why: str
    cost: int = 0
    etag: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Who holds the leads of a company in a team; ``company_id`` is a hash of its mail domain."""

    team: str
    company_id: str
    holder: str
    etag: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnChange:
    """What one transaction writes. Each row has the ETag that was read, "" if it must be new."""

    taken: Taken
    turns: Mapping[str, StoredTurns] = field(default_factory=dict)
    company: Company | None = None


class Teams(Protocol):
    """Table ``Teams``, one partition."""

    async def read(self) -> StoredTeams:
        """Return turns, absences and who has left, in one read."""

    async def left(self) -> frozenset[str]:
        """Return who has left."""

    async def taken(self, key: str) -> Taken | None:
        """Return who got a lead by this key."""

    async def company(self, team: str, company_id: str) -> Company | None:
        """Return who holds a company's leads."""

    async def commit(self, change: TurnChange) -> None:
        """Write all of the change or nothing.

        Raises ``StorageRefusedError`` for what can't be stored, ``StorageUnavailableError`` if the
        outcome is unknown, and ``StaleTeamsError``, which may be about this very change, since a
        client tries again by itself after a lost answer.
        """

    async def put_absence(self, absence: Absence) -> None:
        """Write an absence; another one of the member with the same start is replaced."""

    async def delete_absences(self, absences: Collection[Absence]) -> None:
        """Delete absences, if they are there."""

    async def put_left(self, member: str, at: datetime) -> None:
        """Mark a member as one who has left."""

    async def delete_left(self, member: str) -> None:
        """Remove that mark, if it is there."""
