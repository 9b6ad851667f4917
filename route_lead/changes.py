"""What one message changes on a lead. Pure: a stored lead in, a transaction out."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.delivery import (
    REASON_CHARACTERS,
    CrmRecord,
    Delivery,
    claim,
    gives_up,
    mark_delivered,
    note_progress,
    park,
    postpone,
    release_claim,
    release_parked,
)
from shared.domain.identity import DedupeKey
from shared.domain.lead import Interest, Submission
from shared.domain.merging import MergeRules, merge, new_lead
from shared.domain.schedule import GRACE, next_look_at, sooner
from shared.ports.crm import Upserted
from shared.ports.leads import Event, EventKind, LeadChange, RecordedInterest, StoredLead


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRules:
    """What the settings say about routing."""

    merge: MergeRules
    destinations: tuple[str, ...]
    deliver_tests: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a destination did not take a lead.

    ``delay`` is None where trying again is of no use; ``maybe_done`` says that the destination may
    have taken the lead all the same.
    """

    reason: str
    delay: timedelta | None
    maybe_done: bool = False


def record(  # noqa: PLR0913 - all by keyword; each is one part of what is written
    before: StoredLead | None,
    submission: Submission,
    *,
    lead_id: str,
    key: DedupeKey,
    body: bytes,
    content_type: str,
    rules: RouteRules,
    now: datetime,
) -> LeadChange:
    """Merge a submission into its lead, and give the lead its destinations."""
    known = before.lead if before else new_lead(lead_id, key.kind, submission)
    lead, repeat_of = merge(known, submission, rules.merge)
    wanted = rules.destinations if rules.deliver_tests or not lead.test else ()
    have = before.deliveries if before else {}
    new = {name: Delivery(destination=name) for name in wanted if name not in have}
    look_at = next_look_at(lead, {**have, **new}.values(), now)
    if before is None:
        look_at = sooner(look_at, now + GRACE)
    interest = Interest(submission=submission, version=lead.version, repeat_of=repeat_of)
    return LeadChange(
        before=before,
        lead=replace(lead, next_due_at=sooner(known.next_due_at, look_at)),
        at=now,
        deliveries=new,
        interest=RecordedInterest(interest=interest, body=body, content_type=content_type),
        events=(_recorded(submission, repeat_of),),
    )


def _recorded(submission: Submission, repeat_of: str) -> Event:
    kind = EventKind.REPEATED if repeat_of else EventKind.RECORDED
    return Event(kind=kind, detail=submission.submission_id)


def release(before: StoredLead, version: int, now: datetime) -> LeadChange:
    """Release what is parked at a version."""
    parked = [d for d in before.deliveries.values() if d.parked_version == version]
    return LeadChange(
        before=before,
        lead=before.lead,
        at=now,
        deliveries={d.destination: release_parked(d) for d in parked},
        events=[Event(kind=EventKind.RELEASED, destination=d.destination) for d in parked],
    )


def untouched(before: StoredLead, now: datetime) -> LeadChange:
    """Return the change that has nothing in it yet."""
    return LeadChange(before=before, lead=before.lead, at=now)


def take_claims(
    change: LeadChange, claim_id: str, now: datetime, *, not_before_due: bool
) -> LeadChange:
    """Claim every delivery of the lead that is behind and that nobody holds.

    ``not_before_due`` leaves those alone whose next attempt is still to come.
    """
    free = {
        d.destination: claim(d, claim_id, now)
        for d in change.after("").deliveries.values()
        if d.is_behind(change.lead.version)
        and d.held_until(now) is None
        and not (not_before_due and _is_early(d, now))
    }
    return replace(change, deliveries={**change.deliveries, **free})


def _is_early(delivery: Delivery, now: datetime) -> bool:
    return delivery.next_attempt_at is not None and now < delivery.next_attempt_at


def mark(
    before: StoredLead,
    destination: str,
    claim_id: str,
    *,
    sent: StoredLead,
    upserted: Upserted,
    now: datetime,
) -> LeadChange | None:
    """Mark as delivered what was sent; keep the claim if the lead has moved on since.

    None if the claim is another's by now.
    """
    delivery = before.deliveries[destination]
    if delivery.claim_id != claim_id:
        return None
    crm_record, version = upserted.record, sent.lead.version
    marked = mark_delivered(delivery, version, sent.lead.contact, crm_record, now)
    if marked.is_behind(before.lead.version):
        marked = claim(marked, claim_id, now)
    detail = "; ".join((f"version {version}, record {crm_record.id}", *upserted.remarks))
    return _delivery_change(before, marked, EventKind.DELIVERED, detail, now)


def progress(  # noqa: PLR0913 - each is one part of what is written
    before: StoredLead,
    destination: str,
    claim_id: str,
    *,
    sent: StoredLead,
    crm_record: CrmRecord,
    noted: tuple[str, ...],
    now: datetime,
) -> LeadChange | None:
    """Store the record and its notes so far, so that no later request makes them again.

    None if the claim is another's by now.
    """
    delivery = before.deliveries[destination]
    if delivery.claim_id != claim_id:
        return None
    so_far = note_progress(delivery, sent.lead.contact, crm_record, noted)
    return _delivery_change(before, so_far, None, "", now)


def fail(
    before: StoredLead,
    destination: str,
    claim_id: str,
    failure: Failure,
    *,
    version: int,
    now: datetime,
) -> LeadChange | None:
    """Postpone or park what a destination did not take; None if the claim is another's by now.

    A claim is given back only if the destination clearly did nothing: a request that is still
    under way must not overtake the next one.
    """
    delivery = before.deliveries[destination]
    if delivery.claim_id != claim_id:
        return None
    if not failure.maybe_done:
        delivery = release_claim(delivery)
    if failure.delay is None or gives_up(delivery, now):
        parked = park(delivery, version, failure.reason, now)
        return _delivery_change(before, parked, EventKind.PARKED, failure.reason, now)
    postponed = postpone(delivery, failure.reason, failure.delay, now)
    kind = EventKind.POSTPONED if delivery.failing_since is None else None
    return _delivery_change(before, postponed, kind, failure.reason, now)


def _delivery_change(
    before: StoredLead, delivery: Delivery, kind: EventKind | None, detail: str, now: datetime
) -> LeadChange:
    said = detail[:REASON_CHARACTERS]
    told = [Event(kind=kind, destination=delivery.destination, detail=said)] if kind else []
    return LeadChange(
        before=before,
        lead=before.lead,
        at=now,
        deliveries={delivery.destination: delivery},
        events=told,
    )
