"""Leads as they are stored: table ``Leads``, one partition a lead, changed in transactions."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Any, Protocol

from shared.domain.acts import Act
from shared.domain.delivery import Delivery
from shared.domain.lead import Interest, Lead
from shared.domain.notices import Notice, decided, with_notices
from shared.domain.schedule import next_due_at, next_look_at
from shared.domain.whole import ToldInterest

REPLACED = "a newer notice takes its place"


class EventKind(StrEnum):
    """What the audit trail tells of a lead."""

    RECORDED = "recorded"
    REPEATED = "repeated"
    DELIVERED = "delivered"
    POSTPONED = "postponed"
    PARKED = "parked"
    RELEASED = "released"
    REQUEUED = "requeued"
    MERGED = "merged"
    TOOK_IN = "took_in"
    PARTED = "parted"
    ASSIGNED = "assigned"
    FLAGGED = "flagged"
    STEP = "step"
    FOLLOWED_UP = "followed_up"
    UNDONE = "undone"
    TAKEN = "taken"
    NOTIFIED = "notified"
    NOT_NOTIFIED = "not_notified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of the audit trail, as of the change that it is part of.

    ``former_owner``, ``owner``, ``team`` and ``rule`` are of an assignment; ``recipient``,
    ``channel`` and ``notice_id`` of a notice; ``step`` of a step, with ``unchecked`` where a CRM
    could not be asked first.
    """

    kind: EventKind
    destination: str = ""
    detail: str = ""
    former_owner: str = ""
    owner: str = ""
    team: str = ""
    rule: str = ""
    recipient: str = ""
    channel: str = ""
    notice_id: str = ""
    step: int = 0
    unchecked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLead:
    """A lead with its deliveries and unsent notices as read at one moment.

    ``etag`` guards all of it.

    ``newer`` is what a store found in its rows that only a newer version of the app knows, to be
    written back as it is.
    """

    lead: Lead
    deliveries: Mapping[str, Delivery]
    etag: str
    notices: Mapping[str, Notice] = field(default_factory=dict)
    newer: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedInterest:
    """An interest to be written, with the push that it came from, byte for byte.

    ``due_at`` is until when it must be answered, by the rule of that name; None for never.
    ``newer`` is what its row has that only a newer version of the app knows, to be written along.
    """

    interest: Interest
    body: bytes
    content_type: str
    due_at: datetime | None = None
    rule: str = ""
    newer: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, kw_only=True)
class LeadChange:
    """What one transaction writes; ``before`` is what it was decided on, None for a new lead.

    ``lead``, ``deliveries`` and ``notices`` are as decided; a notice that is None is deleted. What
    is stored follows from them: the events are counted, the sweep looks at the lead before anything
    on it can be forgotten, and all that is written carries the id of the change, by which it is
    known again after a lost answer. ``taken_in`` are interests that another lead had, which may be
    there already; ``newer`` is what a store found on that lead, as in ``StoredLead``. ``retired``
    destinations are left as they are; who does not know of them only has the sweep look at the lead
    sooner.
    """

    before: StoredLead | None
    lead: Lead
    at: datetime
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)
    interest: RecordedInterest | None = None
    taken_in: Sequence[RecordedInterest] = ()
    events: Sequence[Event] = ()
    retired: Collection[str] = ()
    acts: Sequence[Act] = ()
    notices: Mapping[str, Notice | None] = field(default_factory=dict)
    newer: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @cached_property
    def change_id(self) -> str:
        """Return what no other change has: a digest of what is written, and over which state."""
        etag = self.before.etag if self.before else ""
        recorded = (*filter(None, [self.interest]), *self.taken_in)
        new = [one.interest.submission.submission_id for one in recorded]
        lead = replace(self.lead, last_change="")
        deliveries = [replace(d, last_change="") for d in self.deliveries.values()]
        notices = [replace(n, last_change="") if n else n for n in self.notices.values()]
        written = (etag, lead, self.at, deliveries, new, self.events, self.acts, notices)
        return sha256(repr(written).encode()).hexdigest()[:16]

    @property
    def all_deliveries(self) -> Mapping[str, Delivery]:
        """Return every delivery of the lead, as decided."""
        return {**(self.before.deliveries if self.before else {}), **self.deliveries}

    @property
    def all_notices(self) -> Mapping[str, Notice]:
        """Return every unsent notice of the lead, as decided."""
        return with_notices(self.before.notices if self.before else {}, self.notices)

    @cached_property
    def stored_lead(self) -> Lead:
        """Return the lead as it is written."""
        look_at = next_look_at(
            self.lead,
            self.all_deliveries.values(),
            self.at,
            retired=self.retired,
            notices=self.all_notices.values(),
        )
        return replace(
            self.lead,
            next_due_at=next_due_at(self.lead.next_due_at, look_at, self.at),
            next_event=self.lead.next_event + len(self.numbered_events),
            updated_at=self.at,
            last_change=self.change_id,
        )

    @property
    def stored_deliveries(self) -> Mapping[str, Delivery]:
        """Return the deliveries as they are written."""
        return {
            name: replace(delivery, last_change=self.change_id)
            for name, delivery in self.deliveries.items()
        }

    @property
    def stored_notices(self) -> Mapping[str, Notice | None]:
        """Return the notices as they are written, None where one is deleted."""
        known = self.before.notices if self.before else {}
        return {
            name: notice and replace(notice, last_change=self.change_id)
            for name, notice in decided(self.notices, known).items()
        }

    @property
    def numbered_events(self) -> Sequence[tuple[int, Event]]:
        """Return the events with their numbers in the audit trail, replaced notices among them."""
        return list(enumerate((*self.events, *self._replaced()), start=self.lead.next_event))

    def _replaced(self) -> Iterator[Event]:
        """Yield an event for each unsent notice that gives way to a newer one."""
        for name, before in (self.before.notices if self.before else {}).items():
            newer = self.notices.get(name)
            if newer is not None and newer.notice_id != before.notice_id:
                yield Event(
                    kind=EventKind.NOT_NOTIFIED,
                    recipient=name,
                    notice_id=before.notice_id,
                    detail=REPLACED,
                )

    def after(self, etag: str) -> StoredLead:
        """Return what is stored once this is written."""
        deliveries = {**self.all_deliveries, **self.stored_deliveries}
        return StoredLead(
            lead=self.stored_lead,
            deliveries=deliveries,
            notices=with_notices(self.before.notices if self.before else {}, self.stored_notices),
            etag=etag,
            newer=self.before.newer if self.before else {},
        )

    def is_in(self, stored: StoredLead) -> bool:
        """Tell whether this was written, though the answer may have been lost."""
        written = {name: row.last_change for name, row in stored.deliveries.items()}
        told = {name: row.last_change for name, row in stored.notices.items()}
        ids = {stored.lead.last_change, *(written.get(name) for name in self.deliveries)}
        return self.change_id in ids | {told.get(name) for name in self.notices}


class LeadFacts(Protocol):
    """All that happened on a lead: what a lead needs to take in another one."""

    async def recorded(self, lead_id: str) -> Sequence[RecordedInterest]:
        """Return every submission of a lead with its push, oldest first, repeats too."""

    async def acts(self, lead_id: str) -> Sequence[Act]:
        """Return everything that people did for a customer, also acts that withdraw others."""


class LeadStore(Protocol):
    """Table ``Leads``: one partition a lead, changed in transactions."""

    async def read(self, lead_id: str) -> StoredLead | None:
        """Return lead and deliveries in one read."""

    async def interests(self, lead_id: str, *, after_version: int) -> Sequence[Interest]:
        """Return the interests recorded since a version, oldest first, without repeats."""

    async def act_ids(self, lead_id: str) -> Collection[str]:
        """Return the ids of all acts of a lead."""

    async def interest_rows(self, lead_id: str, *, most: int) -> Sequence[ToldInterest]:
        """Return the first interests, repeats too, oldest first: as many as one request gives."""

    async def commit(self, change: LeadChange) -> StoredLead:
        """Write all of the change or nothing.

        Raises ``StaleLeadError``, which may be about this very change, since a client tries again
        by itself after a lost answer; ``AlreadyRecordedError``; ``StorageRefusedError`` if it can't
        be stored as it is; ``StorageUnavailableError`` if the outcome is unknown.
        """
