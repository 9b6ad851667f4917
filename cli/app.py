"""The command ``leads``.

Exit codes: 0 done; 1 not found, refused, or storage gave no answer; 2 usage or settings.
"""

import sys
from collections.abc import Callable, Sequence
from functools import cache
from io import TextIOWrapper
from typing import Annotated

import typer
from typer.exceptions import TyperException
from typer.main import get_command

from cli import (
    app_commands,
    backup_commands,
    check_commands,
    deliver_commands,
    explain_commands,
    figure_commands,
    follow_up_commands,
    identity_commands,
    lead_commands,
    merge_commands,
    quarantine_commands,
    routing_commands,
    send_commands,
    team_commands,
)
from cli.command import FAILED, USAGE
from cli.plain_help import PlainCommand
from shared import VERSION

type Commands = dict[str, tuple[Callable[..., None], str]]

HELP = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="leads",
    no_args_is_help=True,
    context_settings=HELP,
    rich_markup_mode=None,
    help="See what became of marketplace leads, and fix what went wrong.",
    epilog="Works on the storage that LeadStorage names, otherwise on that of `make run`.",
)
FIRST: Commands = {
    "list": (lead_commands.list_leads, "Example: `leads list --state overdue`"),
    "show": (lead_commands.show, "Example: `leads show ada@example.com`"),
    "release": (lead_commands.release_leads, "Example: `leads release grace@example.com`"),
    "deliver": (deliver_commands.deliver, "Example: `leads deliver --to hubspot --dry-run`"),
    "identity": (identity_commands.show_identity, ""),
    "merge": (merge_commands.merge_leads, "Example: `leads merge 3ab7fd30 ada@example.com`"),
    "follow-up": (
        follow_up_commands.follow_up,
        "Example: `leads follow-up ada@example.com --outcome meeting --note 'demo on Friday'`",
    ),
    "undo-follow-up": (
        follow_up_commands.undo,
        "Example: `leads undo-follow-up ada@example.com`",
    ),
}
QUARANTINE: Commands = {
    "list": (quarantine_commands.list_entries, ""),
    "show": (quarantine_commands.show, "Example: `leads quarantine show d008c8cc`"),
    "edit": (quarantine_commands.edit, "Example: `leads quarantine edit d008c8cc`"),
    "release": (
        quarantine_commands.release,
        "Example: `leads quarantine release d008c8cc --body corrected.json`",
    ),
    "discard": (
        quarantine_commands.discard,
        "Example: `leads quarantine discard 7d32d2c4 --reason 'typed by hand, no lead'`",
    ),
}
ROUTING: Commands = {
    "check": (routing_commands.check, "Example: `leads routing check routing.toml`"),
    "apply": (routing_commands.apply, "Example: `leads routing apply routing.toml --by ada`"),
    "show": (routing_commands.show, ""),
}
TEAM: Commands = {
    "away": (team_commands.away, "Example: `leads team away ada 2026-12-24 2027-01-02`"),
    "back": (team_commands.back, "Example: `leads team back ada`"),
    "show": (team_commands.show, ""),
    "reassign": (team_commands.reassign, "Example: `leads team reassign ada`"),
}
MORE: Commands = {
    "explain": (explain_commands.explain_routing, "Example: `leads explain ada@example.com`"),
    "figures": (figure_commands.show_figures, "Example: `leads figures --since 30d --by team`"),
    "check": (check_commands.check, "Example: `leads check --send-test`"),
    "sweep": (app_commands.sweep_now, "Example: `leads sweep --at +25h --dry-run`"),
    "send": (send_commands.send_push, "Example: `leads send --sample official`"),
    "status": (app_commands.show_status, ""),
    "export": (backup_commands.export_all, "Example: `leads export --all backup.jsonl`"),
    "import": (backup_commands.import_all, "Example: `leads import backup.jsonl`"),
}
"""What each command does, and an example of it where options are not plain."""

quarantine = typer.Typer(
    no_args_is_help=True, context_settings=HELP, help="Bodies that were not valid leads."
)

team = typer.Typer(
    no_args_is_help=True, context_settings=HELP, help="Who is away, who leaves, who is next."
)

routing = typer.Typer(
    no_args_is_help=True, context_settings=HELP, help="Who gets which lead, and how soon to answer."
)

for group, commands in (
    (app, FIRST),
    (quarantine, QUARANTINE),
    (routing, ROUTING),
    (team, TEAM),
    (app, MORE),
):
    for command, (does, example) in commands.items():
        group.command(command, cls=PlainCommand, epilog=example)(does)
app.add_typer(quarantine, name="quarantine")
app.add_typer(routing, name="routing")
app.add_typer(team, name="team")


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - a flag of the command line
    if wanted:
        print(f"leads {VERSION}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """See what became of marketplace leads, and fix what went wrong."""
    del version


@cache
def command_line() -> Callable[..., object]:
    """Return what parses a command line; built once, since that takes as long as many a command."""
    return get_command(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (this process's own by default), and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that can't show a character gets it written out.
            stream.reconfigure(errors="backslashreplace")
    try:
        code = command_line()(arguments, standalone_mode=False, prog_name="leads")
    except typer.Abort:
        return FAILED
    except TyperException as error:
        print(_usage(error), file=sys.stderr)
        return USAGE
    return code if isinstance(code, int) else 0


def _usage(error: TyperException) -> str:
    """Return what is wrong with a command line, in one line, or the help of one that is empty."""
    said = str(getattr(error, "format_message", error.__str__)())
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "leads"
    return said if said.startswith("Usage:") else f"leads: {said.rstrip('.')}; see `{path} --help`"
