"""What is due on a lead at one moment, and what follows. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.delivery import Delivery, gives_up, park, postpone
from shared.domain.follow_up import FollowUpState, flag, is_overdue, stop_clock
from shared.domain.identity import answerable
from shared.domain.lead import Lead
from shared.domain.merging import answered
from shared.domain.retired import InUse
from shared.domain.schedule import next_look_at, no_progress_at, sooner
from shared.ports.crm import FollowUpQuestion, FollowUpSeen
from shared.ports.leads import Event, EventKind, LeadChange, StoredLead

LOOK_AGAIN = timedelta(hours=6)
"""How often the CRM is asked whether somebody acted on an overdue lead."""

AT_ONCE = timedelta(0)
NO_PROGRESS = "no progress: the message was lost, or fails whenever it is taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What the sweep does on one lead; ``requeue`` says that a message must be sent first."""

    change: LeadChange
    requeue: bool
    parked: tuple[str, ...]
    flagged: bool
    followed_up: bool


def questions(stored: StoredLead, now: datetime, in_use: InUse) -> dict[str, FollowUpQuestion]:
    """Return what to ask of each destination before the lead is flagged, or once it is."""
    clock = stored.lead.follow_up
    late = is_overdue(clock, now) or clock.state is FollowUpState.OVERDUE
    if not late or clock.clock_started_at is None or not answerable(stored.lead.contact):
        return {}
    retired = in_use.retired(stored.deliveries)
    return {
        name: FollowUpQuestion(
            lead_id=stored.lead.lead_id, record=delivery.record, since=clock.clock_started_at
        )
        for name, delivery in stored.deliveries.items()
        if delivery.record is not None and name not in retired
    }


def what_is_due(
    stored: StoredLead,
    now: datetime,
    *,
    seen: FollowUpSeen | None,
    ask_again: bool,
    in_use: InUse,
) -> Step:
    """Return the step that is due at ``now``; ``ask_again`` says that a CRM tells of follow-ups."""
    lead, told = _clock(stored, now, seen)
    retired = in_use.retired(stored.deliveries)
    used = {name: d for name, d in stored.deliveries.items() if name not in retired}
    stuck = [d for d in used.values() if _is_stuck(stored, d, now)]
    moved = [_moved(d, lead.version, now) for d in stuck]
    parked = tuple(d.destination for d in moved if d.parked_version == lead.version)
    deliveries = {**used, **{d.destination: d for d in moved}}
    look_at = next_look_at(lead, deliveries.values(), lead.created_at)
    if lead.follow_up.state is FollowUpState.OVERDUE and ask_again:
        look_at = sooner(look_at, now + LOOK_AGAIN)
    return Step(
        change=LeadChange(
            before=stored,
            lead=replace(lead, next_due_at=look_at),
            at=now,
            deliveries={d.destination: d for d in moved},
            events=(*told, *(_event(d, lead.version) for d in moved)),
            retired=retired,
        ),
        requeue=len(parked) < len(moved),
        parked=parked,
        flagged=any(event.kind is EventKind.FLAGGED for event in told),
        followed_up=any(event.kind is EventKind.FOLLOWED_UP for event in told),
    )


def _clock(
    stored: StoredLead, now: datetime, seen: FollowUpSeen | None
) -> tuple[Lead, list[Event]]:
    lead = stored.lead
    told = []
    if seen is not None:
        lead = answered(lead, seen.at, seen.by)
        told.append(Event(kind=EventKind.FOLLOWED_UP, detail=seen.by))
    if lead.follow_up.clock_started_at is not None and not answerable(lead.contact):
        # Recorded by a version that let the clock run for them too.
        lead = replace(lead, follow_up=stop_clock(lead.follow_up))
    if is_overdue(lead.follow_up, now):
        lead = replace(lead, follow_up=flag(lead.follow_up, now))
        told.append(Event(kind=EventKind.FLAGGED))
    return lead, told


def _is_stuck(stored: StoredLead, delivery: Delivery, now: datetime) -> bool:
    """Tell whether the delivery itself shows no progress: a write for another reason is none."""
    lead = stored.lead
    return delivery.is_behind(lead.version) and no_progress_at(delivery, lead.created_at) <= now


def _moved(delivery: Delivery, version: int, now: datetime) -> Delivery:
    if gives_up(delivery, now):
        return park(delivery, version, delivery.last_error or NO_PROGRESS, now)
    return postpone(delivery, delivery.last_error or NO_PROGRESS, AT_ONCE, now)


def _event(delivery: Delivery, version: int) -> Event:
    parked = delivery.parked_version == version
    return Event(
        kind=EventKind.PARKED if parked else EventKind.REQUEUED,
        destination=delivery.destination,
        detail=delivery.parked_reason if parked else NO_PROGRESS,
    )
