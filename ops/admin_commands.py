"""``leads send``, ``status``, ``sweep``, ``export`` and ``import``."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer

from local.samples import load as load_samples
from nurture_timer.nurture import carry_out, look
from ops import console
from ops.backup import export, restore
from ops.desk import Desk
from ops.errors import RefusedError, UsageError
from ops.lead_commands import Json
from ops.running import run
from ops.send import partner_center_test, send
from ops.status import status
from ops.times import parse_time
from ops.views import StepView
from ops.where import find_storage, is_development_storage, local_url
from shared.bootstrap import sweep_ports, utc_now

STANDARD = Path("-")

type Body = tuple[bytes, str]


def send_push(
    file: Annotated[
        Path | None, typer.Argument(help="File with a body; - is standard input.")
    ] = None,
    *,
    sample: Annotated[str, typer.Option(help="One of the samples, see --list.")] = "",
    test: Annotated[
        bool, typer.Option("--test", help="A test lead like Partner Center's.")
    ] = False,
    listing: Annotated[bool, typer.Option("--list", help="List the samples.")] = False,
    to: Annotated[
        str, typer.Option(help="URL with its code. Default: `make run`.", envvar="LEADS_URL")
    ] = "",
) -> None:
    """Push something at the endpoint, as Microsoft does."""

    async def command() -> None:
        if listing:
            for name, one in load_samples().items():
                console.say(f"{name:<28} {one.about}")
            return
        bodies = _bodies(file, sample, test=test)
        url = to or local_url()
        refused = 0
        for body, content_type in bodies:
            sent = await send(url, body, content_type)
            console.say(f"{sent.status} {sent.text}")
            refused += not sent.accepted
        if refused:
            raise RefusedError(f"{refused} of {len(bodies)} pushes were not accepted")

    run(command())


def _bodies(file: Path | None, sample: str, *, test: bool) -> list[Body]:
    if sum((file is not None, bool(sample), test)) != 1:
        raise UsageError("say one of FILE, --sample NAME, --test; --list lists the samples")
    if file is not None:
        return [(_read(file), "application/json")]
    if test:
        return [(partner_center_test(utc_now()), "application/json")]
    samples = load_samples()
    if sample not in samples:
        raise UsageError(f"there is no sample {sample!r}: see `leads send --list`")
    return [(push.body, push.content_type) for push in samples[sample].pushes]


def _read(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == STANDARD else file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} can't be read: {error.strerror}") from None


def sweep_now(
    *,
    at: Annotated[str, typer.Option(help="As of another time: 2026-11-21T09:30Z, or +25h.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is due.")] = False,
    as_json: Json = False,
) -> None:
    """Do the timer's work now, or say what it would do.

    With --at it only says so, except on development storage.
    """

    async def command() -> None:
        find_storage()
        ports = sweep_ports()
        now = parse_time(at, ports.clock(), ahead=True) if at else ports.clock()
        due = await look(now, ports)
        views = [StepView.of(row.lead_id, step) for row, step in due.steps.items()]
        dry = dry_run or (bool(at) and not is_development_storage())
        if not dry:
            await carry_out(due, ports)
        if as_json:
            console.print_objects(views)
        else:
            console.print_steps(views, at=now, done=not dry)

    run(command())


def show_status(*, as_json: Json = False) -> None:
    """Show queues, counts, the quarantine and the last sweep."""

    async def command() -> None:
        view = await status(Desk.open())
        if as_json:
            console.print_object(view)
        else:
            console.print_status(view)

    run(command())


def export_all(
    file: Annotated[Path, typer.Argument(help="File to write; - is standard output.")] = STANDARD,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Every row of our tables: a backup.")
    ] = False,
) -> None:
    """Write a backup as JSON Lines. It holds personal data and the secret of lead ids."""

    async def command() -> None:
        if not every:
            raise UsageError("say --all: a backup holds every row of our tables")
        find_storage()
        with _writing(file) as to, console.progress() as bar:
            task = bar.add_task("rows", total=None)
            async for line in export():
                to.write(line + "\n")
                console.advance(bar, task)
        console.err.print(f"{int(bar.tasks[0].completed):,} rows exported")

    run(command())


@contextmanager
def _writing(file: Path) -> Iterator[TextIO]:
    if file == STANDARD:
        yield sys.stdout
        return
    with file.open("w", encoding="utf-8") as to:
        yield to


def import_all(
    file: Annotated[Path, typer.Argument(help="An export.", exists=True, dir_okay=False)],
) -> None:
    """Restore a backup; stop the app before. Rows of the same keys are replaced."""

    async def command() -> None:
        find_storage()
        with file.open(encoding="utf-8") as lines, console.progress() as bar:
            total = sum(1 for _ in lines)
            lines.seek(0)
            task = bar.add_task("rows", total=total)
            await restore(lines, lambda number: console.advance(bar, task, number))
        console.err.print(f"{int(bar.tasks[0].completed):,} rows imported")

    run(command())
