"""``leads list``: which leads, in which order, found by the index wherever it lists them."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from enum import StrEnum

from cli.desk import AT_A_TIME, Desk
from cli.lead_tables import IndexRows
from cli.lead_views import delivery_states, least_state
from shared.domain.follow_up import FollowUpState
from shared.domain.lead import KeyKind
from shared.ports.leads import StoredLead
from shared.storage.account import at_most


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
"""Where the index lists a state."""

COLUMNS = {
    LeadState.DO_NOT_CONTACT: "do_not_contact eq true",
    LeadState.ANONYMOUS: f"key_kind eq '{KeyKind.SUBMISSION.value}'",
}
"""What rows of leads say of states that are rare; the others are found among all leads."""

KEYED_BY_CREATION = (IndexRows.RECENT, IndexRows.TEST)


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


def listed(
    desk: Desk, *, state: LeadState | None = None, since: datetime | None = None, most: int = 0
) -> AsyncIterator[StoredLead]:
    """Yield the newest leads of a state; ``most`` 0 is all.

    An index row may be out of date, the lead is not.
    """
    wanted = _wanted(_candidates(desk, state, since, most), state, since)
    return at_most(most, wanted) if most else wanted


def _candidates(
    desk: Desk, state: LeadState | None, since: datetime | None, most: int
) -> AsyncIterator[StoredLead]:
    """Yield leads among which all that are wanted are, newest first."""
    at_a_time = min(most or AT_A_TIME, AT_A_TIME)
    if state in COLUMNS:
        return desk.read_all(desk.lead_table.where(COLUMNS[state]), at_a_time=at_a_time)
    rows = IndexRows.RECENT if state is None else ROWS.get(state, IndexRows.RECENT)
    if rows is IndexRows.RECENT and not most and since is None:
        return _newest_first(desk.lead_table.every())
    ids = desk.lists.ids(rows, since=since if rows in KEYED_BY_CREATION else None)
    found = desk.read_all(ids, at_a_time=at_a_time)
    return _newest_first(found) if rows is IndexRows.DUE else found


async def _wanted(
    found: AsyncIterator[StoredLead], state: LeadState | None, since: datetime | None
) -> AsyncIterator[StoredLead]:
    async for stored in found:
        new_enough = since is None or stored.lead.created_at >= since
        if new_enough and (state is None or IS_IN[state](stored)):
            yield stored


async def _newest_first(found: AsyncIterator[StoredLead]) -> AsyncIterator[StoredLead]:
    """Sort what is found in another order."""
    leads = [stored async for stored in found]
    for stored in sorted(leads, key=_age):
        yield stored


def _age(stored: StoredLead) -> tuple[float, str]:
    """Return the key by which ``recent`` rows of the index sort as well."""
    return -stored.lead.created_at.timestamp(), stored.lead.lead_id
