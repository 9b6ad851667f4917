"""``leads quarantine list``, ``show``, ``edit``, ``release`` and ``discard``."""

from pathlib import Path
from typing import Annotated

import typer

from cli import console, files
from cli.command import run
from cli.editor import edited
from cli.lead_commands import Json
from cli.tables import print_entry, print_quarantine
from cli.times import parse_time
from cli.wiring import open_stores
from shared.bootstrap import utc_now
from shared.operations.errors import RefusedError, UsageError
from shared.operations.quarantine_views import QuarantineDetails, QuarantineView
from shared.operations.resubmit import discard as discard_entry
from shared.operations.resubmit import held, resubmit
from shared.operations.stores import Stores
from shared.ports.reading import Entry

Id = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="Quarantine id, as in the answer to the sender and in the log, or its first 6 or more"
        " characters.",
    ),
]


def list_entries(
    *,
    since: Annotated[
        str,
        typer.Option(metavar="TIME", help="Only entries since then: 2026-11-21, or '2d ago'."),
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="Also released and discarded ones.")] = False,
    as_json: Json = False,
) -> None:
    """List what is held, oldest first."""

    async def command() -> None:
        from_time = parse_time(since, utc_now()) if since else None
        stores = await open_stores()
        found = stores.quarantine.entries(state=None if every else "held", since=from_time)
        views = [QuarantineView.of(entry) async for entry in found]
        if as_json:
            console.print_array(views)
        else:
            print_quarantine(views)

    run(command())


def show(quarantine_id: Id, *, as_json: Json = False) -> None:
    """Show one entry with its body."""

    async def command() -> None:
        entry = await (await open_stores()).entry(quarantine_id)
        if as_json:
            console.print_object(QuarantineDetails.of(entry))
        else:
            print_entry(QuarantineView.of(entry), entry.body)

    run(command())


def release(
    quarantine_id: Id,
    *,
    body: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="File with a corrected body, in JSON; - is standard input."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Queue an entry again, as it is or corrected."""

    async def command() -> None:
        corrected = files.read(body) if body is not None else None
        stores = await open_stores()
        entry = await stores.entry(quarantine_id)
        called = await resubmit(stores, entry, corrected=corrected)
        await _tell(stores, entry, f"is queued again, as {called}", as_json=as_json)

    run(command())


def edit(quarantine_id: Id, *, as_json: Json = False) -> None:
    """Open an entry's body in $EDITOR, and release what you save."""

    async def command() -> None:
        stores = await open_stores()
        entry = await stores.entry(quarantine_id)
        held(entry)
        corrected = edited(entry.body)
        if corrected == entry.body:
            raise RefusedError("the body was not changed: nothing was released")
        called = await resubmit(stores, entry, corrected=corrected)
        await _tell(stores, entry, f"is queued again, as {called}", as_json=as_json)

    run(command())


def discard(
    quarantine_id: Id,
    *,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why nobody needs it; kept with the entry.")
    ],
    as_json: Json = False,
) -> None:
    """Record that nobody needs an entry; it stays in the table."""

    async def command() -> None:
        if not reason.strip():
            raise UsageError("--reason is empty: say why nobody needs the entry")
        stores = await open_stores()
        entry = await stores.entry(quarantine_id)
        await discard_entry(stores, entry, reason)
        await _tell(stores, entry, "is discarded", as_json=as_json)

    run(command())


async def _tell(stores: Stores, entry: Entry, what: str, *, as_json: bool) -> None:
    """Say what became of an entry, or print it as it is now."""
    if as_json:
        console.print_object(QuarantineView.of(await stores.entry(entry.quarantine_id)))
    else:
        console.say(f"{entry.quarantine_id} {what}")
