"""``leads export`` and ``leads import``."""

from pathlib import Path
from typing import Annotated

import typer

from cli import console, files
from cli.command import run
from cli.wiring import open_stores
from shared.operations.backup import check, export, restore
from shared.operations.errors import UsageError
from shared.operations.words import counted
from shared.ports.queue import QUEUE


def export_all(
    file: Annotated[
        Path, typer.Argument(help="File to write; - is standard output.")
    ] = files.STANDARD,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Every row of our tables: a backup.")
    ] = False,
) -> None:
    """Write a backup as JSON Lines. It holds personal data and the secret of lead ids."""

    async def command() -> None:
        if not every:
            raise UsageError("say --all: a backup holds every row of our tables")
        stores = open_stores()
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
    file: Annotated[Path, typer.Argument(help="An export.", exists=True, dir_okay=False)],
) -> None:
    """Restore a backup; stop the app before. Rows of the same keys are replaced."""

    async def command() -> None:
        stores = open_stores()
        with file.open("rb") as lines, console.progress() as bar:
            rows = await check(stores, lines)
            lines.seek(0)
            task = bar.add_task("rows", total=rows)
            await restore(stores, lines, lambda number: bar.advance(task, number))
        console.note(f"{counted(rows, 'row')} imported")

    run(command())
