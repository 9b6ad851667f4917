"""``leads deliver``: pending leads now, or to a new destination those that it lacks."""

from datetime import timedelta
from typing import Annotated

import typer

from cli import console
from cli.asking import confirm
from cli.command import run
from cli.lead_commands import Json, Yes
from cli.lead_list import span_words
from cli.times import parse_time
from cli.wiring import open_stores, rules_as_stored
from shared.bootstrap import utc_now
from shared.operations.actions import deliver_pending
from shared.operations.back_fill import BackFill, carry_out, look
from shared.operations.delivery_views import BackFillView, QueuedView
from shared.operations.errors import UsageError
from shared.operations.stores import Stores
from shared.operations.words import counted

A_MINUTE = 60


def deliver(  # noqa: PLR0913 - each is an option
    *,
    pending: Annotated[bool, typer.Option("--pending", help="Every pending lead.")] = False,
    to: Annotated[
        str, typer.Option(metavar="NAME", help="A new destination: every lead that it lacks.")
    ] = "",
    since: Annotated[
        str,
        typer.Option(metavar="TIME", help="With --to, only leads since then, such as '90d ago'."),
    ] = "",
    per_minute: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="NUMBER",
            help=f"With --to, how many leads a minute. Default: {A_MINUTE}.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --to, only show what it lacks.")
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Try pending deliveries now, or fill a new destination.

    A new destination is given the leads that it lacks.
    """

    async def command() -> None:
        if pending is bool(to):
            raise UsageError("use --pending (every pending lead) or --to NAME (a new destination)")
        if pending and (since or dry_run or per_minute is not None):
            raise UsageError("--since, --per-minute and --dry-run go with --to NAME")
        if to:
            from_time = parse_time(since, utc_now()) if since else None
            stores = await open_stores()
            rules = await rules_as_stored(stores)
            found = await look(stores, to.strip().lower(), since=from_time, rules=rules)
            if not as_json:
                _say(found)
            queued: list[str] = []
            if found.lacking and not dry_run:
                queued = await _back_fill(stores, found, per_minute or A_MINUTE, yes=yes)
            if as_json:
                console.print_object(BackFillView.of(found, queued))
            elif queued:
                console.say(f"{counted(len(queued), 'lead')} queued for {found.destination}")
            return
        stores = await open_stores()
        confirm("this tries every pending lead now", yes=yes)
        pending_leads = await console.all_of(deliver_pending(stores), "queued")
        if as_json:
            console.print_object(QueuedView(lead_ids=[one.lead.lead_id for one in pending_leads]))
        else:
            console.say(f"{counted(len(pending_leads), 'pending lead')} queued")

    run(command())


async def _back_fill(stores: Stores, found: BackFill, per_minute: int, *, yes: bool) -> list[str]:
    """Ask, queue what a destination lacks, and return the ids of the leads that were queued."""
    destination = found.destination
    leads = counted(len(found.lacking), "lead")
    takes = span_words(timedelta(minutes=-(-len(found.lacking) // per_minute)))
    confirm(
        f"this delivers {leads} to {destination}, {per_minute:,} a minute, within {takes},", yes=yes
    )
    return await console.all_of(carry_out(stores, found, per_minute=per_minute), "queued")


def _say(found: BackFill) -> None:
    told = {
        "lacking": len(found.lacking),
        "there already": found.there,
        "on the way": found.under_way,
        "parked (see `leads release`)": found.parked,
        "elsewhere by the rules": found.elsewhere,
        "test leads, which stay out": len(found.tests),
    }
    counts = [f"{number:,} {what}" for what, number in told.items() if number or what == "lacking"]
    console.say(f"{found.destination}: {', '.join(counts)}")
