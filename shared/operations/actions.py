"""What an operator changes on leads: release and deliver by message, follow-up by hand."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

from shared.domain.envelope import Deliver
from shared.domain.errors import StaleLeadError
from shared.domain.follow_up import FollowUpState
from shared.domain.merging import answered
from shared.domain.schedule import next_look_at, sooner
from shared.operations.errors import NotFoundError, RefusedError, UsageError
from shared.operations.listing import LeadState, listed
from shared.operations.stores import Stores
from shared.ports.leads import Event, EventKind, LeadChange, StoredLead

MOST_TRIES = 10


async def release(stores: Stores, stored: StoredLead) -> list[str]:
    """Ask for what is parked to be tried again; return the destinations.

    Raises ``RefusedError`` if nothing is parked. The message names the version: one that is sent
    twice, or while a delivery is under way, releases once.
    """
    lead = stored.lead
    parked = [d.destination for d in stored.deliveries.values() if d.parked_version == lead.version]
    if not parked:
        raise RefusedError(f"lead {lead.lead_id} has nothing parked")
    message = Deliver(lead_id=lead.lead_id, release_version=lead.version)
    await stores.queue.send(message.to_text())
    return parked


async def release_all(stores: Stores) -> AsyncIterator[StoredLead]:
    """Release every parked lead, and yield each."""
    async for stored in listed(stores, state=LeadState.PARKED):
        await release(stores, stored)
        yield stored


async def deliver_pending(stores: Stores) -> AsyncIterator[StoredLead]:
    """Ask for every pending lead to be tried now, and yield each."""
    async for stored in listed(stores, state=LeadState.PENDING):
        await stores.queue.send(Deliver(lead_id=stored.lead.lead_id).to_text())
        yield stored


async def record_follow_up(
    stores: Stores, stored: StoredLead, *, at: datetime, by: str, outcome: str, note: str
) -> StoredLead:
    """Stop a lead's clock by hand; what the customer did after ``at`` starts it again."""
    if at > stores.clock():
        raise UsageError(f"--at {at.isoformat()} is still to come: a follow-up has happened")
    before: StoredLead | None = stored
    for _ in range(MOST_TRIES):
        if before is None:
            raise NotFoundError(f"lead {stored.lead.lead_id} is gone")
        _refuse(before, at)
        change = _followed_up(before, at=at, by=by, outcome=outcome, note=note, now=stores.clock())
        due_at = change.lead.next_due_at
        if due_at is not None and due_at != before.lead.next_due_at:
            await stores.index.put_due(before.lead.lead_id, due_at)
        try:
            return await stores.leads.commit(change)
        except StaleLeadError:
            before = await stores.leads.read(before.lead.lead_id)
    raise RefusedError(f"lead {stored.lead.lead_id} is being changed all the time: try again")


def _refuse(stored: StoredLead, at: datetime) -> None:
    lead = stored.lead
    if lead.follow_up.state is FollowUpState.NONE:
        why = "a test lead" if lead.test else "nobody may contact the customer"
        raise RefusedError(f"lead {lead.lead_id} awaits no follow-up: {why}")
    done_at = lead.follow_up.done_at
    if done_at is not None and at < done_at:
        raise RefusedError(
            f"lead {lead.lead_id} was followed up at {done_at:%Y-%m-%dT%H:%MZ}, which is later"
        )


def _followed_up(
    before: StoredLead, *, at: datetime, by: str, outcome: str, note: str, now: datetime
) -> LeadChange:
    lead = answered(before.lead, at, by, outcome)
    look_at = next_look_at(lead, before.deliveries.values(), now)
    return LeadChange(
        before=before,
        lead=replace(lead, next_due_at=sooner(lead.next_due_at, look_at)),
        at=now,
        events=[
            Event(
                kind=EventKind.FOLLOWED_UP,
                detail="; ".join(part for part in (by, outcome, note) if part),
            )
        ],
    )
