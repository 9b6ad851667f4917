"""``leads status`` and ``leads sweep``."""

from typing import Annotated

import typer

from cli import console
from cli.command import run
from cli.lead_commands import Json
from cli.status_text import print_status, print_sweep
from cli.sweep_views import SweepView
from cli.times import parse_time
from cli.where import find_storage, is_development_storage
from cli.wiring import open_stores
from nurture_timer.nurture import carry_out, look
from nurture_timer.wiring import sweep_ports
from shared.bootstrap import utc_now
from shared.operations.status import status


def show_status(*, as_json: Json = False) -> None:
    """Show queues, counts, the quarantine and the last sweep."""

    async def command() -> None:
        view = await status(open_stores())
        if as_json:
            console.print_object(view)
        else:
            print_status(view)

    run(command())


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
        now = parse_time(at, utc_now(), ahead=True) if at else utc_now()
        find_storage()
        ports = sweep_ports()
        due = await look(now, ports)
        dry = dry_run or (bool(at) and not is_development_storage())
        view = SweepView.of(due, None if dry else await carry_out(due, ports))
        if as_json:
            console.print_object(view)
        else:
            print_sweep(view)

    run(command())
