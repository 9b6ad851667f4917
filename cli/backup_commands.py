"""``leads export`` and ``leads import``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli import console, files
from cli.asking import confirm
from cli.command import run
from cli.lead_commands import Yes
from cli.where import storage_name
from cli.wiring import open_empty_stores, open_stores
from shared.operations.backup import check, export, restore
from shared.operations.errors import RefusedError, UsageError
from shared.operations.words import counted
from shared.ports.queue import QUEUE


def export_all(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="File to write; - is standard output.")
    ] = files.STANDARD,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Every row of the app's tables; required.")
    ] = False,
) -> None:
    """Write a backup as JSON Lines. It holds personal data and the secret of lead ids."""

    async def command() -> None:
        if not every:
            raise UsageError("use --all: a backup holds every row of the app's tables")
        if file == files.STANDARD and sys.stdout.isatty():
            raise UsageError("a backup holds the secret of lead ids: name a file to write it to")
        if file.exists():
            raise RefusedError(f"{file} is there already: name another file, or remove it")
        stores = await open_stores()
        rows = 0
        with files.writing(file) as to, console.progress() as bar:
            task = bar.add_task("rows", total=None)
            async for line in export(stores):
                to.write(line + "\n")
                bar.advance(task)
                rows += 1
        console.note(f"{counted(rows, 'row')} exported")
        if waiting := (await stores.queues.of(QUEUE)).messages:
            messages = counted(waiting, "message waits", "messages wait")
            console.note(f"{messages} on the queue, and may be leads that are not in this backup")

    run(command())


def import_all(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="An export.", exists=True, dir_okay=False)
    ],
    *,
    yes: Yes = False,
) -> None:
    """Restore a backup into tables without leads. Pause the app first (see docs/runbook.md)."""

    async def command() -> None:
        stores = open_empty_stores()
        if await stores.backup.leads_there():
            raise RefusedError(
                f"the tables at {storage_name()} hold leads: import into empty tables, or set"
                " TABLE_PREFIX to begin with new ones"
            )
        confirm(f"this writes the leads of {file}", yes=yes)
        with file.open("rb") as lines, console.progress() as bar:
            rows = await check(stores, lines)
            lines.seek(0)
            task = bar.add_task("rows", total=rows)
            await restore(stores, lines, lambda number: bar.advance(task, number))
        console.note(f"{counted(rows, 'row')} imported")

    run(command())
