"""Every row of our tables, out and in again.

Text, truth values and numbers are themselves in JSON, other types of Table Storage are
``{"binary": base64}``, ``{"int64": digits}``, ``{"guid": text}`` or ``{"datetime": ISO}``.
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from azure.data.tables import EdmType, EntityProperty, UpdateMode

from shared.domain.schedule import next_look_at, sooner
from shared.ports.reading import BackupRow, Json
from shared.setting_types import OWN_TABLES
from shared.storage.account import Table, at_most
from shared.storage.keys import text_time, time_text
from shared.storage.lead_id_secret import KEY as SECRET_KEY
from shared.storage.lead_id_secret import LeadIdSecret
from shared.storage.lead_rows import (
    DELIVERY_ROW,
    LEAD_ROW,
    NOTICE_ROW,
    check_schema,
    read_delivery,
    read_lead,
    read_notice,
)
from shared.storage.readable import FAULTS

LEADS = "Leads"

DATA = {LEADS: f"RowKey ne '{SECRET_KEY}'", "Quarantine": "", "Outbox": ""}
"""Where data of people is, and how it is told from our own rows."""

TYPES: dict[str, Callable[[str], object]] = {
    "binary": partial(base64.b64decode, validate=True),
    "int64": lambda digits: EntityProperty(int(digits), EdmType.INT64),
    "guid": UUID,
    "datetime": datetime.fromisoformat,
}


class TableBackup:
    """The port ``Backup`` on Azure Table Storage."""

    def __init__(self, table: Callable[[str], Table]) -> None:
        """Take how a table is opened by its name without the prefix."""
        self._table = table

    async def exists(self) -> bool:
        """Tell whether any of our tables is there."""
        found = await asyncio.gather(*(self._table(name).exists() for name in OWN_TABLES))
        return any(found)

    async def leads_there(self) -> bool:
        """Tell whether our tables hold a lead, a body or a push, beside the sweep's own rows."""
        return any([await self._holds(name, query) for name, query in DATA.items()])

    async def _holds(self, name: str, query: str) -> bool:
        found = self._table(name).rows(query, {}, select=["RowKey"], results_per_page=1)
        return bool([row async for row in at_most(1, found)])

    async def rows(self) -> AsyncIterator[BackupRow]:
        """Yield every row; leads before the index, whose rows are older."""
        for name in OWN_TABLES:
            async for row in self._table(name).rows("", {}):
                yield BackupRow(table=name, columns={c: _to_json(v) for c, v in row.items()})

    def fault(self, row: BackupRow) -> str:
        """Return why a row can't be one of ours, "" if it can."""
        if row.table not in OWN_TABLES:
            return f"{row.table!r} is not a table of the app"
        try:
            _columns(row)
        except ValueError as error:
            return str(error)
        return ""

    def secret(self, row: BackupRow) -> bytes:
        """Return the secret of lead ids if the row is the one that holds it, b"" if not."""
        holds = row.partition == (LEADS, SECRET_KEY)
        return str(row.columns.get("secret")).encode() if holds else b""

    async def stored_secret(self) -> bytes:
        """Return the secret that is stored now, b"" if there is none."""
        return await LeadIdSecret(self._table(LEADS)).read()

    def is_lead(self, row: BackupRow) -> bool:
        """Tell whether the row is that of a lead; the rows of its deliveries come after it."""
        return row.table == LEADS and row.columns["RowKey"] == LEAD_ROW

    def with_look(self, rows: Sequence[BackupRow], now: datetime) -> Sequence[BackupRow]:
        """Return rows of one partition, with a time to look at the lead if it needs one."""
        lead = next((row for row in rows if self.is_lead(row)), None)
        if lead is None or _is_newer(lead):
            return rows
        look_at = _look_at(lead, rows, now)
        if look_at is None:
            return rows
        found = replace(lead, columns={**lead.columns, "next_due_at": time_text(look_at)})
        return [found if row is lead else row for row in rows]

    def due_at(self, row: BackupRow, now: datetime) -> tuple[str, datetime] | None:
        """Return lead id and time if the row is a lead that the sweep must look at."""
        at = _own_look(row, now) if self.is_lead(row) else None
        return (str(row.columns["PartitionKey"]), at) if at else None

    async def write(self, rows: Sequence[BackupRow]) -> None:
        """Replace rows of one partition, 100 at most and 3 MB, in one transaction."""
        operations = [("upsert", _columns(row), {"mode": UpdateMode.REPLACE}) for row in rows]
        table = self._table(rows[0].table)
        await table.run(partial(table.client.submit_transaction, operations))


def _is_newer(row: BackupRow) -> bool:
    try:
        check_schema(_columns(row))
    except FAULTS:
        return True
    return False


def _own_look(lead: BackupRow, now: datetime) -> datetime | None:
    """Return when the row says to look at the lead: now if it says nothing that is a time."""
    try:
        at = text_time(str(lead.columns["next_due_at"]))
        return at and at.astimezone(UTC)
    except (LookupError, ValueError, OverflowError):
        return now


def _look_at(lead: BackupRow, rows: Sequence[BackupRow], now: datetime) -> datetime | None:
    own = _own_look(lead, now)
    try:
        return sooner(own, _needed_look(lead, rows, now))
    except FAULTS:
        return own  # a newer version knows what else there is to do


def _needed_look(lead: BackupRow, rows: Sequence[BackupRow], now: datetime) -> datetime | None:
    deliveries = [read_delivery(row) for row in _checked(DELIVERY_ROW, rows)]
    notices = [read_notice(row) for row in _checked(NOTICE_ROW, rows)]
    read = read_lead({**_columns(lead), "next_due_at": ""})
    return next_look_at(read, deliveries, now, notices=notices)


def _checked(kind: str, rows: Sequence[BackupRow]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a kind; raise ``ValueError`` if only a newer version can read one."""
    for row in rows:
        if str(row.columns["RowKey"]).startswith(kind):
            found = _columns(row)
            check_schema(found)
            yield found


def _columns(row: BackupRow) -> dict[str, Any]:
    return {column: _from_json(column, value) for column, value in row.columns.items()}


def _to_json(value: object) -> Json:
    match value:
        case bytes():
            return {"binary": base64.b64encode(value).decode()}
        case EntityProperty():
            return {"int64": str(value.value)}
        case UUID():
            return {"guid": str(value)}
        case datetime():
            return {"datetime": value.isoformat()}
        case str() | int() | float() | None:
            return value
        case _:
            raise TypeError(f"a column of a type that no table of ours has: {type(value)}")


def _from_json(column: str, value: object) -> object:
    match value:
        case Mapping() if len(value) == 1:
            [(kind, text)] = value.items()
            try:
                return TYPES[kind](text)
            except (KeyError, ValueError, TypeError):
                raise ValueError(f"column {column} is of no type of Table Storage") from None
        case Mapping() | list() | None:
            raise ValueError(f"column {column} is of no type of Table Storage")
        case _:
            return value
