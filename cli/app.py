"""The command ``leads``.

Exit codes: 0 done; 1 not found, refused, or storage gave no answer; 2 usage or settings.
"""

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Annotated

import typer
from typer.exceptions import TyperException

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

HELP = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="leads",
    no_args_is_help=True,
    context_settings=HELP,
    rich_markup_mode=None,
    help="See what became of marketplace leads, and fix what went wrong.",
    epilog="Works on the storage that LeadStorage names, otherwise on that of `make run`.",
)
quarantine = typer.Typer(
    no_args_is_help=True, context_settings=HELP, help="Bodies that were not valid leads."
)

team = typer.Typer(
    no_args_is_help=True, context_settings=HELP, help="Who is away, who leaves, who is next."
)

routing = typer.Typer(
    no_args_is_help=True, context_settings=HELP, help="Who gets which lead, and how soon to answer."
)

app.command("list", cls=PlainCommand)(lead_commands.list_leads)
app.command("show", cls=PlainCommand)(lead_commands.show)
app.command("release", cls=PlainCommand)(lead_commands.release_leads)
app.command("deliver", cls=PlainCommand)(deliver_commands.deliver)
app.command("identity", cls=PlainCommand)(identity_commands.show_identity)
app.command("merge", cls=PlainCommand)(merge_commands.merge_leads)
app.command("follow-up", cls=PlainCommand)(follow_up_commands.follow_up)
app.command("undo-follow-up", cls=PlainCommand)(follow_up_commands.undo)
app.add_typer(quarantine, name="quarantine")
app.add_typer(routing, name="routing")
app.add_typer(team, name="team")
app.command("explain", cls=PlainCommand)(explain_commands.explain_routing)
app.command("figures", cls=PlainCommand)(figure_commands.show_figures)
app.command("check", cls=PlainCommand)(check_commands.check)
app.command("sweep", cls=PlainCommand)(app_commands.sweep_now)
app.command("send", cls=PlainCommand)(send_commands.send_push)
app.command("status", cls=PlainCommand)(app_commands.show_status)
app.command("export", cls=PlainCommand)(backup_commands.export_all)
app.command("import", cls=PlainCommand)(backup_commands.import_all)

quarantine.command("list", cls=PlainCommand)(quarantine_commands.list_entries)
quarantine.command("show", cls=PlainCommand)(quarantine_commands.show)
quarantine.command("edit", cls=PlainCommand)(quarantine_commands.edit)
quarantine.command("release", cls=PlainCommand)(quarantine_commands.release)
quarantine.command("discard", cls=PlainCommand)(quarantine_commands.discard)

routing.command("check", cls=PlainCommand)(routing_commands.check)
routing.command("apply", cls=PlainCommand)(routing_commands.apply)
routing.command("show", cls=PlainCommand)(routing_commands.show)

team.command("away", cls=PlainCommand)(team_commands.away)
team.command("back", cls=PlainCommand)(team_commands.back)
team.command("show", cls=PlainCommand)(team_commands.show)
team.command("reassign", cls=PlainCommand)(team_commands.reassign)


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (this process's own by default), and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that can't show a character gets it written out.
            stream.reconfigure(errors="backslashreplace")
    try:
        code = app(arguments, standalone_mode=False, prog_name="leads")
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
