"""Who awaits an answer that nobody owns, and who is still to be told, by a bounded look."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest

from shared.operations.listing import IS_IN, LeadState
from shared.operations.stores import AT_A_TIME, Stores
from shared.operations.views import View
from shared.ports.leads import StoredLead
from shared.ports.reading import Listing

MOST_READ = 500
"""Leads that are read: the index lists who waits, not who owns them."""

OVERDUE_BY = timedelta(hours=1)
"""Of a notice that could have been sent: longer than any outage that nobody need hear of."""


class AwaitingView(View):
    """Leads that await an answer without an owner, None without teams, and unsent notices.

    ``looked_at`` are the leads that were read for it; without ``complete``, there are more that
    may be either. ``held_up`` counts the notices that should have been sent an hour ago.
    """

    unowned: int | None
    unsent_notices: int
    oldest_notice_at: datetime | None
    held_up: int
    looked_at: int
    complete: bool


async def awaiting(
    stores: Stores, now: datetime, *, teams: bool, most: int = MOST_READ
) -> AwaitingView:
    """Look at the leads that the index lists as due, as overdue, and as having a notice to come."""
    ids = await _candidates(stores, most)
    unowned = looked_at = held_up = 0
    created: list[datetime] = []
    in_use = await stores.in_use()
    async for stored in stores.read_all(_each(ids[:most]), at_a_time=AT_A_TIME):
        looked_at += 1
        unowned += IS_IN[LeadState.UNOWNED](stored, in_use)
        created += [notice.created_at for notice in stored.notices.values()]
        held_up += _held_up(stored, now)
    return AwaitingView(
        unowned=unowned if teams else None,
        unsent_notices=len(created),
        oldest_notice_at=min(created, default=None),
        held_up=held_up,
        looked_at=looked_at,
        complete=len(ids) <= most,
    )


def _held_up(stored: StoredLead, now: datetime) -> int:
    return sum(notice.send_from + OVERDUE_BY < now for notice in stored.notices.values())


async def _candidates(stores: Stores, most: int) -> Sequence[str]:
    """Return ids by turns from each listing, one more than ``most`` if there are more."""
    due = await _first(stores.lists.ids(Listing.DUE), most + 1)
    overdue = await _first(stores.lists.ids(Listing.OVERDUE), most + 1)
    to_come = await stores.index.checkin_rows(after="", limit=most + 1)
    by_turns = zip_longest(due, overdue, [row.lead_id for row in to_come])
    return list(dict.fromkeys(one for turn in by_turns for one in turn if one))[: most + 1]


async def _first(ids: AsyncIterator[str], most: int) -> list[str]:
    found: list[str] = []
    async for one in ids:
        found.append(one)
        if len(found) == most:
            break
    return found


async def _each(ids: Iterable[str]) -> AsyncIterator[str]:
    for one in ids:
        yield one
