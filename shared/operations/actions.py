"""What an operator changes on leads: release and deliver by message, follow-up by hand."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from shared.committing import acts_of, rows_of
from shared.domain.acts import CLOCKS_APART, Act, ActSummary, is_left_out, last_act
from shared.domain.calendars import Calendar
from shared.domain.clock import answered, as_of_then
from shared.domain.envelope import Deliver
from shared.domain.follow_up import FollowUpState
from shared.domain.holding import hold
from shared.domain.lead import Lead
from shared.domain.planning import plan_for
from shared.domain.rules import Rules
from shared.domain.whole import ToldInterest, clipped, whole
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
    parked_at = [at for name in parked if (at := stored.deliveries[name].parked_at)]
    message = Deliver(
        lead_id=lead.lead_id,
        release_version=lead.version,
        parked_until=max(parked_at, default=None),
    )
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
    stores: Stores, stored: StoredLead, act: Act, rules: Rules
) -> StoredLead:
    """Stop a lead's clock by hand; what the customer did after the act starts it again.

    The same act twice, by time and person, is one.
    """
    if act.said_at > act.seen_at + CLOCKS_APART:
        told = act.said_at.isoformat()
        raise UsageError(f"{told} is still to come: a follow-up has happened")
    leads, lead = stores.writer.leads, stored.lead
    rows, known = await rows_of(leads, lead), await acts_of(leads, lead, [act])
    decide = partial(record_act, rows=rows, act=act, rules=rules, known=known)
    return await _written(stores, stored, decide)


async def _written(
    stores: Stores, stored: StoredLead, decide: Callable[[StoredLead], LeadChange | None]
) -> StoredLead:
    after = await stores.writer.change(stored, decide)
    if after is None:
        raise NotFoundError(f"lead {stored.lead.lead_id} is gone")
    return after


async def undo_follow_up(
    stores: Stores, stored: StoredLead, rules: Rules
) -> tuple[StoredLead, ActSummary]:
    """Withdraw the last act on a lead; return the lead, and the act.

    Raises ``RefusedError`` if there is none.
    """
    withdrawn = last_act(stored.lead.acts)
    if withdrawn is None:
        raise RefusedError(f"lead {stored.lead.lead_id} has no follow-up that could be withdrawn")
    now = stores.clock()
    act = Act(said_at=now, seen_at=now, withdraws=withdrawn.act_id)
    rows = await rows_of(stores.writer.leads, stored.lead)
    after = await _written(stores, stored, lambda before: _recorded(before, rows, act, rules))
    return after, withdrawn


def record_act(
    before: StoredLead,
    rows: Sequence[ToldInterest],
    act: Act,
    rules: Rules,
    known: Collection[str] = (),
) -> LeadChange | None:
    """Return the change that an act is, None if it is recorded already.

    ``rows`` are the interests of a lead that keeps only some of them itself, ``known`` the ids of
    its acts if the act is older than those that it keeps. ``rules`` are those of
    now: they say what the working time was. Raises ``RefusedError`` if nobody has to follow up on
    the lead.
    """
    lead = whole(before.lead, rows)
    if _is_known(act, lead) or act.act_id in known:
        return None
    then = as_of_then(act, lead, plan_for(rules, lead).calendar)
    return _recorded(before, rows, then, rules)


def _is_known(act: Act, lead: Lead) -> bool:
    """Tell whether an act is there that somebody whose clock is ahead tells again.

    Its time is when we heard of it, and no longer the same.
    """
    return act.said_at > act.seen_at and any(
        (one.by, one.outcome) == (act.by, act.outcome)
        and act.seen_at - CLOCKS_APART <= one.at <= act.seen_at
        for one in lead.acts
    )


def _recorded(
    before: StoredLead, rows: Sequence[ToldInterest], act: Act, rules: Rules
) -> LeadChange | None:
    lead = before.lead
    if lead.follow_up.state is FollowUpState.NONE:
        raise RefusedError(f"lead {lead.lead_id} awaits no follow-up: {why_none(lead)}")
    after = clipped(answered(whole(lead, rows), act, rules.follow_up_within))
    if after == lead and not is_left_out(act, lead.acts):
        return None
    return LeadChange(
        before=before,
        lead=after,
        at=act.seen_at,
        acts=[act],
        events=[
            Event(
                kind=EventKind.UNDONE if act.withdraws else EventKind.FOLLOWED_UP,
                detail="; ".join(part for part in (act.by, act.outcome or "", act.note) if part),
            )
        ],
    )


def record_taken(
    before: StoredLead, by: str, press: str, now: datetime, calendar: Calendar | None
) -> LeadChange | None:
    """Return the change that *I have it* is, None if this ``press`` was recorded already."""
    clock = hold(before.lead.follow_up, press, now, calendar)
    if clock == before.lead.follow_up:
        return None
    return LeadChange(
        before=before,
        lead=replace(before.lead, follow_up=clock),
        at=now,
        events=[Event(kind=EventKind.TAKEN, detail=by)],
    )


def why_none(lead: Lead) -> str:
    """Return why nobody has to follow up on a lead."""
    if lead.merged_into:
        return f"it was merged into lead {lead.merged_into}"
    if lead.test:
        return "it is a test lead"
    if lead.do_not_contact:
        return "nobody may contact the customer"
    return "there is no way to reach the customer"
