"""``leads export`` and ``leads import``: every row of our tables, as JSON Lines.

A line is ``{"table": "Leads", "row": {…}}``. Text, truth values and 32-bit numbers stand as they
are, other types of Table Storage as ``{"binary": base64}``, ``{"int64": digits}`` or
``{"datetime": ISO}``. Importing replaces rows of the same keys.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from azure.data.tables import EdmType, EntityProperty, UpdateMode

from ops.errors import RefusedError, UsageError
from shared import bootstrap
from shared.adapters.azure_storage.lead_id_secret import KEY as SECRET_KEY
from shared.adapters.azure_storage.lead_id_secret import LeadIdSecret

TABLES = ("Leads", "LeadIndex", "Quarantine", "Outbox")

MOST_OPERATIONS = 100
MOST_BYTES = 3_000_000
"""A transaction of Table Storage takes 100 operations and 4 MiB."""

AT_A_TIME = 16


async def export() -> AsyncIterator[str]:
    """Yield every row of our tables as a line."""
    for name in TABLES:
        async for row in bootstrap.table(name).rows("", {}):
            columns = {column: _to_json(value) for column, value in row.items()}
            yield json.dumps({"table": name, "row": columns}, ensure_ascii=False)


async def restore(lines: Iterable[str], written: Callable[[int], None]) -> None:
    """Write the rows of an export, side by side; tell ``written`` how many, time and again.

    Raises ``UsageError`` for a line that is none of an export, and ``RefusedError`` if the tables
    hold leads whose ids were made with another secret: no customer would be known any more.
    """
    turns = asyncio.Semaphore(AT_A_TIME)

    async def write(table: str, rows: list[dict[str, Any]]) -> None:
        async with turns:
            operations = [("upsert", row, {"mode": UpdateMode.REPLACE}) for row in rows]
            client = bootstrap.table(table)
            await client.run(partial(client.client.submit_transaction, operations))
            written(len(rows))

    async with asyncio.TaskGroup() as group:
        for table, rows in _transactions(lines):
            for row in rows:
                if row["PartitionKey"] == SECRET_KEY:
                    await _compare_secret(str(row["secret"]))
            group.create_task(write(table, rows))
            await asyncio.sleep(0)


async def _compare_secret(imported: str) -> None:
    stored = await LeadIdSecret(bootstrap.table("Leads")).read()
    if stored and stored != imported.encode():
        raise RefusedError(
            "the tables hold leads whose ids were made with another secret: import into empty"
            " tables, or set TABLE_PREFIX to begin with new ones"
        )


def _transactions(lines: Iterable[str]) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    """Group rows that stand together in one partition."""
    rows = (_row(number, line) for number, line in enumerate(lines, start=1) if line.strip())
    for (table, _), together in groupby(rows, key=lambda one: (one[0], one[1]["PartitionKey"])):
        for some in _fitting(together):
            yield table, some


def _fitting(rows: Iterable[tuple[str, dict[str, Any], int]]) -> Iterable[list[dict[str, Any]]]:
    some: list[dict[str, Any]] = []
    taken = 0
    for _, row, size in rows:
        if some and (len(some) == MOST_OPERATIONS or taken + size > MOST_BYTES):
            yield some
            some, taken = [], 0
        some.append(row)
        taken += size
    if some:
        yield some


def _row(number: int, line: str) -> tuple[str, dict[str, Any], int]:
    try:
        given = json.loads(line)
        row = {column: _from_json(value) for column, value in given["row"].items()}
        table = TABLES[TABLES.index(given["table"])]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"line {number} is no row of an export: {type(error).__name__}") from None
    return table, row, len(line)


def _to_json(value: object) -> object:
    match value:
        case bytes():
            return {"binary": base64.b64encode(value).decode()}
        case EntityProperty():
            return {"int64": str(value.value)}
        case datetime():
            return {"datetime": value.isoformat()}
        case _:
            return value


def _from_json(value: object) -> object:
    match value:
        case {"binary": str() as text}:
            return base64.b64decode(text)
        case {"int64": str() as digits}:
            return EntityProperty(int(digits), EdmType.INT64)
        case {"datetime": str() as text}:
            return datetime.fromisoformat(text)
        case dict() | list():
            raise ValueError("an unknown type")
        case _:
            return value
