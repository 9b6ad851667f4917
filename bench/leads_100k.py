"""``python -m bench.leads_100k``: what the operator waits for at 100,000 leads.

Fills an Azurite of its own, which keeps all rows in memory, and runs commands of ``leads`` as they
are typed: the seconds are those of the whole command, Python's start included, at best of three.
Azurite goes through all rows of a table at each query, and does one at a time; Table Storage does
neither. So the requests tell more of production than the seconds do.
"""

import asyncio
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from bench.azurite_file import Document, document, write
from bench.counted import REQUESTS
from bench.made_up import SECRET, email, made_up
from local.azurite import running_azurite
from shared.settings import StorageSettings
from shared.storage.account import Storage
from shared.storage.columns import Row
from shared.storage.lead_id_secret import KEY as SECRET_KEY

ROOT = Path(__file__).resolve().parent.parent
LEADS = 100_000
AT_ONCE = 2_500
"""Leads that one process makes up at a time."""

TABLES = ("Leads", "LeadIndex")
RUNS = 3
COMMANDS = (
    ("--help",),
    ("list",),
    ("list", "--state", "overdue"),
    ("show", email(4_242)),
    ("status",),
)

console = Console(highlight=False)


async def main() -> None:
    """Fill, measure, and print a table."""
    with TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        with _timed("Making up leads"):
            rows = _rows()
        with _timed("Filling Azurite"):
            await _create_tables(folder)
            write(folder, rows)
        with _timed("Starting it"):
            azurite = running_azurite(folder)
            running = await azurite.__aenter__()
        try:
            _measure(running.connection, sum(map(len, rows.values())))
        finally:
            await azurite.__aexit__(None, None, None)


@contextmanager
def _timed(what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    console.print(f"{what}: {time.monotonic() - started:.0f} s")


def _rows() -> dict[str, list[Document]]:
    now = datetime.now(UTC)
    starts = range(0, LEADS, AT_ONCE)
    secret = {"PartitionKey": SECRET_KEY, "RowKey": SECRET_KEY, "secret": SECRET.decode()}
    rows = {"Leads": [document(secret, 1, now)], "LeadIndex": []}
    with ProcessPoolExecutor() as pool:
        for leads, index in pool.map(partial(_some_rows, now=now), starts):
            rows["Leads"] += leads
            rows["LeadIndex"] += index
    return rows


def _some_rows(start: int, now: datetime) -> tuple[list[Document], list[Document]]:
    leads = [made_up(number, LEADS, now) for number in range(start, start + AT_ONCE)]
    first = 10 * start + 2
    return (
        _documents((lead.rows for lead in leads), first, now),
        _documents((lead.index for lead in leads), first, now),
    )


def _documents(rows: Iterator[list[Row]], first: int, now: datetime) -> list[Document]:
    numbered = enumerate(chain.from_iterable(rows), start=first)
    return [document(row, number, now) for number, row in numbered]


async def _create_tables(folder: Path) -> None:
    async with running_azurite(folder) as azurite:
        storage = Storage(StorageSettings(LeadStorage=azurite.connection))
        for name in TABLES:
            await storage.table(name).client.create_table()
        await storage.close()


def _measure(connection: str, rows: int) -> None:
    shown = Table("command", "seconds", "requests", box=None, pad_edge=False)
    for command in COMMANDS:
        _run("cli", command, connection)
        seconds = min(_seconds(command, connection) for _ in range(RUNS))
        told = _run("bench.counted", command, connection)
        requests = told.rpartition(REQUESTS)[2].strip()
        shown.add_row(f"leads {' '.join(command)}", f"{seconds:.2f}", requests)
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores"
    console.print(f"{LEADS:,} leads in {rows:,} rows; {machine}")
    console.print(shown)


def _seconds(command: Sequence[str], connection: str) -> float:
    started = time.monotonic()
    _run("cli", command, connection)
    return time.monotonic() - started


def _run(module: str, command: Sequence[str], connection: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", module, *command],
        cwd=ROOT,
        env={**os.environ, "LeadStorage": connection, "TABLE_PREFIX": "", "LEAD_ID_KEY": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr


if __name__ == "__main__":
    asyncio.run(main())
