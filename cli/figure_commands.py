"""``leads figures``: how soon customers are answered."""

from typing import Annotated

import typer

from cli import console
from cli.command import run
from cli.figure_text import print_figures, print_figures_csv
from cli.lead_commands import Json
from cli.times import parse_past
from cli.wiring import open_stores
from shared.bootstrap import utc_now
from shared.operations.errors import UsageError
from shared.operations.figures import Asked, By, figures
from shared.settings import DueSettings, load

GROUPS = ", ".join(By)


def show_figures(
    *,
    since: Annotated[
        str,
        typer.Option(
            metavar="TIME", help="Customers who have waited since then: 30d, or 2026-11-21."
        ),
    ] = "",
    by: Annotated[str, typer.Option(metavar="WHAT", help=f"Figures by one of: {GROUPS}.")] = "",
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV for a spreadsheet.")] = False,
) -> None:
    """Show how soon customers are answered.

    Also how many in time, and what came of it.
    """

    async def command() -> None:
        if as_json and as_csv:
            raise UsageError("use --json or --csv, not both")
        asked = Asked(
            within=load(DueSettings).follow_up_within,
            since=parse_past(since, utc_now()) if since else None,
            by=_by(by) if by else None,
        )
        view = await figures(await open_stores(), asked)
        if as_json:
            console.print_object(view)
        elif as_csv:
            print_figures_csv(view)
        else:
            print_figures(view)

    run(command())


def _by(name: str) -> By:
    try:
        return By(name.strip().lower())
    except ValueError:
        raise UsageError(f"there are no figures by {name!r}; choose one of: {GROUPS}") from None
