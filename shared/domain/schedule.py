"""When the sweep must look at a lead again. Pure.

A lead whose delivery is behind always has a message on the queue, unless the message was lost. The
sweep can't see messages, so it waits until one would have shown some progress, and a grace longer.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from shared.domain.acts import last_act
from shared.domain.attempts import exponential
from shared.domain.delivery import Delivery
from shared.domain.follow_up import FollowUpState, LadderKind
from shared.domain.lead import Lead
from shared.domain.notices import Notice

GRACE = timedelta(minutes=30)
"""Far more than the 10 minutes after which the message of a dead worker shows again."""

LONGEST_GRACE = timedelta(hours=6)

RETIRED_LOOK = timedelta(days=1)
"""How soon a retired destination that a setting names again gets what it lacks."""

NOT_SOONER = timedelta(minutes=5)
"""Until the next look where this one could do nothing about what is due."""


def no_progress_at(delivery: Delivery, since: datetime) -> datetime:
    """Return when a delivery that nothing has moved since then counts as without progress."""
    return delivery.last_sign(since) + exponential(GRACE, delivery.attempts, LONGEST_GRACE)


def next_look_at(
    lead: Lead,
    deliveries: Iterable[Delivery],
    now: datetime,
    *,
    retired: Collection[str] = (),
    notices: Iterable[Notice] = (),
) -> datetime | None:
    """Return the earliest time at which anything about the lead can be due, None for never.

    No other place says when: what waits for a time must be in here.
    """
    looks = [
        now + RETIRED_LOOK if d.destination in retired else no_progress_at(d, now)
        for d in deliveries
        if d.is_behind(lead.version)
    ]
    looks += [notice_look_at(notice) for notice in notices]
    clock = lead.follow_up
    if clock.state is FollowUpState.WAITING and clock.due_at is not None:
        looks.append(clock.due_at)
    if lacks_run(lead):
        looks.append(now)
    elif clock.run_kind is not LadderKind.NONE and clock.next_step_at is not None:
        looks.append(clock.next_step_at)
    return min(looks, default=None)


def notice_look_at(notice: Notice) -> datetime:
    """Return when a notice is due to be queued, or counts as without progress."""
    if notice.waits:
        return notice.send_from
    latest = notice.last_sign(notice.send_from)
    if notice.listed:
        return latest
    return latest + exponential(GRACE, notice.attempts, LONGEST_GRACE)


def lacks_run(lead: Lead) -> bool:
    """Tell whether the sweep must begin a run.

    An overdue lead of an older version has none, nor has a lead that an act has left open.
    """
    clock = lead.follow_up
    if clock.state is FollowUpState.OVERDUE:
        return clock.run_kind is LadderKind.NONE
    if clock.state is not FollowUpState.FOLLOWED_UP or clock.ladder_at is not None:
        return False
    last = last_act(lead.acts)
    return last is not None and not last.closed and last.at == clock.done_at


def look_after(look_at: datetime | None, now: datetime) -> datetime | None:
    """Return when to look again: later, where this look could do nothing about what is due.

    So a lead that must wait goes behind all others that are due. It counts from the minute, since
    sweeps come on the minute, and some begin a few seconds late.
    """
    if look_at is None or look_at > now:
        return look_at
    return now.replace(second=0, microsecond=0) + NOT_SOONER


def next_due_at(
    current: datetime | None, look_at: datetime | None, now: datetime
) -> datetime | None:
    """Return when a lead is due that is looked at by ``current``, and must be by ``look_at``.

    Of what is due already, a look that comes soon is soon enough: whatever is written meanwhile
    must not bring the lead to the front again, before others that wait for their first look.
    """
    is_due = look_at is not None and look_at <= now
    comes_soon = current is not None and current <= now + NOT_SOONER
    return current if is_due and comes_soon else sooner(current, look_at)


def sooner(current: datetime | None, look_at: datetime | None) -> datetime | None:
    """Return the earlier of two looks; None is never."""
    return min((at for at in (current, look_at) if at is not None), default=None)
