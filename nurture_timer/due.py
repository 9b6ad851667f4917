"""What is due on a lead at one moment, and what follows. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.domain.acts import Act, is_left_out
from shared.domain.attempts import postpone
from shared.domain.clock import answered, as_of_then
from shared.domain.delivery import Delivery, park
from shared.domain.delivery import gives_up as gives_up_delivery
from shared.domain.follow_up import FollowUp, FollowUpState, LadderKind, is_overdue, stop_clock
from shared.domain.identity import answerable
from shared.domain.ladder import Taken, due_step
from shared.domain.lead import Lead
from shared.domain.notices import Notice, gives_up, not_wanted, queue, with_notices
from shared.domain.plan import Plan
from shared.domain.retired import InUse
from shared.domain.schedule import (
    look_after,
    next_look_at,
    no_progress_at,
    notice_look_at,
    sooner,
)
from shared.domain.whole import ToldInterest, clipped, whole
from shared.noticing import channel_too
from shared.ports.crm import FollowUpQuestion
from shared.ports.leads import Event, EventKind, LeadChange, StoredLead

LOOK_AGAIN = timedelta(hours=6)
"""How often the CRM is asked whether somebody acted on an overdue lead."""

LOOK_SELDOM_AFTER = timedelta(days=14)
LOOK_SELDOM = timedelta(days=1)

AT_ONCE = timedelta(0)
NO_PROGRESS = "no progress: the message was lost, or fails whenever it is taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What the sweep does on one lead.

    ``requeue`` says that a message must be sent first; ``owners`` are as asked.
    """

    change: LeadChange
    requeue: bool
    parked: tuple[str, ...]
    flagged: bool
    followed_up: bool
    taken: Taken | None = None
    owners: Mapping[str, str] = field(default_factory=dict)


def questions(stored: StoredLead, now: datetime, in_use: InUse) -> dict[str, FollowUpQuestion]:
    """Return what to ask of each destination before the lead is flagged, or a step is taken."""
    clock = stored.lead.follow_up
    since = _open_since(clock, now)
    if since is None or not answerable(stored.lead.contact):
        return {}
    return {
        name: FollowUpQuestion(lead_id=stored.lead.lead_id, record=delivery.record, since=since)
        for name, delivery in in_use.used(stored.deliveries).items()
        if delivery.record is not None
    }


def _open_since(clock: FollowUp, now: datetime) -> datetime | None:
    """Return since when an act is looked for: a check-in is of no use after a newer one."""
    if is_overdue(clock, now) or clock.state is FollowUpState.OVERDUE:
        return clock.clock_started_at
    next_at = clock.next_step_at
    checks_in = clock.run_kind is LadderKind.CHECK_IN and next_at is not None and next_at <= now
    return clock.done_at if checks_in else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What asking the CRMs about one lead gave.

    ``checked`` says that all that could know have answered; ``ask_again`` that one could know.
    ``owners`` are whom sales gave the lead's records to, by destination; ``rows`` the interests of
    a lead that somebody acted on and that keeps only some of them itself, ``known`` the ids of its
    acts if one of ``seen`` is older than those that it keeps.
    """

    seen: Sequence[Act] = ()
    owners: Mapping[str, str] = field(default_factory=dict)
    rows: Sequence[ToldInterest] = ()
    known: Collection[str] = ()
    checked: bool = True
    ask_again: bool = False


def what_is_due(stored: StoredLead, now: datetime, plan: Plan, asked: Asked, in_use: InUse) -> Step:
    """Return the step that is due at ``now``."""
    lead, acts = _acted(stored, asked, plan)
    taken = due_step(lead, plan, now, checked=asked.checked)
    lead = replace(lead, follow_up=taken.clock) if taken else lead
    used = in_use.used(stored.deliveries)
    stuck = [d for d in used.values() if _is_stuck(stored, d, now)]
    moved = [_moved(d, lead.version, now) for d in stuck]
    parked = tuple(d.destination for d in moved if d.parked_version == lead.version)
    deliveries = {**used, **{d.destination: d for d in moved}}
    notices = {**_notices(stored, lead, now), **(taken.notices if taken else {})}
    notices |= channel_too(with_notices(stored.notices, notices), lead, plan, now)
    unsent = with_notices(stored.notices, notices).values()
    due_at = next_look_at(lead, deliveries.values(), lead.created_at, notices=unsent)
    look_at = look_after(due_at, now)
    if lead.follow_up.state is FollowUpState.OVERDUE and asked.ask_again:
        look_at = sooner(look_at, now + _ask_every(lead.follow_up, now))
    return Step(
        change=LeadChange(
            before=stored,
            lead=replace(lead, next_due_at=look_at),
            at=now,
            deliveries={d.destination: d for d in moved},
            notices=notices,
            acts=acts,
            events=(
                *(Event(kind=EventKind.FOLLOWED_UP, detail=act.by) for act in acts),
                *_told(taken),
                *(_event(d, lead.version) for d in moved),
                *_given_up(stored, notices),
            ),
            retired=in_use.retired(stored.deliveries),
        ),
        requeue=len(parked) < len(moved),
        parked=parked,
        flagged=taken is not None and taken.flagged,
        followed_up=bool(acts),
        taken=taken,
        owners=asked.owners,
    )


def _ask_every(clock: FollowUp, now: datetime) -> timedelta:
    long_ago = clock.flagged_at is not None and now - clock.flagged_at > LOOK_SELDOM_AFTER
    return LOOK_SELDOM if long_ago else LOOK_AGAIN


def _acted(stored: StoredLead, asked: Asked, plan: Plan) -> tuple[Lead, tuple[Act, ...]]:
    lead, known = whole(stored.lead, asked.rows), {*asked.known}
    new: list[Act] = []
    for act in sorted(asked.seen, key=lambda act: act.at):
        after = answered(lead, act, plan.follow_up_within)
        left_out = is_left_out(act, lead.acts) and act.act_id not in known
        if after.acts != lead.acts or left_out:
            new.append(as_of_then(act, lead, plan.calendar))
            known.add(act.act_id)
        lead = after
    if lead.follow_up.clock_started_at is not None and not answerable(lead.contact):
        # Recorded by a version that let the clock run for them too.
        lead = replace(lead, follow_up=stop_clock(lead.follow_up))
    return clipped(lead), tuple(new)


def _told(taken: Taken | None) -> Iterator[Event]:
    if taken is None:
        return
    if taken.flagged:
        yield Event(kind=EventKind.FLAGGED, unchecked=not taken.checked)
    elif taken.step:
        yield Event(kind=EventKind.STEP, step=taken.step, unchecked=not taken.checked)


def _notices(stored: StoredLead, lead: Lead, now: datetime) -> dict[str, Notice | None]:
    """Return the unsent notices that change: dropped, given up, or queued once more."""
    changed: dict[str, Notice | None] = {}
    for name, notice in stored.notices.items():
        if notice.held_until(now) is not None:
            continue
        to_be_tried = notice.next_attempt_at is not None and notice.next_attempt_at > now
        if not_wanted(notice, lead) or (gives_up(notice, now) and not to_be_tried):
            changed[name] = None
        elif notice.listed:
            continue  # it waits for the list that this sweep, or the next, sends
        elif notice.waits and notice.send_from <= now:
            changed[name] = queue(notice)
        elif notice_look_at(notice) <= now:
            reason = notice.last_error or NO_PROGRESS
            changed[name] = postpone(notice, reason, AT_ONCE, now)
    return changed


def _given_up(stored: StoredLead, notices: Mapping[str, Notice | None]) -> Iterator[Event]:
    for name, notice in notices.items():
        before = stored.notices.get(name)
        if notice is None and before is not None:
            yield Event(
                kind=EventKind.NOT_NOTIFIED,
                recipient=name,
                notice_id=before.notice_id,
                detail=before.last_error,
            )


def _is_stuck(stored: StoredLead, delivery: Delivery, now: datetime) -> bool:
    """Tell whether the delivery itself shows no progress: a write for another reason is none."""
    lead = stored.lead
    return delivery.is_behind(lead.version) and no_progress_at(delivery, lead.created_at) <= now


def _moved(delivery: Delivery, version: int, now: datetime) -> Delivery:
    if gives_up_delivery(delivery, now):
        return park(delivery, version, delivery.last_error or NO_PROGRESS, now)
    return postpone(delivery, delivery.last_error or NO_PROGRESS, AT_ONCE, now)


def _event(delivery: Delivery, version: int) -> Event:
    parked = delivery.parked_version == version
    return Event(
        kind=EventKind.PARKED if parked else EventKind.REQUEUED,
        destination=delivery.destination,
        detail=delivery.parked_reason if parked else NO_PROGRESS,
    )
