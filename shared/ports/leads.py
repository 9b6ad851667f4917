"""Leads as they are stored: table ``Leads``, one partition a lead, changed in transactions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from shared.domain.delivery import Delivery
from shared.domain.lead import Interest, Lead


class EventKind(StrEnum):
    """What the audit trail tells of a lead."""

    RECORDED = "recorded"
    REPEATED = "repeated"
    DELIVERED = "delivered"
    POSTPONED = "postponed"
    PARKED = "parked"
    RELEASED = "released"
    REQUEUED = "requeued"
    FLAGGED = "flagged"
    FOLLOWED_UP = "followed_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of the audit trail, as of the change that it is part of."""

    kind: EventKind
    destination: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLead:
    """A lead with its deliveries as read at one moment; ``etag`` guards all of it."""

    lead: Lead
    deliveries: Mapping[str, Delivery]
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedInterest:
    """An interest to be written, with the push that it came from, byte for byte."""

    interest: Interest
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadChange:
    """What one transaction writes; ``before`` is what it was decided on, None for a new lead.

    ``lead`` is the lead as decided; ``stored_lead`` also counts the events of the change.
    """

    before: StoredLead | None
    lead: Lead
    at: datetime
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)
    interest: RecordedInterest | None = None
    events: Sequence[Event] = ()

    @property
    def stored_lead(self) -> Lead:
        """Return the lead as it is written."""
        next_event = self.lead.next_event + len(self.events)
        return replace(self.lead, next_event=next_event, updated_at=self.at)

    @property
    def numbered_events(self) -> Sequence[tuple[int, Event]]:
        """Return the events with their numbers in the audit trail."""
        return list(enumerate(self.events, start=self.lead.next_event))

    def after(self, etag: str) -> StoredLead:
        """Return what is stored once this is written."""
        known = self.before.deliveries if self.before else {}
        deliveries = {**known, **self.deliveries}
        return StoredLead(lead=self.stored_lead, deliveries=deliveries, etag=etag)


class LeadStore(Protocol):
    """Table ``Leads``: one partition a lead, changed in transactions."""

    async def read(self, lead_id: str) -> StoredLead | None:
        """Return lead and deliveries in one read."""

    async def interests(self, lead_id: str, *, after_version: int) -> Sequence[Interest]:
        """Return the interests recorded since a version, oldest first, without repeats."""

    async def commit(self, change: LeadChange) -> StoredLead:
        """Write all of the change or nothing.

        Raises ``StaleLeadError``, ``AlreadyRecordedError``, and ``StorageUnavailableError`` if the
        outcome is unknown.
        """
