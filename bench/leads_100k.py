"""``python -m bench.leads_100k``: what the operator waits for at 100,000 leads.

Fills an Azurite of its own, which keeps all rows in memory, and runs commands of ``leads`` as they
are typed: the seconds are those of the whole command, Python's start included, at best of three.
Azurite goes through all rows of a table at each query, and does one at a time; Table Storage does
neither. So the requests tell more of production than the seconds do.
"""

import asyncio
import os
import platform
import time
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bench.filled import Filled, filled
from bench.made_up import email

LEADS = 100_000
RUNS = 3
COMMANDS = (
    ("--help",),
    ("list",),
    ("list", "--state", "overdue"),
    ("show", email(4_242)),
    ("status",),
)


async def main() -> None:
    """Fill, measure, and print a table."""
    console = Console(highlight=False)
    started = time.monotonic()
    async with filled(LEADS) as storage:
        console.print(f"Making up leads, and filling Azurite: {time.monotonic() - started:.0f} s")
        shown = Table("command", "seconds", "requests", box=None, pad_edge=False)
        for command in COMMANDS:
            storage.run("cli", command)
            seconds = min(_seconds(storage, command) for _ in range(RUNS))
            requests = storage.requests(command)
            shown.add_row(f"leads {' '.join(command)}", f"{seconds:.2f}", requests)
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores"
    console.print(f"{LEADS:,} leads in {storage.rows:,} rows; {machine}")
    console.print(shown)


def _seconds(storage: Filled, command: Sequence[str]) -> float:
    started = time.monotonic()
    storage.run("cli", command)
    return time.monotonic() - started


if __name__ == "__main__":
    asyncio.run(main())
