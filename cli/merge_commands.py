"""``leads merge``."""

from dataclasses import replace
from typing import Annotated

import typer

from cli import console
from cli.asking import confirm
from cli.command import run
from cli.lead_commands import Who, Yes
from cli.lead_list import ID_DIGITS
from cli.wiring import open_stores, rules_as_stored
from shared.bootstrap import merge_rules, owners, rules_by_settings
from shared.domain.lead import Lead
from shared.operations.merging import Merge, MergePorts, look, merge
from shared.operations.stores import Stores
from shared.operations.words import counted
from shared.settings import MergeSettings, load


def merge_leads(
    who: Who,
    into: Annotated[
        str,
        typer.Argument(
            metavar="INTO", help="The lead that stays, named likewise. It keeps its owner, if any."
        ),
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what it would do.")] = False,
    yes: Yes = False,
) -> None:
    """Merge a lead into another one of the same customer. It can't be undone."""

    async def command() -> None:
        stores = await open_stores()
        lead, other = await stores.lead(who), await stores.lead(into)
        ids = lead.lead.lead_id, other.lead.lead_id
        ports = await _ports(stores)
        found = await look(ports, *ids)
        named, stays = _short(found.lead.lead), _short(found.into.lead)
        if stays != _short(other.lead):
            console.say(f"lead {_short(other.lead)} was merged into lead {stays}")
        _preview(found)
        if dry_run:
            return
        if not found.is_done:
            confirm(f"this merges lead {named} into lead {stays} for good", yes=yes)
        done = await merge(ports, *ids)
        if not found.is_done:
            console.say(f"lead {named} is now part of lead {_short(done.into.lead)}")

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


def _preview(found: Merge) -> None:
    """Say what a merge comes to, or that it is done."""
    lead, into = found.lead.lead, found.into.lead
    if found.is_done:
        at = console.minute(lead.merged_at)
        console.say(f"lead {_short(lead)} was merged into lead {_short(into)}, {at} UTC")
        return
    acts = f" and {counted(len(found.acts), 'follow-up')}" if found.acts else ""
    console.say(f"{_named(lead)} becomes part of {_named(into)}")
    goes = "goes" if len(found.recorded) == 1 and not acts else "go"
    console.say(f"  {counted(len(found.recorded), 'submission')}{acts} {goes} with it")
    console.say(f"  the owner is {into.owner or lead.owner or 'nobody yet'}")
    for name, delivery in sorted(found.lead.deliveries.items()):
        if delivery.record is not None:
            console.say(f"  {name}: record {delivery.record.id} stays, and is told")


def _named(lead: Lead) -> str:
    """Return a lead by the start of its id, its customer and where that one works."""
    contact = lead.contact
    name = f"{contact.first_name} {contact.last_name}".strip() or contact.email or contact.phone
    who = ", ".join(part for part in (name, contact.company) if part)
    return f"lead {_short(lead)}" + (f" ({who})" if who else "")
