"""An Azurite of its own with made-up leads, in which commands of ``leads`` are run and measured."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.azurite_file import Document, document, write
from bench.counted import REQUESTS
from bench.made_up import SECRET, made_up
from local.azurite import running_azurite
from shared.setting_types import OWN_TABLES
from shared.settings import StorageSettings
from shared.storage.account import Storage
from shared.storage.columns import Row
from shared.storage.lead_id_secret import KEY as SECRET_KEY

ROOT = Path(__file__).resolve().parent.parent
AT_ONCE = 2_500
"""Leads that one process makes up at a time."""

NO_OTHERS = {"TABLE_PREFIX": "", "LEAD_ID_KEY": ""}


@dataclass(frozen=True, slots=True)
class Filled:
    """The storage, and how many rows are in it."""

    connection: str
    rows: int

    def run(self, module: str, command: Sequence[str]) -> str:
        """Run a command in a process of its own; return what it says on standard error."""
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", module, *command],
            cwd=ROOT,
            env={**os.environ, **NO_OTHERS, "LeadStorage": self.connection},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stderr

    def requests(self, command: Sequence[str]) -> str:
        """Run a command, and return how many requests it made."""
        return self.run("bench.counted", command).rpartition(REQUESTS)[2].strip()


@asynccontextmanager
async def filled(leads: int) -> AsyncIterator[Filled]:
    """Run an Azurite with so many leads."""
    with TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        rows = _rows(leads)
        await _create_tables(folder)
        write(folder, rows)
        async with running_azurite(folder) as azurite:
            yield Filled(azurite.connection, sum(map(len, rows.values())))


def _rows(leads: int) -> dict[str, list[Document]]:
    now = datetime.now(UTC)
    secret = {"PartitionKey": SECRET_KEY, "RowKey": SECRET_KEY, "secret": SECRET.decode()}
    rows = {"Leads": [document(secret, 1, now)], "LeadIndex": []}
    with ProcessPoolExecutor() as pool:
        some = partial(_some_rows, of=leads, now=now)
        for lead_rows, index_rows in pool.map(some, range(0, leads, AT_ONCE)):
            rows["Leads"] += lead_rows
            rows["LeadIndex"] += index_rows
    return rows


def _some_rows(start: int, of: int, now: datetime) -> tuple[list[Document], list[Document]]:
    leads = [made_up(number, of, now) for number in range(start, min(start + AT_ONCE, of))]
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
        for name in OWN_TABLES:
            await storage.table(name).client.create_table()
        await storage.close()
