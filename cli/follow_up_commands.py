"""``leads follow-up`` and ``leads undo-follow-up``: what people did for a customer."""

from dataclasses import replace
from typing import Annotated

import typer

from cli import console
from cli.command import run
from cli.lead_commands import Json, LastName, Who
from cli.times import parse_time
from cli.wiring import due_by_settings, open_stores, rules_as_stored
from shared.bootstrap import utc_now
from shared.domain.acts import Act
from shared.domain.planning import plan_for
from shared.operations.actions import record_follow_up, undo_follow_up
from shared.operations.lead_views import LeadView
from shared.operations.said import OUTCOMES, said_day, said_name, said_note, said_outcome
from shared.operations.stores import Stores
from shared.ports.leads import StoredLead


def follow_up(  # noqa: PLR0913 - one an option
    who: Who,
    *,
    last_name: LastName = "",
    by: Annotated[str, typer.Option(metavar="NAME", help="Who acted.")] = "",
    at: Annotated[
        str,
        typer.Option(metavar="TIME", help="When: 2026-11-21T09:30Z, or '2h ago'. Default: now."),
    ] = "",
    outcome: Annotated[
        str,
        typer.Option(
            metavar="OUTCOME", help=f"What came of it: {OUTCOMES}. The last three close the lead."
        ),
    ] = "",
    look_on: Annotated[
        str, typer.Option(metavar="DAY", help="The day on which to look again, such as 2027-03-03.")
    ] = "",
    note: Annotated[str, typer.Option(metavar="TEXT", help="What was done, in your words.")] = "",
    as_json: Json = False,
) -> None:
    """Record a follow-up, which stops the lead's clock."""

    async def command() -> None:
        now = utc_now()
        act = Act(
            said_at=parse_time(at, now) if at else now,
            seen_at=now,
            by=said_name(by),
            outcome=said_outcome(outcome),
            note=said_note(note),
        )
        stores = await open_stores()
        stored = await stores.lead_now(who, last_name=last_name)
        rules = await rules_as_stored(stores, due_by_settings())
        day = said_day(look_on, plan_for(rules, stored.lead).today(now))
        after = await record_follow_up(stores, stored, replace(act, look_on=day), rules)
        if as_json:
            await _print_lead(stores, after)
            return
        console.say(f"lead {after.lead.lead_id}: followed up at {console.minute(act.at)} UTC")
        if (due_at := after.lead.follow_up.due_at) is not None:
            console.say(f"Later interests must be answered by {console.minute(due_at)} UTC.")

    run(command())


def undo(who: Who, *, last_name: LastName = "", as_json: Json = False) -> None:
    """Withdraw the last follow-up, as if it had not happened."""

    async def command() -> None:
        stores = await open_stores()
        stored = await stores.lead_now(who, last_name=last_name)
        rules = await rules_as_stored(stores, due_by_settings())
        after, act = await undo_follow_up(stores, stored, rules)
        if as_json:
            await _print_lead(stores, after)
            return
        lead = after.lead
        who_acted = f" by {act.by}" if act.by else ""
        console.say(
            f"lead {lead.lead_id}: the follow-up of {console.minute(act.at)} UTC{who_acted} no"
            " longer counts"
        )
        if (due_at := lead.follow_up.due_at) is not None:
            console.say(f"The customer must be answered by {console.minute(due_at)} UTC.")

    run(command())


async def _print_lead(stores: Stores, stored: StoredLead) -> None:
    console.print_object(LeadView.of(stored, await stores.in_use()))
