"""What an answer, or none, of a destination changes on a lead. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.domain.attempts import REASON_CHARACTERS, postpone
from shared.domain.delivery import (
    Delivery,
    gives_up,
    mark_delivered,
    note_progress,
    park,
    release_claim,
    renew_claim,
)
from shared.domain.lead import Lead
from shared.domain.noting import Progress
from shared.domain.remarks import all_remarks
from shared.domain.rules import Rules
from shared.ports.crm import Upserted
from shared.ports.leads import Event, EventKind, LeadChange, StoredLead
from shared.taking_over import as_sales_has_it, baseline_owner, forgotten_leaver, named_by_sales


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a destination did not take a lead.

    ``delay`` is None where trying again is of no use; ``maybe_done`` says that the destination may
    have taken the lead all the same.
    """

    reason: str
    delay: timedelta | None
    maybe_done: bool = False


class Mine(NamedTuple):
    """A delivery that a message has claimed, and the id of the claim."""

    destination: str
    claim_id: str

    def in_(self, stored: StoredLead) -> Delivery | None:
        """Return the delivery; None if the claim is another's by now."""
        delivery = stored.deliveries[self.destination]
        return delivery if delivery.claim_id == self.claim_id else None


def mark(
    before: StoredLead,
    mine: Mine,
    *,
    sent: Lead,
    upserted: Upserted,
    now: datetime,
    rules: Rules,
) -> LeadChange | None:
    """Mark as delivered what was sent, and give the claim back; None if it is another's by now.

    An owner whom sales named meanwhile becomes the lead's.
    """
    delivery = mine.in_(before)
    if delivery is None:
        return None
    crm_record = upserted.record
    marked = mark_delivered(delivery, sent.version, sent.contact, crm_record, now)
    told = all_remarks(delivery.remarks, upserted.remarks)
    detail = "; ".join((f"version {sent.version}, record {crm_record.id}", *told))
    change = _delivery_change(before, marked, EventKind.DELIVERED, detail, now)
    return _with_owner_of_sales(change, delivery, upserted, rules)


def _with_owner_of_sales(
    change: LeadChange, delivery: Delivery, upserted: Upserted, rules: Rules
) -> LeadChange:
    """Return the change with the owner whom sales named: whatever stores the record does that.

    The record's baseline has them from then on, and a later look would take them for ours.
    """
    known, shown = baseline_owner(delivery), upserted.owner
    if not (upserted.owner_changed and shown) or shown == known:
        return change if upserted.owner_changed else forgotten_leaver(change, delivery.destination)
    return named_by_sales(change, delivery.destination, shown, rules, baseline=known)


def to_tell(lead: Lead, destination: str, upserted: Upserted, rules: Rules) -> Lead:
    """Return the lead as its notes tell it: with the owner whom sales named meanwhile."""
    if not (upserted.owner_changed and upserted.owner):
        return lead
    return as_sales_has_it(lead, destination, upserted.owner, rules)


def progress(  # noqa: PLR0913 - all by keyword; each is one part of what is written
    before: StoredLead,
    mine: Mine,
    *,
    sent: Lead,
    upserted: Upserted,
    noted: Progress,
    now: datetime,
    rules: Rules,
) -> LeadChange | None:
    """Store the record and its notes so far, so that no later request makes them again.

    The claim is kept for a further while. None if it is another's by now.
    """
    delivery = mine.in_(before)
    if delivery is None:
        return None
    record, remarks = upserted.record, upserted.remarks
    so_far = note_progress(delivery, sent.contact, record, noted.to, noted.ids, remarks)
    change = _delivery_change(before, renew_claim(so_far, now), None, "", now)
    return _with_owner_of_sales(change, delivery, upserted, rules)


def pause(before: StoredLead, mine: Mine, now: datetime) -> LeadChange | None:
    """Give the claim back in the middle of a long delivery; None if it is another's by now."""
    delivery = mine.in_(before)
    if delivery is None:
        return None
    return _delivery_change(before, release_claim(delivery), None, "", now)


def is_kept(delivery: Delivery, upserted: Upserted) -> bool:
    """Tell whether the record is the one that we know: what it held before, it holds now."""
    known = delivery.record
    return known is not None and known.id == upserted.record.id and not upserted.created


def with_unknown(delivery: Delivery, upserted: Upserted, known: Collection[str]) -> Upserted:
    """Return what became of a lead, with all that only a newer adapter knows of the record."""
    if delivery.record is None or not is_kept(delivery, upserted):
        return upserted
    unknown = {key: v for key, v in delivery.record.baseline.items() if key not in known}
    baseline = {**unknown, **upserted.record.baseline}
    return replace(upserted, record=replace(upserted.record, baseline=baseline))


def fail(
    before: StoredLead, mine: Mine, failure: Failure, *, version: int, now: datetime
) -> LeadChange | None:
    """Postpone or park what a destination did not take; None if the claim is another's by now.

    A claim is given back only if the destination clearly did nothing: a request that is still
    under way must not overtake the next one.
    """
    delivery = mine.in_(before)
    if delivery is None:
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
