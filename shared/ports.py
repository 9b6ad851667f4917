"""What the use cases need from the world, as protocols; ``shared/adapters`` implements them.

A method that fails raises an error of ``shared/errors.py`` and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from shared.delivery import CrmRecord, Delivery
from shared.lead import Interest, Lead


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """When the sweep must look at a lead; ``written_at`` and ``etag`` are storage's own."""

    due_at: datetime
    lead_id: str
    written_at: datetime
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What one sweep did; ``failed`` leads stay due."""

    looked_at: int = 0
    flagged: int = 0
    followed_up: int = 0
    requeued: int = 0
    parked: int = 0
    from_outbox: int = 0
    cleared: int = 0
    failed: int = 0


class StateKind(StrEnum):
    """What leads are listed by beside time."""

    OVERDUE = "overdue"
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRow:
    """A row that lists a lead as overdue, or a delivery of it as parked, since a time.

    It may be out of date: the lead is not. ``key`` is its place among all such rows.
    """

    key: str
    kind: StateKind
    since: datetime
    lead_id: str
    destination: str
    written_at: datetime
    etag: str


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


class LeadIndex(Protocol):
    """Table ``LeadIndex``: when the sweep looks at which lead. Written before the lead row."""

    async def put_new(
        self, lead_id: str, *, due_at: datetime, created_at: datetime, test: bool
    ) -> None:
        """Write the rows of a new lead, in one transaction: due, recent, and test if it is one."""

    async def put_due(self, lead_id: str, due_at: datetime) -> None:
        """Write when the sweep must look at a lead that is known."""

    async def put_parked(self, lead_id: str, destination: str, parked_at: datetime) -> None:
        """Write the row by which parked deliveries are listed."""

    async def put_overdue(self, lead_id: str, flagged_at: datetime) -> None:
        """Write the row by which overdue leads are listed."""

    async def due(self, until: datetime, *, limit: int) -> Sequence[DueRow]:
        """Return due rows up to a time, earliest first."""

    async def delete(self, row: DueRow) -> None:
        """Delete a due row if it is still as it was listed. Only the sweep does."""

    async def state_rows(self, *, after: str, limit: int) -> Sequence[StateRow]:
        """Return the rows that list overdue and parked leads, those with keys after ``after``."""

    async def delete_state(self, row: StateRow) -> None:
        """Delete such a row if it is still as it was listed. Only the sweep does."""

    async def put_heartbeat(self, at: datetime, swept: Swept, tidied_to: str) -> None:
        """Write when the last sweep was and what it did: timers have been seen to stop.

        ``tidied_to`` is the key of the last state row that it looked at, "" to begin anew.
        """

    async def tidied_to(self) -> str:
        """Return where the last sweep got to with state rows."""


class PushQueue(Protocol):
    """Queue ``leads``; its messages never expire."""

    async def send(self, message: str, delay: timedelta = timedelta(0)) -> None:
        """Store a message that becomes visible after the delay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A message that the queue did not take when it came."""

    key: str
    message: str


class Outbox(Protocol):
    """Table ``Outbox``: messages that the queue did not take; the sweep queues them."""

    async def keep(self, key: str, message: str) -> None:
        """Store a message; the same key twice is one row. Keys sort by time."""

    async def waiting(self, *, limit: int) -> Sequence[OutboxRow]:
        """Return the oldest messages."""

    async def delete(self, row: OutboxRow) -> None:
        """Delete a message that has been queued."""


class QuarantineReason(StrEnum):
    """Why a body is kept in quarantine."""

    INVALID = "invalid"
    TOO_LARGE = "too_large"
    POISON = "poison"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """What is kept whole because it could not be understood or done.

    ``size`` is that of the body as it came; a longer one than can be kept is truncated.
    """

    quarantine_id: str
    received_at: datetime
    reason: QuarantineReason
    faults: Sequence[str]
    body: bytes
    content_type: str = ""
    size: int


class Quarantine(Protocol):
    """Table ``Quarantine``: what was no lead, and poison messages, kept whole."""

    async def keep(self, entry: Quarantined) -> None:
        """Store a body; the same id twice is one row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What a destination lacks of a lead.

    ``record`` is what the last delivery stored, None before the first; ``fields`` are the contact
    fields whose value the marketplace changed since then (all that are given, at first);
    ``interests`` came since then, oldest first, without repeats.
    """

    record: CrmRecord | None
    fields: frozenset[str]
    interests: Sequence[Interest]


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpQuestion:
    """Whether sales acted on a lead since a time."""

    lead_id: str
    record: CrmRecord
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpSeen:
    """What sales did on a lead."""

    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """What the owner of an overdue lead is told; ``reminder_id`` is stable over retries."""

    reminder_id: str
    subject: str
    text: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One thing that a destination needs, whether it is there, and how to mend it."""

    what: str
    ok: bool
    mend: str = ""


class Crm(Protocol):
    """A destination. Every call raises ``CrmError``s only, and is safe to cancel.

    ``tells_follow_up`` is False where nobody can be asked whether sales acted. ``takes_notes`` says
    who writes interests: if True, ``upsert`` writes the first interest of a new record, and all
    others come one by one to ``note``; if False, ``upsert`` writes all that are new.
    """

    @property
    def tells_follow_up(self) -> bool:
        """Tell whether ``follow_ups`` can know anything."""

    @property
    def takes_notes(self) -> bool:
        """Tell whether interests after the first come to ``note``."""

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> CrmRecord:
        """Create or update the one record of the lead, and add its new interests to it.

        ``uncertain`` says that an earlier call may have created the record unseen: find it by our
        id before creating one, or raise ``CrmUncertainError``. What sales works on (owner, status,
        stage) is set on create only; do-not-contact flags are set and never cleared.
        """

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        """Return what sales did, by lead id, in as few calls as the destination allows."""

    async def remind(self, lead: Lead, record: CrmRecord, reminder: Reminder) -> str:
        """Tell the record's owner once, however often called; return the id of what was made."""

    async def note(self, lead: Lead, record: CrmRecord, interest: Interest) -> str:
        """Append an interest to the record, once if the destination allows it; return its id."""

    async def check(self) -> Sequence[CheckResult]:
        """Try credentials, permissions and fields without writing."""

    async def close(self) -> None:
        """Close connections, in a process that ends."""


class Destinations(Protocol):
    """All destinations there are, each built when it is first needed."""

    async def get(self, name: str) -> Crm:
        """Return the adapter; raise ``SettingsError`` if it can't be built."""
