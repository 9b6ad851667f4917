"""Table ``Teams``: one partition, so that whose turn it is and who got it are written together."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError
from azure.data.tables import UpdateMode

from shared.domain.absences import Absence
from shared.domain.errors import StaleTeamsError, StorageRefusedError
from shared.ports.teams import Company, StoredTeams, Taken, TurnChange
from shared.storage import team_rows as rows
from shared.storage.account import (
    CHANGED,
    MISSING,
    UNSTORABLE,
    Table,
    error_code,
    unavailable,
)
from shared.storage.keys import AFTER_PREFIX
from shared.storage.readable import all_readable, read_each

STALE = CHANGED | MISSING | {"EntityAlreadyExists"}
ROWS = "the rows of table Teams"

type Operation = tuple[str, rows.Row] | tuple[str, rows.Row, Mapping[str, Any]]


class TableTeams:
    """The port ``Teams`` on Azure Table Storage."""

    def __init__(self, table: Table) -> None:
        """Take the table ``Teams``."""
        self._table = table

    async def read(self) -> StoredTeams:
        """Return turns, absences and who has left, in one range read."""
        found = await self._range(rows.TEAM)
        with all_readable(ROWS):
            return StoredTeams(
                turns={
                    row["team"]: rows.read_turns(row, row.metadata["etag"])
                    for row in _of_kind(found, rows.TURNS)
                },
                absences=list(read_each(_of_kind(found, rows.ABSENCE), rows.read_absence)),
                left=frozenset(read_each(_of_kind(found, rows.LEFT), rows.read_left)),
            )

    async def left(self) -> frozenset[str]:
        """Return who has left."""
        return frozenset(read_each(await self._range(rows.LEFT), rows.read_left))

    async def taken(self, key: str) -> Taken | None:
        """Return who got a lead by this key."""
        row = await self._table.row(rows.PARTITION, rows.taken_key(key))
        with all_readable(ROWS):
            return row and rows.read_taken(row, key, row.metadata["etag"])

    async def company(self, team: str, company_id: str) -> Company | None:
        """Return who holds a company's leads."""
        row = await self._table.row(rows.PARTITION, rows.company_key(team, company_id))
        if row is None:
            return None
        etag = row.metadata["etag"]
        return Company(team=team, company_id=company_id, holder=row["holder"], etag=etag)

    async def commit(self, change: TurnChange) -> None:
        """Write all of the change or nothing."""
        operations = list(_operations(change))
        transaction = partial(self._table.client.submit_transaction, operations)
        try:
            await self._table.run(transaction, expected=STALE | UNSTORABLE)
        except HttpResponseError as error:
            code = error_code(error)
            if code in STALE:
                raise StaleTeamsError(change.taken.key) from error
            if code in UNSTORABLE:
                refused = f"storage refuses the write: {error.status_code} {code}"
                raise StorageRefusedError(refused) from error
            raise unavailable(error) from error

    async def put_absence(self, absence: Absence) -> None:
        """Write an absence."""
        await self._upsert(rows.absence_row(absence))

    async def delete_absences(self, absences: Collection[Absence]) -> None:
        """Delete absences; the SDK takes a row that is not there for deleted."""
        for absence in absences:
            await self._delete(rows.absence_key(absence))

    async def put_left(self, member: str, at: datetime) -> None:
        """Mark a member as one who has left."""
        await self._upsert(rows.left_row(member, at))

    async def delete_left(self, member: str) -> None:
        """Remove that mark."""
        await self._delete(rows.left_key(member))

    async def _range(self, start: str) -> list[Any]:
        query = "PartitionKey eq @teams and RowKey ge @start and RowKey lt @end"
        end = start.removesuffix("|") + AFTER_PREFIX
        parameters = {"teams": rows.PARTITION, "start": start, "end": end}
        return [row async for row in self._table.rows(query, parameters)]

    async def _upsert(self, row: rows.Row) -> None:
        upsert = partial(self._table.client.upsert_entity, row, mode=UpdateMode.MERGE)
        await self._table.run(upsert)

    async def _delete(self, key: str) -> None:
        await self._table.run(partial(self._table.client.delete_entity, rows.PARTITION, key))


def _operations(change: TurnChange) -> Iterator[Operation]:
    yield _guarded(rows.taken_row(change.taken), change.taken.etag)
    for team, stored in change.turns.items():
        yield _guarded(rows.turns_row(team, stored), stored.etag)
    if change.company is not None:
        yield _guarded(rows.company_row(change.company), change.company.etag)


def _guarded(row: rows.Row, etag: str) -> Operation:
    """Return what writes a row as long as it is as it was read."""
    if not etag:
        return "create", row
    guard = {"etag": etag, "match_condition": MatchConditions.IfNotModified}
    return "update", row, {"mode": UpdateMode.MERGE, **guard}


def _of_kind(found: Collection[Any], start: str) -> Iterator[Any]:
    return (row for row in found if row["RowKey"].startswith(start))
