"""``leads merge``."""

from dataclasses import replace
from typing import Annotated

import typer

from cli import console
from cli.asking import confirm
from cli.command import run
from cli.lead_commands import Json, LastName, Who, Yes
from cli.lead_list import ID_DIGITS
from cli.wiring import open_stores, rules_as_stored
from shared.bootstrap import merge_rules, owners, rules_by_settings
from shared.domain.lead import Lead
from shared.operations.merge_view import MergeView
from shared.operations.merging import Merge, MergePorts, look, merge
from shared.operations.stores import Stores
from shared.operations.words import counted
from shared.settings import MergeSettings, load


def merge_leads(  # noqa: PLR0913 - each is an option
    who: Who,
    into: Annotated[
        str,
        typer.Argument(
            metavar="INTO", help="The lead that stays, named likewise. It keeps its owner, if any."
        ),
    ],
    *,
    last_name: LastName = "",
    into_last_name: Annotated[
        str, typer.Option(metavar="NAME", help="Likewise, if INTO is a phone number.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what it would do.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Merge a lead into another one of the same customer. It can't be undone."""

    async def command() -> None:
        stores = await open_stores()
        lead = await stores.lead(who, last_name=last_name)
        other = await stores.lead(into, last_name=into_last_name)
        ids = lead.lead.lead_id, other.lead.lead_id
        ports = await _ports(stores)
        found = await look(ports, *ids)
        if not as_json:
            _preview(found, other.lead)
        if not dry_run and not found.is_done:
            named, stays = _short(found.lead.lead), _short(found.into.lead)
            confirm(f"this merges lead {named} into lead {stays} for good", yes=yes)
        done = found if dry_run else await merge(ports, *ids)
        if as_json:
            console.print_object(MergeView.of(done, ports.in_use))
        elif not dry_run and not found.is_done:
            gone, kept = _short(found.lead.lead), _short(done.into.lead)
            console.say(f"lead {gone} is now part of lead {kept}")

    run(command())


async def _ports(stores: Stores) -> MergePorts:
    return MergePorts(
        leads=stores.leads,
        facts=stores.histories,
        writer=stores.writer,
        queue=stores.queue,
        owners=replace(owners(), secret=stores.secret),
        clock=stores.clock,
        rules=await rules_as_stored(stores, rules_by_settings()),
        merging=merge_rules(load(MergeSettings)),
        in_use=await stores.in_use(),
    )


def _short(lead: Lead) -> str:
    return lead.lead_id[:ID_DIGITS]


def _preview(found: Merge, named: Lead) -> None:
    """Say what a merge comes to, or that it is done; also where all of the lead INTO is now."""
    lead, into = found.lead.lead, found.into.lead
    if named.lead_id != into.lead_id:
        console.say(f"lead {_short(named)} was merged into lead {_short(into)}")
    if found.is_done:
        at = console.minute(lead.merged_at)
        console.say(f"lead {_short(lead)} was merged into lead {_short(into)}, {at} UTC")
        return
    acts = f" and {counted(len(found.acts), 'follow-up')}" if found.acts else ""
    console.say(_named(lead))
    console.say_fact("  ", f"becomes part of {_named(into)}")
    goes = "goes" if len(found.recorded) == 1 and not acts else "go"
    console.say(f"  {counted(len(found.recorded), 'submission')}{acts} {goes} with it")
    console.say(f"  the owner is {into.owner or lead.owner or 'nobody yet'}")
    for name, delivery in sorted(found.lead.deliveries.items()):
        if delivery.record is not None:
            console.say(f"  {name}: record {delivery.record.id} stays")
    console.say("  this can't be undone", "yellow")


def _named(lead: Lead) -> str:
    """Return a lead by the start of its id, its customer, and how that one is reached."""
    contact = lead.contact
    name = f"{contact.first_name} {contact.last_name}".strip()
    parts = (name, contact.company, contact.email or contact.phone)
    who = ", ".join(part for part in parts if part)
    return f"lead {_short(lead)}" + (f" ({who})" if who else "")
