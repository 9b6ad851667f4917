"""The port ``Teams`` in memory, which behaves as table ``Teams`` does."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.domain.absences import Absence
from shared.domain.errors import StaleTeamsError
from shared.ports.teams import Company, StoredTeams, StoredTurns, Taken, TurnChange
from tests.fakes import Gate, open_gate


@dataclass
class FakeTeams:
    """Turns in memory; each request passes the gate before it is done and after."""

    gate: Gate = open_gate
    turns: dict[str, StoredTurns] = field(default_factory=dict)
    absences: dict[tuple[str, datetime], Absence] = field(default_factory=dict)
    leavers: dict[str, datetime] = field(default_factory=dict)
    takings: dict[str, Taken] = field(default_factory=dict)
    companies: dict[tuple[str, str], Company] = field(default_factory=dict)
    written: int = 0

    async def read(self) -> StoredTeams:
        await self.gate("teams.read")
        return StoredTeams(
            turns=dict(self.turns),
            absences=[self.absences[key] for key in sorted(self.absences)],
            left=frozenset(self.leavers),
        )

    async def left(self) -> frozenset[str]:
        await self.gate("teams.left")
        return frozenset(self.leavers)

    async def taken(self, key: str) -> Taken | None:
        await self.gate("teams.taken")
        return self.takings.get(key)

    async def company(self, team: str, company_id: str) -> Company | None:
        await self.gate("teams.company")
        return self.companies.get((team, company_id))

    async def commit(self, change: TurnChange) -> None:
        await self.gate("teams.commit")
        self._commit(change)
        await self.gate("teams.committed")

    def _commit(self, change: TurnChange) -> None:
        taken, company = change.taken, change.company
        fresh = [_is(taken, self.takings.get(taken.key))]
        fresh += [_is(row, self.turns.get(team)) for team, row in change.turns.items()]
        if company is not None:
            fresh.append(_is(company, self.companies.get((company.team, company.company_id))))
        if not all(fresh):
            raise StaleTeamsError(taken.key)
        self.written += 1
        etag = str(self.written)
        self.takings[taken.key] = replace(taken, etag=etag)
        self.turns |= {team: replace(row, etag=etag) for team, row in change.turns.items()}
        if company is not None:
            self.companies[company.team, company.company_id] = replace(company, etag=etag)

    async def put_absence(self, absence: Absence) -> None:
        await self.gate("teams.put_absence")
        self.absences[absence.member, absence.from_at] = absence

    async def delete_absences(self, absences: Collection[Absence]) -> None:
        await self.gate("teams.delete_absences")
        for absence in absences:
            self.absences.pop((absence.member, absence.from_at), None)

    async def put_left(self, member: str, at: datetime) -> None:
        await self.gate("teams.put_left")
        self.leavers[member] = at

    async def delete_left(self, member: str) -> None:
        await self.gate("teams.delete_left")
        self.leavers.pop(member, None)


def _is[T: (Taken, StoredTurns, Company)](row: T, stored: T | None) -> bool:
    return row.etag == (stored.etag if stored else "")
