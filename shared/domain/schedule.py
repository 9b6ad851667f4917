"""When the sweep must look at a lead again. Pure.

A lead whose delivery is behind always has a message on the queue, unless the message was lost. The
sweep can't see messages, so it waits until one would have shown some progress, and a grace longer.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from shared.domain.delivery import Delivery, exponential
from shared.domain.follow_up import FollowUpState
from shared.domain.lead import Lead

GRACE = timedelta(minutes=30)
"""Far more than the 10 minutes after which the message of a dead worker shows again."""

LONGEST_GRACE = timedelta(hours=6)

RETIRED_LOOK = timedelta(days=1)
"""How soon a retired destination that a setting names again gets what it lacks."""


def no_progress_at(delivery: Delivery, since: datetime) -> datetime:
    """Return when a delivery that nothing has moved since then counts as without progress."""
    signs = (since, delivery.next_attempt_at, delivery.claim_ends_at)
    latest = max(sign for sign in signs if sign is not None)
    return latest + exponential(GRACE, delivery.attempts, LONGEST_GRACE)


def next_look_at(
    lead: Lead, deliveries: Iterable[Delivery], now: datetime, retired: Collection[str] = ()
) -> datetime | None:
    """Return the earliest time at which anything about the lead can be due, None for never."""
    looks = [
        now + RETIRED_LOOK if d.destination in retired else no_progress_at(d, now)
        for d in deliveries
        if d.is_behind(lead.version)
    ]
    if lead.follow_up.state is FollowUpState.WAITING and lead.follow_up.due_at is not None:
        looks.append(lead.follow_up.due_at)
    return min(looks, default=None)


def sooner(current: datetime | None, look_at: datetime | None) -> datetime | None:
    """Return the earlier of two looks; None is never."""
    return min((at for at in (current, look_at) if at is not None), default=None)
