"""Take one step on one lead: write it, queue what must be, hand the lead over."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from nurture_timer.due import Step
from nurture_timer.faults import Faults
from nurture_timer.giving_up import note_given_up
from nurture_timer.ports import SweepPorts
from shared.committing import commit
from shared.domain.envelope import Deliver
from shared.domain.errors import StaleLeadError
from shared.domain.follow_up import LadderKind
from shared.domain.joining import has_more
from shared.domain.rules import Rules
from shared.owning import first_owned, handed_over, has_gone, lacks_owner, nobody
from shared.ports.index import DueRow
from shared.ports.leads import LeadChange, StoredLead
from shared.taking_over import baseline_owner, is_ours, named_by_sales

A_SECOND = timedelta(seconds=1)
MOST_SECONDS = 20 * 60
"""Messages for notices are queued one a second, so that a channel is not flooded."""


class Dealt(NamedTuple):
    """A step that was taken, and the lead after it."""

    step: Step
    after: StoredLead


async def deal(
    row: DueRow,
    step: Step,
    ports: SweepPorts,
    rules: Rules,
    told: Iterator[int],
    faults: Faults,
) -> Dealt | None:
    """Take one step; None if somebody else wrote the lead meanwhile: it stays due.

    ``told`` numbers the leads of a sweep that have notices to be sent.
    """
    before = step.change.before
    if before is not None and has_more(before.lead):
        await ports.merge_again(row.lead_id, before.lead.merged_into)
        return None
    if step.requeue:
        await ports.queue.send(Deliver(lead_id=row.lead_id).to_text())
    try:
        change = await _owned(step, ports, rules)
        with faults.of(f"lead {row.lead_id}: a notice is given up without its channel's trouble"):
            await note_given_up(change, rules, ports.given_up)
        after = await commit(ports.leads, ports.index, change)
    except StaleLeadError:
        return None
    if after.lead.next_due_at != row.due_at:
        await ports.index.delete(row)
    if (_has_news(change) or _is_newer(change)) and not step.requeue:
        delay = A_SECOND * min(next(told), MOST_SECONDS)
        await ports.queue.send(Deliver(lead_id=row.lead_id, attempt=1).to_text(), delay)
    return Dealt(step, after)


async def _owned(step: Step, ports: SweepPorts, rules: Rules) -> LeadChange:
    """Return the change of a step, with an owner where there is none, or with another one.

    The step may ask for another, and so does an owner who has gone.
    """
    change, taken = _named_by_sales(step, rules), step.taken
    lead = change.lead
    # One whom sales has just named need not lose the lead to the next in turn.
    asks = taken is not None and taken.reassign and lead.owner == step.change.lead.owner
    lacks = lacks_owner(lead, rules) or (_checks_in(step) and has_gone(lead, rules))
    if not asks and not lacks:
        return change
    owned = await ports.owners.find(lead, rules)
    found = owned is not None and owned.member not in ("", lead.owner)
    if owned is not None and found and not lead.owner:
        return first_owned(change, owned, rules)
    if not lead.owner and not asks:
        return change
    if lacks and not found:
        # Told once: from now on nobody owns the lead, until somebody can.
        owned = nobody(lead)
    return handed_over(change, owned, rules)


def _checks_in(step: Step) -> bool:
    """Tell whether somebody is asked to look at a lead again, now or later."""
    clock = step.change.lead.follow_up
    asked = step.taken is not None and bool(step.taken.notices)
    return clock.run_kind is LadderKind.CHECK_IN and (asked or clock.next_step_at is not None)


def _named_by_sales(step: Step, rules: Rules) -> LeadChange:
    """Return the change of a step, with the owner whom sales named since we delivered (A5)."""
    change = step.change
    for destination, owner_id in step.owners.items():
        delivery = change.all_deliveries[destination]
        if not is_ours(delivery, owner_id):
            known = baseline_owner(delivery)
            change = named_by_sales(change, destination, owner_id, rules, baseline=known)
    return change


def _is_newer(change: LeadChange) -> bool:
    """Tell whether the CRMs must hear of a change, such as of another owner."""
    return change.before is not None and change.lead.version > change.before.lead.version


def _has_news(change: LeadChange) -> bool:
    """Tell whether a change has a notice that is to be sent now, alone."""
    return any(
        notice is not None and not notice.listed and notice.send_from <= change.at
        for notice in change.notices.values()
    )
