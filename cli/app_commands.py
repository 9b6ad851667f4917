"""``leads status`` and ``leads sweep``."""

from typing import Annotated

import typer

from cli import console
from cli.asking import confirm
from cli.command import run
from cli.lead_commands import Json, Yes
from cli.status_text import print_status, print_sweep
from cli.sweep_views import SweepView
from cli.times import parse_time
from cli.where import is_development_storage
from cli.wiring import open_stores, rules_as_stored
from nurture_timer.nurture import carry_out, look
from nurture_timer.wiring import sweep_ports
from shared.acting_settings import ActingSettings
from shared.bootstrap import destinations, in_use, utc_now
from shared.domain.errors import SettingsError
from shared.notice_settings import DefaultChannelSettings, DetailsSettings, GraceSettings
from shared.operations.status import status
from shared.settings import DestinationSettings, LeadIdSettings, MergeSettings, load

SWEEP_SETTINGS = (
    LeadIdSettings,
    DestinationSettings,
    MergeSettings,
    DefaultChannelSettings,
    DetailsSettings,
    GraceSettings,
    ActingSettings,
)
"""Where one is wrong, the app sweeps by its default; a person is told instead."""


def show_status(*, as_json: Json = False) -> None:
    """Show queues, counts, the quarantine and the last sweep."""

    async def command() -> None:
        stores = await open_stores()
        view = await status(stores, await rules_as_stored(stores))
        if as_json:
            console.print_object(view)
        else:
            print_status(view)

    run(command())


def sweep_now(
    *,
    at: Annotated[
        str,
        typer.Option(
            metavar="TIME", help="As if it were another time: 2026-11-21T09:30Z, or +25h."
        ),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what is due.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Do the timer's work now, or show what it would do.

    With --at, it changes nothing, except on development storage. It needs the settings of
    destinations and notices, as the app has them.
    """

    async def command() -> None:
        now = parse_time(at, utc_now()) if at else utc_now()
        await open_stores()
        dry = dry_run or (bool(at) and not is_development_storage())
        await _check_settings()
        ports = sweep_ports(as_app=False)
        if not dry:
            confirm("this sweeps, and flags leads that nobody has answered,", yes=yes)
        due = await look(now, ports)
        view = SweepView.of(due, None if dry else await carry_out(due, ports))
        if as_json:
            console.print_object(view)
        else:
            print_sweep(view)

    run(command())


async def _check_settings() -> None:
    """Raise ``SettingsError`` with all that is wrong, before anything is written.

    Without its settings, a CRM can't be asked before a flag.
    """
    faults: list[str] = []
    for settings in SWEEP_SETTINGS:
        try:
            load(settings)
        except SettingsError as error:
            faults += error.faults
    for name in sorted(in_use().names or ()):
        try:
            await destinations().get(name)
        except SettingsError as error:
            faults += error.faults
    if faults:
        raise SettingsError(faults)
