"""``leads export`` and ``leads import``: every row of our tables, as JSON Lines.

A line is ``{"table": "Leads", "row": {…}}``. Text, truth values and numbers stand as they are,
other types of Table Storage as ``{"binary": base64}``, ``{"int64": digits}``, ``{"guid": text}`` or
``{"datetime": ISO}``. Importing replaces rows of the same keys.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID

from azure.data.tables import EdmType, EntityProperty, UpdateMode

from cli.desk import Desk
from cli.errors import RefusedError, UsageError
from shared.setting_types import OWN_TABLES
from shared.storage.keys import text_time
from shared.storage.lead_id_secret import KEY as SECRET_KEY
from shared.storage.lead_id_secret import LeadIdSecret
from shared.storage.lead_rows import LEAD_ROW

LEADS = "Leads"

MOST_OPERATIONS = 100
MOST_BYTES = 3_000_000
"""A transaction of Table Storage takes 100 operations and 4 MiB."""

AT_A_TIME = 16
MOST_TOLD = 5

TYPES: dict[str, Callable[[str], object]] = {
    "binary": partial(base64.b64decode, validate=True),
    "int64": lambda digits: EntityProperty(int(digits), EdmType.INT64),
    "guid": UUID,
    "datetime": datetime.fromisoformat,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of an export, and how long its line is in bytes."""

    table: str
    row: dict[str, Any]
    size: int

    @property
    def partition(self) -> tuple[str, str]:
        """Return what rows must share to be written together."""
        return self.table, str(self.row["PartitionKey"])


async def export(desk: Desk) -> AsyncIterator[str]:
    """Yield every row of our tables as a line; leads before the index, whose rows are older."""
    for name in OWN_TABLES:
        async for row in desk.table(name).rows("", {}):
            columns = {column: _to_json(value) for column, value in row.items()}
            yield json.dumps({"table": name, "row": columns}, ensure_ascii=False)


async def check(desk: Desk, lines: Iterable[bytes]) -> int:
    """Return how many rows an export holds, before anything of it is written.

    Raises ``UsageError`` naming lines that are none of an export, and ``RefusedError`` if the
    tables hold leads whose ids were made with another secret: no customer would be known any more.
    """
    rows = 0
    wrong: list[str] = []
    secret = ""
    for number, text in enumerate(lines, start=1):
        try:
            line = _line(text)
        except ValueError as error:
            wrong.append(f"line {number} is no row of an export: {error}")
            continue
        rows += 1
        if line.partition == (LEADS, SECRET_KEY):
            secret = str(line.row.get("secret"))
    if wrong:
        more = f"\nand {len(wrong) - MOST_TOLD:,} more" if len(wrong) > MOST_TOLD else ""
        raise UsageError("\n".join(wrong[:MOST_TOLD]) + more)
    stored = await LeadIdSecret(desk.table(LEADS)).read()
    if stored and secret and stored != secret.encode():
        raise RefusedError(
            "the tables hold leads whose ids were made with another secret: import into empty"
            " tables, or set TABLE_PREFIX to begin with new ones"
        )
    return rows


async def restore(desk: Desk, lines: Iterable[bytes], written: Callable[[int], None]) -> None:
    """Write the rows of an export that was checked, and tell ``written`` how many each time.

    What the sweep goes by is made sure of: it may have moved while the export was made.
    """
    turns = asyncio.Semaphore(AT_A_TIME)

    async def write(table: str, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            if due_at := _due_at(table, row):
                await desk.index.put_due(row["PartitionKey"], due_at)
        operations = [("upsert", row, {"mode": UpdateMode.REPLACE}) for row in rows]
        client = desk.table(table)
        await client.run(partial(client.client.submit_transaction, operations))
        written(len(rows))

    async with asyncio.TaskGroup() as group:
        for table, rows in _transactions(lines):
            await turns.acquire()
            task = group.create_task(write(table, rows))
            task.add_done_callback(lambda _: turns.release())


def _due_at(table: str, row: dict[str, Any]) -> datetime | None:
    is_lead = table == LEADS and row["RowKey"] == LEAD_ROW
    return text_time(str(row.get("next_due_at") or "")) if is_lead else None


def _transactions(lines: Iterable[bytes]) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    """Group rows that stand together in one partition."""
    for (table, _), together in groupby(map(_line, lines), key=lambda line: line.partition):
        for some in _fitting(together):
            yield table, some


def _fitting(lines: Iterable[Line]) -> Iterable[list[dict[str, Any]]]:
    some: list[dict[str, Any]] = []
    taken = 0
    for line in lines:
        if some and (len(some) == MOST_OPERATIONS or taken + line.size > MOST_BYTES):
            yield some
            some, taken = [], 0
        some.append(line.row)
        taken += line.size
    if some:
        yield some


def _line(text: bytes) -> Line:
    """Return the row of a line; raise ``ValueError`` saying why it is none."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("no JSON") from None
    match given:
        case {"table": str() as table, "row": {"PartitionKey": str(), "RowKey": str()} as columns}:
            if table not in OWN_TABLES:
                raise ValueError(f"no table of ours: {table!r}")
            row = {column: _from_json(column, value) for column, value in columns.items()}
            return Line(table=table, row=row, size=len(text))
        case _:
            raise ValueError("no table, or no row with its two keys")


def _to_json(value: object) -> object:
    match value:
        case bytes():
            return {"binary": base64.b64encode(value).decode()}
        case EntityProperty():
            return {"int64": str(value.value)}
        case UUID():
            return {"guid": str(value)}
        case datetime():
            return {"datetime": value.isoformat()}
        case _:
            return value


def _from_json(column: str, value: object) -> object:
    match value:
        case dict() if len(value) == 1:
            [(kind, text)] = value.items()
            try:
                return TYPES[kind](text)
            except (KeyError, ValueError, TypeError):
                raise ValueError(f"column {column} is of no type of Table Storage") from None
        case dict() | list() | None:
            raise ValueError(f"column {column} is of no type of Table Storage")
        case _:
            return value
