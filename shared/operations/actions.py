"""What an operator changes on leads: release and deliver by message, follow-up by hand."""

from collections.abc import AsyncIterator
from datetime import datetime

from shared.domain.envelope import Deliver
from shared.domain.follow_up import FollowUpState
from shared.domain.lead import Lead
from shared.domain.merging import answered
from shared.operations.errors import NotFoundError, RefusedError, UsageError
from shared.operations.lead_views import delivery_state
from shared.operations.listing import LeadState, listed
from shared.operations.stores import Stores
from shared.ports.leads import Event, EventKind, LeadChange, StoredLead


async def release(stores: Stores, stored: StoredLead) -> list[str]:
    """Ask for what is parked to be tried again; return the destinations.

    Raises ``RefusedError`` if nothing is parked, but perhaps at retired destinations. The message
    names the version: one that is sent twice, or while a delivery is under way, releases once.
    """
    lead = stored.lead
    in_use = await stores.in_use()
    states = {
        name: delivery_state(delivery, lead.version, in_use)
        for name, delivery in stored.deliveries.items()
    }
    parked = [name for name, state in states.items() if state == "parked"]
    if not parked:
        retired = in_use.retired(stored.deliveries)
        left = f"; {', '.join(sorted(retired))} is no longer in use" if retired else ""
        raise RefusedError(f"lead {lead.lead_id} has nothing parked{left}")
    message = Deliver(lead_id=lead.lead_id, release_version=lead.version)
    await stores.queue.send(message.to_text())
    return parked


async def release_all(stores: Stores) -> AsyncIterator[StoredLead]:
    """Release every parked lead, and yield each."""
    async for stored in listed(stores, states=[LeadState.PARKED]):
        await release(stores, stored)
        yield stored


async def deliver_pending(stores: Stores) -> AsyncIterator[StoredLead]:
    """Ask for every pending lead to be tried now, and yield each."""
    async for stored in listed(stores, states=[LeadState.PENDING]):
        await stores.queue.send(Deliver(lead_id=stored.lead.lead_id).to_text())
        yield stored


async def record_follow_up(
    stores: Stores, stored: StoredLead, *, at: datetime, by: str, outcome: str, note: str
) -> StoredLead:
    """Stop a lead's clock by hand; what the customer did after ``at`` starts it again."""
    if at > stores.clock():
        raise UsageError(f"--at {at.isoformat()} is still to come: a follow-up has happened")

    def decide(before: StoredLead) -> LeadChange:
        _refuse(before, at)
        return _followed_up(before, at=at, by=by, outcome=outcome, note=note, now=stores.clock())

    after = await stores.writer.change(stored, decide)
    if after is None:
        raise NotFoundError(f"lead {stored.lead.lead_id} is gone")
    return after


def _why_none(lead: Lead) -> str:
    if lead.test:
        return "it is a test lead"
    if lead.do_not_contact:
        return "nobody may contact the customer"
    return "there is no way to reach the customer"


def _refuse(stored: StoredLead, at: datetime) -> None:
    lead = stored.lead
    if lead.follow_up.state is FollowUpState.NONE:
        raise RefusedError(f"lead {lead.lead_id} awaits no follow-up: {_why_none(lead)}")
    done_at = lead.follow_up.done_at
    if done_at is not None and at < done_at:
        raise RefusedError(
            f"lead {lead.lead_id} was followed up at {done_at:%Y-%m-%dT%H:%MZ}, which is later"
        )


def _followed_up(
    before: StoredLead, *, at: datetime, by: str, outcome: str, note: str, now: datetime
) -> LeadChange:
    return LeadChange(
        before=before,
        lead=answered(before.lead, at, by, outcome),
        at=now,
        events=[
            Event(
                kind=EventKind.FOLLOWED_UP,
                detail="; ".join(part for part in (by, outcome, note) if part),
            )
        ],
    )
