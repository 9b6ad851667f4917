"""What only people read: lists, histories, the quarantine, lengths, and all rows for a backup."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from shared.domain.acts import Act
from shared.domain.lead import Interest, Submission
from shared.domain.whole import ToldInterest
from shared.ports.leads import LeadFacts, StoredLead
from shared.ports.quarantine import QuarantineReason


class Listing(StrEnum):
    """What the index lists leads by."""

    RECENT = "recent"
    DUE = "due"
    OVERDUE = "overdue"
    PARKED = "parked"
    TEST = "test"


class Rare(StrEnum):
    """What few leads are, so that looking through all of them finds them."""

    DO_NOT_CONTACT = "do_not_contact"
    ANONYMOUS = "anonymous"


class LeadLists(Protocol):
    """Lead ids in the order of the index, each once."""

    def ids(
        self,
        listing: Listing,
        *,
        since: datetime | None = None,
        without: Collection[str] = (),
    ) -> AsyncIterator[str]:
        """Yield lead ids: newest first, but those that are due by when they are.

        ``since`` is for ``RECENT`` and ``TEST``, ``without`` are destinations whose ``PARKED`` rows
        do not count.
        """

    async def newest_at(self, *, without: Collection[str]) -> datetime | None:
        """Return when the newest lead came that is not among some, or None."""

    async def heartbeat(self) -> tuple[datetime, dict[str, int]] | None:
        """Return when the last sweep was and what it did, or None if there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEvent:
    """One row of the audit trail; see ``Event`` for the columns that only some kinds have."""

    number: int
    at: datetime
    kind: str
    destination: str
    detail: str
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
class LeadRecord:
    """A lead with its rows of what happened: every submission, oldest first, and every act."""

    stored: StoredLead
    told: Sequence[ToldInterest] = ()
    acts: Sequence[Act] = ()


type NoteUnread = Callable[[str], object]
"""Takes the id of a lead that is left out: only a newer version of the app can read it."""


class LeadHistories(LeadFacts, Protocol):
    """Leads and their rows that only people read."""

    async def ids(self, prefix: str, *, most: int) -> Sequence[str]:
        """Return the ids of leads that begin like this."""

    def rare(self, what: Rare) -> AsyncIterator[str]:
        """Yield the ids of leads that are something rare, newest first."""

    def with_delivery(self, destination: str) -> AsyncIterator[str]:
        """Yield the ids of leads that have a delivery to a destination, in no order."""

    def every(self, unread: NoteUnread) -> AsyncIterator[StoredLead]:
        """Yield all leads in no order, by far fewer requests than one a lead."""

    def records(self, unread: NoteUnread) -> AsyncIterator[LeadRecord]:
        """Yield all leads with what happened, in no order, a lead at a time.

        Notices and the bodies of pushes are left out.
        """

    def told(self, unread: NoteUnread) -> AsyncIterator[tuple[str, Submission]]:
        """Yield every submission with the id of its lead, those of one lead together."""

    def phones(self) -> AsyncIterator[tuple[str, str, str]]:
        """Yield the lead id, phone and country of every submission that gives a phone number."""

    async def submissions(self, lead_id: str) -> Sequence[Interest]:
        """Return every submission of a lead, oldest first, repeats too."""

    async def events(self, lead_id: str) -> Sequence[RecordedEvent]:
        """Return the audit trail of a lead."""


type EntryState = Literal["held", "released", "discarded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One body in quarantine; ``body`` is empty in lists. ``keys`` and ``etag`` are storage's."""

    quarantine_id: str
    received_at: datetime
    reason: QuarantineReason
    faults: tuple[str, ...]
    state: EntryState
    content_type: str
    size: int
    truncated: bool
    decided_at: datetime | None
    note: str
    body: bytes
    keys: tuple[str, str]
    etag: str
    newer: Mapping[str, "Json"] = field(default_factory=dict)


class QuarantineEntries(Protocol):
    """Table ``Quarantine`` as people work on it."""

    def entries(
        self, *, state: EntryState | None = None, since: datetime | None = None
    ) -> AsyncIterator[Entry]:
        """Yield entries without their bodies, oldest first."""

    async def like(self, start: str, *, most: int) -> Sequence[Entry]:
        """Return the entries whose ids begin like this, with their bodies."""

    async def decide(self, entry: Entry, state: EntryState, *, note: str, at: datetime) -> bool:
        """Write what became of an entry; False if it changed meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLength:
    """About how many messages a queue has, and since when the first that can be seen waits."""

    messages: int = 0
    oldest_at: datetime | None = None


class QueueLengths(Protocol):
    """How long our queues are."""

    async def of(self, queue: str) -> QueueLength:
        """Return the length of a queue; one that does not exist is empty."""


type Json = str | int | float | bool | Mapping[str, "Json"] | Sequence["Json"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRow:
    """One row of one of our tables, in types of JSON."""

    table: str
    columns: Mapping[str, Json]

    @property
    def partition(self) -> tuple[str, Json]:
        """Return what rows must share to be written together."""
        return self.table, self.columns["PartitionKey"]


class Backup(Protocol):
    """Every row of our tables, out and in again."""

    async def exists(self) -> bool:
        """Tell whether any of our tables is there."""

    async def leads_there(self) -> bool:
        """Tell whether our tables hold a lead, a body or a push, beside the sweep's own rows."""

    def rows(self) -> AsyncIterator[BackupRow]:
        """Yield every row; leads before the index, whose rows are older."""

    def fault(self, row: BackupRow) -> str:
        """Return why a row can't be one of ours, "" if it can."""

    def secret(self, row: BackupRow) -> bytes:
        """Return the secret of lead ids if the row is the one that holds it, b"" if not."""

    async def stored_secret(self) -> bytes:
        """Return the secret that is stored now, b"" if there is none."""

    def is_lead(self, row: BackupRow) -> bool:
        """Tell whether the row is that of a lead; the rows of its deliveries come after it."""

    def with_look(self, rows: Sequence[BackupRow], now: datetime) -> Sequence[BackupRow]:
        """Return rows of one partition, with a time to look at the lead if it needs one.

        A lead that only a newer version can read is as it was.
        """

    def due_at(self, row: BackupRow, now: datetime) -> tuple[str, datetime] | None:
        """Return lead id and time if the row is a lead that the sweep must look at."""

    async def write(self, rows: Sequence[BackupRow]) -> None:
        """Replace rows of one partition, 100 at most and 3 MB, in one transaction."""
