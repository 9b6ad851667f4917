"""``leads identity``."""

from cli import console
from cli.command import run
from cli.lead_commands import Json
from cli.tables import print_identity
from cli.wiring import open_stores
from shared.operations.identity_review import identity_changes


def show_identity(*, as_json: Json = False) -> None:
    """Show leads that today's identity rules join or split. Changes nothing."""

    async def command() -> None:
        changes = identity_changes(await open_stores())
        if as_json:
            await console.print_as_found(changes)
        else:
            await print_identity(changes)

    run(command())
