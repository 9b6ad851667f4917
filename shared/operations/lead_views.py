"""What ``--json`` prints of leads: stable names and shapes, described in ``docs/operating.md``.

Fields are only ever added.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Self

from shared.domain.delivery import Delivery
from shared.domain.identity import answerable, normal_forms
from shared.domain.lead import CONTACT_FIELDS, InterestSummary, Lead, did
from shared.domain.retired import InUse
from shared.domain.standing import standing_fields
from shared.operations.views import View
from shared.ports.leads import StoredLead

type DeliveryState = Literal["none", "pending", "parked", "delivered", "retired"]

LEAST_FIRST: tuple[DeliveryState, ...] = ("pending", "parked", "delivered", "retired")
"""A lead's state is the least of its destinations'."""


class InterestView(View):
    """What the customer did, with its repeats folded in."""

    source: str
    action: str
    publisher: str
    offer: str
    offer_title: str
    received_at: datetime
    repeats: int

    @classmethod
    def of(cls, summary: InterestSummary) -> Self:
        """Return the view of an interest as kept on the lead."""
        return cls(
            **did(summary),
            received_at=summary.first.received_at,
            repeats=summary.repeats,
        )


class DestinationView(View):
    """Where a lead stands with one destination."""

    name: str
    state: DeliveryState
    record_id: str
    url: str

    @classmethod
    def of(cls, delivery: Delivery, version: int, in_use: InUse) -> Self:
        """Return the view of a delivery."""
        record = delivery.record
        return cls(
            name=delivery.destination,
            state=delivery_state(delivery, version, in_use),
            record_id=record.id if record else "",
            url=record.url if record else "",
        )


class LeadView(View):
    """One customer."""

    lead_id: str
    email: str
    first_name: str
    last_name: str
    company: str
    country: str
    phone: str
    title: str
    country_code: str
    country_name: str
    phone_e164: str
    stage: str
    answerable: bool
    name_conflicts: Sequence[str]
    interests: Sequence[InterestView]
    submissions: int
    delivery: DeliveryState
    follow_up: str
    follow_up_due_at: datetime | None
    followed_up_at: datetime | None
    followed_up_by: str
    follow_up_outcome: str
    owner: str
    team: str
    priority: str
    tags: Sequence[str]
    qualified: bool
    unqualified_because: Sequence[str]
    qualification_by: str
    qualification_note: str
    step: int
    next_step_at: datetime | None
    do_not_contact: bool
    test: bool
    anonymous: bool
    identified_by: str
    merged_into: str
    merged_at: datetime | None
    merged_from: Sequence[str]
    destinations: Sequence[DestinationView]
    created_at: datetime
    updated_at: datetime | None
    version: int

    @classmethod
    def of(cls, stored: StoredLead, in_use: InUse) -> Self:
        """Return the view of a lead as it is stored."""
        return cls(**fields_of(stored, in_use))


def delivery_state(delivery: Delivery, version: int, in_use: InUse) -> DeliveryState:
    """Return where one delivery stands."""
    if in_use.retired([delivery.destination]):
        return "retired"
    if delivery.delivered_version >= version:
        return "delivered" if delivery.delivered_at or delivery.record else "none"
    return "parked" if delivery.parked_version == version else "pending"


def least_state(stored: StoredLead, in_use: InUse) -> DeliveryState:
    """Return the least of a lead's destinations; "none" if it has no destination."""
    states = delivery_states(stored, in_use)
    return next((state for state in LEAST_FIRST if state in states), "none")


def delivery_states(stored: StoredLead, in_use: InUse) -> set[DeliveryState]:
    """Return the states of a lead's destinations."""
    return {delivery_state(d, stored.lead.version, in_use) for d in stored.deliveries.values()}


def fields_of(stored: StoredLead, in_use: InUse) -> dict[str, Any]:
    """Return the fields of a lead's view."""
    lead: Lead = stored.lead
    return {
        "lead_id": lead.lead_id,
        **{name: getattr(lead.contact, name) for name in CONTACT_FIELDS},
        **normal_forms(lead.contact),
        "stage": lead.stage.value,
        "answerable": answerable(lead.contact),
        "name_conflicts": lead.name_conflicts,
        "interests": [InterestView.of(summary) for summary in lead.interests],
        "submissions": lead.submissions,
        "delivery": least_state(stored, in_use),
        "follow_up": lead.follow_up.state.value,
        "followed_up_at": lead.follow_up.done_at,
        "followed_up_by": lead.follow_up.done_by,
        "follow_up_outcome": lead.follow_up.outcome,
        **standing_fields(lead),
        "step": lead.follow_up.step,
        "next_step_at": lead.follow_up.next_step_at,
        "do_not_contact": lead.do_not_contact,
        "test": lead.test,
        "anonymous": lead.anonymous,
        "identified_by": lead.key_kind.value,
        "merged_into": lead.merged_into,
        "merged_at": lead.merged_at,
        "merged_from": lead.merged_from,
        "destinations": [DestinationView.of(d, lead.version, in_use) for d in by_name(stored)],
        "created_at": lead.created_at,
        "updated_at": lead.updated_at,
        "version": lead.version,
    }


def by_name(stored: StoredLead) -> list[Delivery]:
    """Return the deliveries of a lead in the order of their names."""
    return [stored.deliveries[name] for name in sorted(stored.deliveries)]
