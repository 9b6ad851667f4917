"""``leads export`` and ``leads import``: every row of our tables, as JSON Lines.

A line is ``{"table": "Leads", "row": {…}}``; its columns are described in ``docs/data.md``.
Importing replaces rows of the same keys.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from shared.operations.errors import RefusedError, UsageError
from shared.operations.stores import Stores
from shared.ports.reading import Backup, BackupRow

MOST_OPERATIONS = 100
MOST_BYTES = 3_000_000
"""A transaction of Table Storage takes 100 operations and 4 MiB."""

AT_A_TIME = 16
MOST_TOLD = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of an export, and how long its line is in bytes."""

    row: BackupRow
    size: int


async def export(stores: Stores) -> AsyncIterator[str]:
    """Yield every row of our tables as a line; leads before the index, whose rows are older."""
    async for row in stores.backup.rows():
        yield json.dumps({"table": row.table, "row": row.columns}, ensure_ascii=False)


async def check(stores: Stores, lines: Iterable[bytes]) -> int:
    """Return how many rows an export holds, before anything of it is written.

    Raises ``UsageError`` naming lines that are none of an export, and ``RefusedError`` if the
    tables hold leads whose ids were made with another secret: no customer would be known any more.
    """
    rows = 0
    wrong: list[str] = []
    secret = b""
    for number, text in enumerate(lines, start=1):
        try:
            row = _line(text, stores.backup).row
        except ValueError as error:
            wrong.append(f"line {number} is not a row of an export: {error}")
            continue
        rows += 1
        secret = stores.backup.secret(row) or secret
    if wrong:
        more = f"\nand {len(wrong) - MOST_TOLD:,} more" if len(wrong) > MOST_TOLD else ""
        raise UsageError("\n".join(wrong[:MOST_TOLD]) + more)
    stored = await stores.backup.stored_secret()
    if stored and secret and stored != secret:
        raise RefusedError(
            "the tables hold leads whose ids were made with another secret: import into empty"
            " tables, or set TABLE_PREFIX to begin with new ones"
        )
    return rows


async def restore(stores: Stores, lines: Iterable[bytes], written: Callable[[int], None]) -> None:
    """Write the rows of an export that was checked, and tell ``written`` how many each time.

    What the sweep goes by is made sure of: it may have moved while the export was made, and an
    older version of the app released leads without it.
    """
    turns = asyncio.Semaphore(AT_A_TIME)

    async def write(rows: Sequence[BackupRow]) -> None:
        now = stores.clock()
        rows = stores.backup.with_look(rows, now)
        for row in rows:
            if due := stores.backup.due_at(row, now):
                await stores.index.put_due(*due)
        await stores.backup.write(rows)
        written(len(rows))

    async with asyncio.TaskGroup() as group:
        parsed = (_line(text, stores.backup) for text in lines)
        for rows in _transactions(parsed, stores.backup.is_lead):
            await turns.acquire()
            task = group.create_task(write(rows))
            task.add_done_callback(lambda _: turns.release())


def _transactions(
    lines: Iterable[Line], begins: Callable[[BackupRow], bool]
) -> Iterable[list[BackupRow]]:
    """Group rows that are together in one partition, those of a lead and its deliveries too."""
    for _, together in groupby(lines, key=lambda line: line.row.partition):
        yield from _fitting(together, begins)


def _fitting(
    lines: Iterable[Line], begins: Callable[[BackupRow], bool]
) -> Iterable[list[BackupRow]]:
    some: list[BackupRow] = []
    taken = 0
    for line in lines:
        full = len(some) == MOST_OPERATIONS or taken + line.size > MOST_BYTES
        if some and (full or begins(line.row)):
            yield some
            some, taken = [], 0
        some.append(line.row)
        taken += line.size
    if some:
        yield some


def _line(text: bytes, backup: Backup) -> Line:
    """Return the row of a line; raise ``ValueError`` saying why it is none."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    match given:
        case {"table": str() as table, "row": {"PartitionKey": str(), "RowKey": str()} as columns}:
            row = BackupRow(table=table, columns=columns)
        case _:
            raise ValueError("it names no table, or no row with its two keys")
    if fault := backup.fault(row):
        raise ValueError(fault)
    return Line(row=row, size=len(text))
