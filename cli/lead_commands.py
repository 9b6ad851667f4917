"""``leads list``, ``show`` and ``release``."""

import asyncio
from datetime import timedelta
from typing import Annotated

import typer

from cli import console
from cli.asking import confirm
from cli.command import run
from cli.lead_details import print_details
from cli.lead_list import print_csv, print_leads
from cli.times import parse_time
from cli.wiring import open_stores, rules_as_stored
from shared.bootstrap import utc_now
from shared.operations.actions import release, release_all
from shared.operations.delivery_views import QueuedView
from shared.operations.errors import UsageError
from shared.operations.lead_details import LeadDetails
from shared.operations.lead_views import LeadView
from shared.operations.listing import LeadState, Search, listed
from shared.operations.words import counted

SCREENFUL = 20
SEARCHED = timedelta(days=90)
STATES = ", ".join(state.value.replace("_", "-") for state in LeadState)

Yes = Annotated[bool, typer.Option("--yes", help="Don't ask first.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON; its shape is stable.")]
WHO = typer.Argument(
    metavar="LEAD",
    help="Lead id (its first 6 characters are enough), e-mail address or phone number.",
)
Who = Annotated[str, WHO]
LastName = Annotated[
    str,
    typer.Option(
        metavar="NAME", help="With a phone number that several leads gave: the last name."
    ),
]


def _state(name: str) -> LeadState:
    """Return a state as people write it; raise ``UsageError``."""
    try:
        return LeadState(name.strip().lower().replace("-", "_").replace(" ", "_"))
    except ValueError:
        raise UsageError(f"{name!r} is not a state; the states are: {STATES}") from None


def list_leads(  # noqa: PLR0913 - each is an option
    *,
    state: Annotated[
        list[str] | None,
        typer.Option(metavar="STATE", help=f"Only leads in this state; may be repeated. {STATES}"),
    ] = None,
    since: Annotated[
        str,
        typer.Option(metavar="TIME", help="Only leads since then: 2026-11-21, or '2d ago'."),
    ] = "",
    search: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            help="Only leads with this text in name, company, e-mail or offer. Looks at the last"
            " 90 days unless --since says otherwise.",
        ),
    ] = "",
    owner: Annotated[
        str, typer.Option(metavar="MEMBER", help="Only leads that this member of a team owns.")
    ] = "",
    limit: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="NUMBER",
            help="How many; 0 is all. Default: 20, or all with --json and --csv.",
        ),
    ] = None,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV for a spreadsheet.")] = False,
) -> None:
    """List leads, newest first."""

    async def command() -> None:
        from_time = parse_time(since, utc_now()) if since else None
        states = [_state(name) for name in state or ()]
        if as_json and as_csv:
            raise UsageError("use --json or --csv, not both")
        stores = await open_stores()
        most = (0 if as_json or as_csv else SCREENFUL) if limit is None else limit
        looking = Search(search) if search.strip() else None
        if looking and from_time is None:
            from_time = utc_now() - SEARCHED
        found = listed(
            stores, states=states, since=from_time, most=most, search=looking, owner=owner.strip()
        )
        in_use = await stores.in_use()
        views = [LeadView.of(stored, in_use) async for stored in found]
        if looking and from_time is not None:
            read = counted(looking.read, "lead")
            console.note(f"searched {read} first received since {console.minute(from_time)} UTC")
        if as_json:
            console.print_array(views)
            return
        if as_csv:
            print_csv(views)
            return
        print_leads(views, utc_now())
        if most and len(views) == most:
            console.note(f"These are the newest {most}; --limit 0 lists all.")

    run(command())


def show(who: Who, *, last_name: LastName = "", as_json: Json = False) -> None:
    """Show all that is known of one lead.

    Who owns it, what was done, submissions, deliveries and the audit trail.
    """

    async def command() -> None:
        stores = await open_stores()
        stored = await stores.lead(who, last_name=last_name)
        lead_id = stored.lead.lead_id
        table = stores.histories
        history, events, acts, in_use, rules = await asyncio.gather(
            table.submissions(lead_id),
            table.events(lead_id),
            table.acts(lead_id),
            stores.in_use(),
            rules_as_stored(stores),
        )
        details = LeadDetails.with_history(stored, history, events, in_use, acts, rules)
        if as_json:
            console.print_object(details)
        else:
            print_details(details, utc_now())

    run(command())


def release_leads(
    who: Annotated[str, WHO] = "",
    *,
    last_name: LastName = "",
    every: Annotated[bool, typer.Option("--all", help="Every parked lead.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Try parked deliveries again."""

    async def command() -> None:
        if bool(who) is every:
            raise UsageError("name one lead, or use --all")
        stores = await open_stores()
        if every:
            confirm("this tries every parked lead again", yes=yes)
            released = await console.all_of(release_all(stores), "released")
            told = f"{counted(len(released), 'parked lead')} queued again"
        else:
            released = [await stores.lead(who, last_name=last_name)]
            destinations = ", ".join(await release(stores, released[0]))
            told = f"lead {released[0].lead.lead_id} is queued again for {destinations}"
        if as_json:
            console.print_object(QueuedView(lead_ids=[one.lead.lead_id for one in released]))
        else:
            console.say(told)

    run(command())
