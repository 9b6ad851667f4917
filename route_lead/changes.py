"""What one message changes on a lead. Pure: a stored lead in, a transaction out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from route_lead.deciding import decide, labelled, terms_of
from shared.domain.attempts import REASON_CHARACTERS, postpone
from shared.domain.delivery import (
    Delivery,
    claim,
    gives_up,
    mark_delivered,
    note_progress,
    park,
    release_claim,
    release_parked,
    renew_claim,
)
from shared.domain.envelope import Deliver
from shared.domain.identity import DedupeKey
from shared.domain.lead import Interest, Lead, Submission
from shared.domain.merging import MergeRules, merge, new_lead
from shared.domain.noting import Progress
from shared.domain.planning import owner_in
from shared.domain.retired import InUse
from shared.domain.routing import Decision
from shared.domain.rules import Rules, rules_without_file
from shared.domain.schedule import GRACE
from shared.owning import taken_over, with_owner
from shared.ports.crm import Upserted
from shared.ports.leads import Event, EventKind, LeadChange, RecordedInterest, StoredLead


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRules:
    """What the settings say about routing, and the rules in force."""

    merge: MergeRules
    destinations: tuple[str, ...]
    deliver_tests: bool
    routing: Rules = field(default_factory=rules_without_file)

    def wanted(self, decision: Decision) -> tuple[str, ...]:
        """Return where a lead goes: as its rule says, but never nowhere."""
        named = tuple(name for name in self.destinations if name in decision.destinations)
        return named or self.destinations

    @property
    def in_use(self) -> InUse:
        """Return the destinations that leads can still go to."""
        return InUse(frozenset(self.destinations))


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
    """Merge a submission into its lead, and give the lead its destinations and labels."""
    known = before.lead if before else new_lead(lead_id, key.kind, submission)
    decision = decide(rules.routing, known, submission)
    terms = terms_of(rules.routing, decision, submission, rules.merge)
    merged, repeat_of = merge(known, submission, rules.merge, terms)
    lead = labelled(merged, known, decision, rules.routing)
    wanted = rules.wanted(decision) if rules.deliver_tests or not lead.test else ()
    have = before.deliveries if before else {}
    new = {name: Delivery(destination=name) for name in wanted if name not in have}
    interest = Interest(submission=submission, version=lead.version, repeat_of=repeat_of)
    return LeadChange(
        before=before,
        lead=lead if before else replace(lead, next_due_at=now + GRACE),
        at=now,
        deliveries=new,
        interest=RecordedInterest(
            interest=interest,
            body=body,
            content_type=content_type,
            due_at=terms.due_at if lead.follow_up.due_at is not None else None,
            rule=decision.rule,
        ),
        events=(_recorded(submission, repeat_of),),
        retired=rules.in_use.retired(have),
    )


def _recorded(submission: Submission, repeat_of: str) -> Event:
    kind = EventKind.REPEATED if repeat_of else EventKind.RECORDED
    return Event(kind=kind, detail=submission.submission_id)


def release(before: StoredLead, asked: Deliver, now: datetime, in_use: InUse) -> LeadChange:
    """Release what a message asks for, but for retired destinations."""
    change = untouched(before, now, in_use)
    used = in_use.used(before.deliveries).values()
    parked = [d for d in used if d.parked_version == asked.release_version and _seen(d, asked)]
    return replace(
        change,
        deliveries={d.destination: release_parked(d) for d in parked},
        events=[Event(kind=EventKind.RELEASED, destination=d.destination) for d in parked],
    )


def _seen(delivery: Delivery, asked: Deliver) -> bool:
    """Tell whether it was parked when the release was asked for, not after that was done."""
    parked_at, until = delivery.parked_at, asked.parked_until
    return parked_at is None or until is None or parked_at <= until


def untouched(before: StoredLead, now: datetime, in_use: InUse) -> LeadChange:
    """Return the change that has nothing in it yet."""
    retired = in_use.retired(before.deliveries)
    return LeadChange(before=before, lead=before.lead, at=now, retired=retired)


def let_go(change: LeadChange, unsent: Collection[str]) -> LeadChange:
    """Give back claims under which nothing was sent, by what a message says of its own."""
    held = {
        name: release_claim(delivery)
        for name, delivery in change.all_deliveries.items()
        if delivery.claim_id and delivery.claim_id in unsent
    }
    return replace(change, deliveries={**change.deliveries, **held})


def claimable(change: LeadChange, now: datetime, *, not_before_due: bool) -> Mapping[str, int]:
    """Return which deliveries are behind and held by nobody, each with the version that it has.

    Retired ones are left as they are. ``not_before_due`` leaves those out whose next attempt is
    still to come.
    """
    return {
        name: delivery.delivered_version
        for name, delivery in change.all_deliveries.items()
        if name not in change.retired
        and delivery.is_behind(change.lead.version)
        and delivery.held_until(now) is None
        and not (not_before_due and _is_early(delivery, now))
    }


def take_claims(
    change: LeadChange,
    claim_id: str,
    now: datetime,
    *,
    lacking: Mapping[str, int],
    sent: Lead,
    rules: Rules,
) -> LeadChange:
    """Claim what was found claimable, to send the lead as it was then.

    What somebody else has claimed since, or brought to another version, is left alone.
    """
    still = claimable(change, now, not_before_due=False)
    claimed = {
        name: claim(
            change.all_deliveries[name],
            claim_id,
            now,
            sent.contact,
            owner_in(rules, sent, name),
        )
        for name, version in lacking.items()
        if still.get(name) == version
    }
    return replace(change, deliveries={**change.deliveries, **claimed})


def _is_early(delivery: Delivery, now: datetime) -> bool:
    return delivery.next_attempt_at is not None and now < delivery.next_attempt_at


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
    detail = "; ".join((f"version {sent.version}, record {crm_record.id}", *upserted.remarks))
    change = _delivery_change(before, marked, EventKind.DELIVERED, detail, now)
    if not (upserted.owner_changed and upserted.owner):
        return change
    owned = taken_over(before.lead, mine.destination, upserted.owner, rules)
    return change if owned.member == before.lead.owner else with_owner(change, owned)


def progress(
    before: StoredLead,
    mine: Mine,
    *,
    sent: Lead,
    upserted: Upserted,
    noted: Progress,
    now: datetime,
) -> LeadChange | None:
    """Store the record and its notes so far, so that no later request makes them again.

    The claim is kept for a further while. None if it is another's by now.
    """
    delivery = mine.in_(before)
    if delivery is None:
        return None
    so_far = note_progress(delivery, sent.contact, upserted.record, noted.to, noted.ids)
    return _delivery_change(before, renew_claim(so_far, now), None, "", now)


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
