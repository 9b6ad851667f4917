"""The command ``leads``.

Exit codes: 0 done; 1 not found, refused, or storage gave no answer; 2 usage or settings.
"""

import typer

from cli import (
    app_commands,
    backup_commands,
    check_commands,
    identity_commands,
    lead_commands,
    quarantine_commands,
    send_commands,
)

app = typer.Typer(
    name="leads",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    help="See what became of marketplace leads, and put right what went wrong.",
    epilog="Works on the storage that LeadStorage names, or else on that of `make run`.",
)
quarantine = typer.Typer(no_args_is_help=True, help="Bodies that were no leads.")

app.command("list")(lead_commands.list_leads)
app.command("show")(lead_commands.show)
app.command("release")(lead_commands.release_leads)
app.command("deliver")(lead_commands.deliver)
app.command("identity")(identity_commands.show_identity)
app.command("follow-up")(lead_commands.follow_up)
app.add_typer(quarantine, name="quarantine")
app.command("check")(check_commands.check)
app.command("sweep")(app_commands.sweep_now)
app.command("send")(send_commands.send_push)
app.command("status")(app_commands.show_status)
app.command("export")(backup_commands.export_all)
app.command("import")(backup_commands.import_all)

quarantine.command("list")(quarantine_commands.list_entries)
quarantine.command("show")(quarantine_commands.show)
quarantine.command("release")(quarantine_commands.release)
quarantine.command("discard")(quarantine_commands.discard)


def main() -> None:
    """Run the command line."""
    app()
