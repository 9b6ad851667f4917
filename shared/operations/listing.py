"""``leads list``: which leads, in which order, found by the index wherever it lists them."""

from collections.abc import AsyncIterator, Callable, Collection
from datetime import datetime
from enum import StrEnum

from shared.domain.follow_up import FollowUpState
from shared.domain.retired import InUse
from shared.operations.lead_views import delivery_states, least_state
from shared.operations.stores import AT_A_TIME, Stores
from shared.ports.leads import StoredLead
from shared.ports.reading import Listing, Rare


class LeadState(StrEnum):
    """What leads can be listed by."""

    WAITING = "waiting"
    OVERDUE = "overdue"
    FOLLOWED_UP = "followed_up"
    UNOWNED = "unowned"
    PENDING = "pending"
    PARKED = "parked"
    DELIVERED = "delivered"
    RETIRED = "retired"
    DO_NOT_CONTACT = "do_not_contact"
    ANONYMOUS = "anonymous"
    TEST = "test"
    MERGED = "merged"


ROWS = {
    LeadState.WAITING: Listing.DUE,
    LeadState.PENDING: Listing.DUE,
    LeadState.OVERDUE: Listing.OVERDUE,
    LeadState.PARKED: Listing.PARKED,
    LeadState.TEST: Listing.TEST,
}
"""Where the index lists a state."""

RARE = {
    LeadState.DO_NOT_CONTACT: Rare.DO_NOT_CONTACT,
    LeadState.ANONYMOUS: Rare.ANONYMOUS,
}
"""States that are rare; the others are found among all leads."""

KEYED_BY_CREATION = (Listing.RECENT, Listing.TEST)

type IsIn = Callable[[StoredLead, InUse], bool]


def _follows_up(state: FollowUpState) -> IsIn:
    return lambda stored, _: stored.lead.follow_up.state is state


def _delivers(state: str) -> IsIn:
    return lambda stored, in_use: state in delivery_states(stored, in_use)


def _is_pending(stored: StoredLead, in_use: InUse) -> bool:
    """Tell whether a delivery is to come, other than of the news that the lead is merged."""
    return not stored.lead.merged_into and "pending" in delivery_states(stored, in_use)


IS_IN: dict[LeadState, IsIn] = {
    LeadState.WAITING: _follows_up(FollowUpState.WAITING),
    LeadState.OVERDUE: _follows_up(FollowUpState.OVERDUE),
    LeadState.FOLLOWED_UP: _follows_up(FollowUpState.FOLLOWED_UP),
    LeadState.UNOWNED: lambda stored, _: stored.lead.follow_up.awaited and not stored.lead.owner,
    LeadState.PENDING: _is_pending,
    LeadState.PARKED: _delivers("parked"),
    LeadState.DELIVERED: lambda stored, in_use: least_state(stored, in_use) == "delivered",
    LeadState.RETIRED: _delivers("retired"),
    LeadState.DO_NOT_CONTACT: lambda stored, _: stored.lead.do_not_contact,
    LeadState.ANONYMOUS: lambda stored, _: stored.lead.anonymous,
    LeadState.TEST: lambda stored, _: stored.lead.test,
    LeadState.MERGED: lambda stored, _: bool(stored.lead.merged_into),
}


class Search:
    """A text that is looked for in names, company, e-mail and offers, without regard to case.

    ``read`` counts the leads that were looked at.
    """

    def __init__(self, text: str) -> None:
        """Take the text; white space around it does not count."""
        self._wanted = text.strip().casefold()
        self.read = 0

    def finds(self, stored: StoredLead) -> bool:
        """Tell whether a lead has the text."""
        self.read += 1
        contact, interests = stored.lead.contact, stored.lead.interests
        name = f"{contact.first_name} {contact.last_name}"
        offers = [f"{i.offer_title} {i.publisher}.{i.offer}" for i in interests]
        texts = (name, contact.company, contact.email, *offers)
        return any(self._wanted in text.casefold() for text in texts)


async def listed(
    stores: Stores,
    *,
    states: Collection[LeadState] = (),
    since: datetime | None = None,
    most: int = 0,
    search: Search | None = None,
    owner: str = "",
) -> AsyncIterator[StoredLead]:
    """Yield the newest leads that are in any of some states; ``most`` 0 is all.

    An index row may be out of date, the lead is not.
    """
    only = next(iter(states)) if len(states) == 1 else None
    in_use = await stores.in_use()
    # What a search or an owner leaves out is not known before it is read.
    found = _candidates(stores, only, since, 0 if search or owner else most)
    count = 0
    async for stored in found:
        new_enough = since is None or stored.lead.created_at >= since
        in_state = not states or any(IS_IN[state](stored, in_use) for state in states)
        owned = not owner or stored.lead.owner.casefold() == owner.casefold()
        if new_enough and in_state and owned and (search is None or search.finds(stored)):
            yield stored
            count += 1
            if count == most:
                return


def _candidates(
    stores: Stores, state: LeadState | None, since: datetime | None, most: int
) -> AsyncIterator[StoredLead]:
    """Yield leads among which all that are wanted are, newest first."""
    at_a_time = min(most or AT_A_TIME, AT_A_TIME)
    if state in RARE:
        return stores.read_all(stores.histories.rare(RARE[state]), at_a_time=at_a_time)
    rows = Listing.RECENT if state is None else ROWS.get(state, Listing.RECENT)
    if rows is Listing.RECENT and not most and since is None:
        return _newest_first(stores.every())
    ids = stores.lists.ids(rows, since=since if rows in KEYED_BY_CREATION else None)
    found = stores.read_all(ids, at_a_time=at_a_time)
    return _newest_first(found) if rows is Listing.DUE else found


async def _newest_first(found: AsyncIterator[StoredLead]) -> AsyncIterator[StoredLead]:
    """Sort what is found in another order."""
    leads = [stored async for stored in found]
    for stored in sorted(leads, key=_age):
        yield stored


def _age(stored: StoredLead) -> tuple[float, str]:
    """Return the key by which ``recent`` rows of the index sort as well."""
    return -stored.lead.created_at.timestamp(), stored.lead.lead_id
