"""``leads list``: which leads, in which order, found by the index wherever it lists them."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from enum import StrEnum

from ops.desk import Desk
from ops.lead_tables import IndexRows
from ops.views import delivery_states, least_state
from shared.follow_up import FollowUpState
from shared.ports import StoredLead


class LeadState(StrEnum):
    """What leads can be listed by."""

    WAITING = "waiting"
    OVERDUE = "overdue"
    FOLLOWED_UP = "followed_up"
    PENDING = "pending"
    PARKED = "parked"
    DELIVERED = "delivered"
    DO_NOT_CONTACT = "do_not_contact"
    ANONYMOUS = "anonymous"
    TEST = "test"


ROWS = {
    LeadState.WAITING: IndexRows.DUE,
    LeadState.PENDING: IndexRows.DUE,
    LeadState.OVERDUE: IndexRows.OVERDUE,
    LeadState.PARKED: IndexRows.PARKED,
    LeadState.TEST: IndexRows.TEST,
}
"""Where the index lists a state; the others are found among all leads."""


def _follows_up(state: FollowUpState) -> Callable[[StoredLead], bool]:
    return lambda stored: stored.lead.follow_up.state is state


def _delivers(state: str) -> Callable[[StoredLead], bool]:
    return lambda stored: state in delivery_states(stored)


IS_IN: dict[LeadState, Callable[[StoredLead], bool]] = {
    LeadState.WAITING: _follows_up(FollowUpState.WAITING),
    LeadState.OVERDUE: _follows_up(FollowUpState.OVERDUE),
    LeadState.FOLLOWED_UP: _follows_up(FollowUpState.FOLLOWED_UP),
    LeadState.PENDING: _delivers("pending"),
    LeadState.PARKED: _delivers("parked"),
    LeadState.DELIVERED: lambda stored: least_state(stored) == "delivered",
    LeadState.DO_NOT_CONTACT: lambda stored: stored.lead.do_not_contact,
    LeadState.ANONYMOUS: lambda stored: stored.lead.anonymous,
    LeadState.TEST: lambda stored: stored.lead.test,
}


async def listed(
    desk: Desk, *, state: LeadState | None, since: datetime | None
) -> AsyncIterator[StoredLead]:
    """Yield leads of a state, newest first; an index row may be out of date, the lead is not."""
    rows = ROWS.get(state, IndexRows.RECENT) if state else IndexRows.RECENT
    found = desk.read_all(desk.lists.ids(rows, since=since if rows is IndexRows.RECENT else None))
    if rows is IndexRows.DUE:
        found = _newest_first(found)
    async for stored in found:
        new_enough = since is None or stored.lead.created_at >= since
        if new_enough and (state is None or IS_IN[state](stored)):
            yield stored


async def _newest_first(found: AsyncIterator[StoredLead]) -> AsyncIterator[StoredLead]:
    """Sort what the index lists by another time: those who wait are few."""
    leads = [stored async for stored in found]
    for stored in sorted(leads, key=lambda one: one.lead.created_at, reverse=True):
        yield stored
