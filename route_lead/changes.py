"""What one message changes on a lead. Pure: a stored lead in, a transaction out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from route_lead.deciding import decide, labelled, terms_of
from shared.domain.delivery import (
    Delivery,
    claim,
    release_parked,
)
from shared.domain.envelope import Deliver
from shared.domain.follow_up import FollowUpState
from shared.domain.identity import DedupeKey
from shared.domain.lead import Interest, Lead, Submission
from shared.domain.merging import MergeRules, merge, new_lead
from shared.domain.planning import owner_in
from shared.domain.retired import InUse
from shared.domain.rules import Rules, rules_without_file
from shared.domain.schedule import GRACE
from shared.domain.unsent import let_go
from shared.domain.whole import ToldInterest, whole
from shared.ports.leads import Event, EventKind, LeadChange, RecordedInterest, StoredLead


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRules:
    """What the settings say about routing, and the rules in force."""

    merge: MergeRules
    destinations: tuple[str, ...]
    deliver_tests: bool
    routing: Rules = field(default_factory=rules_without_file)

    @property
    def in_use(self) -> InUse:
        """Return the destinations that leads can still go to."""
        return InUse(frozenset(self.destinations))


def record(  # noqa: PLR0913 - all by keyword; each is one part of what is written
    before: StoredLead | None,
    submission: Submission,
    *,
    rows: Sequence[ToldInterest] = (),
    lead_id: str,
    key: DedupeKey,
    body: bytes,
    content_type: str,
    rules: RouteRules,
    now: datetime,
) -> LeadChange:
    """Merge a submission into its lead, and give the lead its destinations and labels.

    ``rows`` are the interests of a lead that keeps only some of them itself.
    """
    known = whole(before.lead, rows) if before else new_lead(lead_id, key.kind, submission)
    decision = decide(rules.routing, known, submission)
    terms = terms_of(rules.routing, decision, submission, rules.merge)
    merged, repeat_of = merge(known, submission, rules.merge, terms)
    lead = labelled(merged, known, decision, rules.routing)
    wanted = decision.goes_to(rules.destinations) if rules.deliver_tests or not lead.test else ()
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
            due_at=None if lead.follow_up.state is FollowUpState.NONE else terms.due_at,
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


def without_claims(change: LeadChange, named: Collection[str]) -> LeadChange:
    """Give back claims by which nothing is under way, by what a message says of its own."""
    free = {
        name: after
        for name, delivery in change.all_deliveries.items()
        if (after := let_go(delivery, named)) is not delivery
    }
    return replace(change, deliveries={**change.deliveries, **free})


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
