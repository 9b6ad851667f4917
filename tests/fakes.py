"""In-memory implementations of the ports, which behave as the real adapters do.

``tests/contract`` runs the same cases over these and over Azurite. Each request passes a *gate*
before it is done and after: a test lets it through, fails it, or never lets it return.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from shared.destinations.http.owners import named_since, owner_of
from shared.domain.acts import Act
from shared.domain.delivery import CrmRecord
from shared.domain.errors import (
    AlreadyRecordedError,
    CrmRejectedError,
    CrmUncertainError,
    SettingsError,
    StaleLeadError,
    StorageRefusedError,
    StorageUnavailableError,
)
from shared.domain.follow_up import FollowUpState
from shared.domain.lead import Interest, Lead
from shared.domain.schedule import NOT_SOONER, next_look_at
from shared.domain.standing import Standing
from shared.domain.whole import ToldInterest
from shared.ports.crm import (
    Changed,
    CheckResult,
    FollowUpQuestion,
    FollowUpSeen,
    Noted,
    Reminder,
    Upserted,
)
from shared.ports.index import (
    Doing,
    DueRow,
    KnownDestinations,
    StateKind,
    StateRow,
    Swept,
    TidiedTo,
    Trouble,
)
from shared.ports.leads import Event, EventKind, LeadChange, RecordedInterest, StoredLead
from shared.ports.quarantine import Quarantined
from shared.ports.queue import OutboxRow

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LARGEST_MESSAGE = 64 * 1024
LARGEST_KEPT = 512 * 1024

type Gate = Callable[[str], Awaitable[None]]


async def open_gate(request: str) -> None:
    """Let every request through."""


@dataclass
class Clock:
    """A clock that only a test moves."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


@dataclass
class StoredPartition:
    """What one lead's partition holds."""

    stored: StoredLead
    interests: dict[str, RecordedInterest] = field(default_factory=dict)
    events: dict[int, Event] = field(default_factory=dict)
    acts: dict[str, Act] = field(default_factory=dict)


@dataclass
class FakeLeadStore:
    """Leads in memory; a change after which the sweep would forget its lead is a bug of the app."""

    gate: Gate = open_gate
    index: "FakeLeadIndex | None" = None
    refuses: Callable[[LeadChange], bool] = field(default=lambda change: False)
    partitions: dict[str, StoredPartition] = field(default_factory=dict)
    on_commit: Callable[[LeadChange], None] | None = None

    async def read(self, lead_id: str) -> StoredLead | None:
        await self.gate("leads.read")
        found = self.partitions.get(lead_id)
        return found.stored if found else None

    async def interests(self, lead_id: str, *, after_version: int) -> Sequence[Interest]:
        await self.gate("leads.interests")
        partition = self.partitions.get(lead_id)
        rows = [row.interest for row in partition.interests.values()] if partition else []
        new = [row for row in rows if row.version > after_version and not row.repeat_of]
        return sorted(new, key=lambda row: row.submission.stamp)

    async def recorded(self, lead_id: str) -> Sequence[RecordedInterest]:
        await self.gate("leads.recorded")
        partition = self.partitions.get(lead_id)
        rows = partition.interests.values() if partition else ()
        return sorted(rows, key=lambda row: row.interest.submission.stamp)

    async def acts(self, lead_id: str) -> Sequence[Act]:
        await self.gate("leads.acts")
        partition = self.partitions.get(lead_id)
        return [act for _, act in sorted(partition.acts.items())] if partition else []

    async def act_ids(self, lead_id: str) -> Collection[str]:
        await self.gate("leads.act_ids")
        partition = self.partitions.get(lead_id)
        return frozenset(partition.acts) if partition else frozenset()

    async def interest_rows(self, lead_id: str, *, most: int) -> Sequence[ToldInterest]:
        await self.gate("leads.interest_rows")
        partition = self.partitions.get(lead_id)
        rows = partition.interests.values() if partition else ()
        found = [ToldInterest(interest=row.interest, due_at=row.due_at) for row in rows]
        return sorted(found, key=lambda row: row.interest.submission.stamp)[:most]

    async def commit(self, change: LeadChange) -> StoredLead:
        await self.gate("leads.commit")
        after = self._commit(change)
        await self.gate("leads.committed")
        return after

    def put(self, change: LeadChange) -> StoredLead:
        """Store a change at once, without a request."""
        return self._commit(change)

    def _commit(self, change: LeadChange) -> StoredLead:
        lead_id = change.lead.lead_id
        known = self.partitions.get(lead_id)
        if (known.stored.etag if known else None) != (
            change.before.etag if change.before else None
        ):
            raise StaleLeadError(lead_id)
        if self.refuses(change):
            too_large = "storage refuses the write: 400 PropertyValueTooLarge"
            raise StorageRefusedError(too_large)
        new = change.interest
        if known and new and new.interest.submission.submission_id in known.interests:
            raise AlreadyRecordedError(lead_id)
        after = change.after(str(int(known.stored.etag) + 1 if known else 1))
        partition = self.partitions.setdefault(lead_id, StoredPartition(stored=after))
        partition.stored = after
        if new:
            partition.interests[new.interest.submission.submission_id] = new
        for row in change.taken_in:
            partition.interests[row.interest.submission.submission_id] = row
        partition.events |= dict(change.numbered_events)
        if self.on_commit is not None:
            self.on_commit(change)
        partition.acts |= {act.act_id: act for act in change.acts}
        due_before = change.before.lead.next_due_at if change.before else None
        moved = after.lead.next_due_at != due_before
        wrong = forgotten(after, self.index if moved else None) or looked_at_late(change, after)
        wrong = wrong or owner_unexplained(change)
        assert not wrong, wrong
        return after


def owner_unexplained(change: LeadChange) -> str:
    """Return what is wrong if the events do not tell who owns the lead from now on (K2)."""
    if change.before is None:
        return ""
    owner, team = change.before.lead.owner, change.before.lead.team
    for event in change.events:
        if event.kind is EventKind.ASSIGNED:
            if event.former_owner != owner:
                return f"UNEXPLAINED: from {event.former_owner!r}, who was not the owner"
            owner, team = event.owner, event.team
    lead = change.lead
    told = owner == lead.owner and (owner == change.before.lead.owner or team == lead.team)
    return "" if told else f"UNEXPLAINED: {lead.owner!r} owns it, by the events {owner!r} does"


def looked_at_late(change: LeadChange, after: StoredLead) -> str:
    """Return what is wrong if something on the lead is due before the sweep looks (C6).

    Where it is due already, a look that could do nothing about it puts the next one off.
    """
    lead = after.lead
    look_at = next_look_at(
        lead,
        after.deliveries.values(),
        change.at,
        retired=change.retired,
        notices=after.notices.values(),
    )
    if look_at is not None and look_at <= change.at:
        look_at = change.at + NOT_SOONER
    late = look_at is not None and (lead.next_due_at is None or lead.next_due_at > look_at)
    return f"LATE: due at {look_at}, looked at {lead.next_due_at}" if late else ""


def forgotten(stored: StoredLead, index: "FakeLeadIndex | None") -> str:
    """Return what is wrong if the sweep would not look at a lead that is behind, or waits."""
    lead = stored.lead
    behind = [d.destination for d in stored.deliveries.values() if d.is_behind(lead.version)]
    waits = lead.follow_up.state is FollowUpState.WAITING
    if lead.next_due_at is None:
        return f"FORGOTTEN: nobody will look at the lead again, {behind}" * bool(behind or waits)
    if index is None or (lead.next_due_at, lead.lead_id) in index.due_rows:
        return ""
    return f"FORGOTTEN: there is no row for {lead.next_due_at - START} later"


@dataclass
class FakeLeadIndex:
    clock: Clock
    gate: Gate = open_gate
    due_rows: dict[tuple[datetime, str], DueRow] = field(default_factory=dict)
    recent: set[tuple[datetime, str]] = field(default_factory=set)
    tests: set[tuple[datetime, str]] = field(default_factory=set)
    states: dict[str, StateRow] = field(default_factory=dict)
    told: dict[tuple[str, Doing], Trouble] = field(default_factory=dict)
    tidied: TidiedTo = field(default_factory=TidiedTo)
    heartbeat: tuple[datetime, Swept] | None = None
    announcing_faults: int = 0
    known: KnownDestinations | None = None
    written: int = 0

    async def put_new(
        self, lead_id: str, *, due_at: datetime, created_at: datetime, test: bool
    ) -> None:
        await self.gate("index.put_new")
        self._put_due(lead_id, due_at)
        self.recent.add((created_at, lead_id))
        if test:
            self.tests.add((created_at, lead_id))
        await self.gate("index.written")

    async def delete_new(self, lead_id: str, created_at: datetime) -> None:
        await self.gate("index.delete_new")
        self.recent.discard((created_at, lead_id))
        self.tests.discard((created_at, lead_id))

    async def put_due(self, lead_id: str, due_at: datetime) -> None:
        await self.gate("index.put_due")
        self._put_due(lead_id, due_at)
        await self.gate("index.written")

    def put_due_row(self, lead_id: str, due_at: datetime) -> None:
        """Write a row at once, without a request."""
        self._put_due(lead_id, due_at)

    def _put_due(self, lead_id: str, due_at: datetime) -> None:
        self.written += 1
        self.due_rows[due_at, lead_id] = DueRow(
            due_at=due_at, lead_id=lead_id, written_at=self.clock(), etag=str(self.written)
        )

    async def put_parked(self, lead_id: str, destination: str, parked_at: datetime) -> None:
        await self.gate("index.put_parked")
        self._put_state(StateKind.PARKED, parked_at, lead_id, destination)
        await self.gate("index.written")

    async def put_overdue(self, lead_id: str, flagged_at: datetime) -> None:
        await self.gate("index.put_overdue")
        self._put_state(StateKind.OVERDUE, flagged_at, lead_id, "")

    async def put_checkin(self, lead_id: str) -> None:
        await self.gate("index.put_checkin")
        self._put_state(StateKind.CHECKIN, None, lead_id, "")

    def _put_state(
        self, kind: StateKind, since: datetime | None, lead_id: str, destination: str
    ) -> None:
        self.written += 1
        key = f"{kind}|{since.isoformat() if since else ''}|{lead_id}|{destination}"
        self.states[key] = StateRow(
            key=key,
            kind=kind,
            since=since,
            lead_id=lead_id,
            destination=destination,
            written_at=self.clock(),
            etag=str(self.written),
        )

    @property
    def parked(self) -> set[tuple[datetime, str, str]]:
        rows = (row for row in self.states.values() if row.kind is StateKind.PARKED)
        return {(row.since, row.lead_id, row.destination) for row in rows if row.since}

    @property
    def overdue(self) -> set[tuple[datetime, str]]:
        rows = (row for row in self.states.values() if row.kind is StateKind.OVERDUE)
        return {(row.since, row.lead_id) for row in rows if row.since}

    async def due(self, until: datetime, *, limit: int) -> Sequence[DueRow]:
        await self.gate("index.due")
        rows = sorted(self.due_rows.values(), key=lambda row: (row.due_at, row.lead_id))
        return [row for row in rows if row.due_at <= until][:limit]

    async def delete(self, row: DueRow) -> None:
        await self.gate("index.delete")
        if self.due_rows.get((row.due_at, row.lead_id)) == row:
            del self.due_rows[row.due_at, row.lead_id]

    async def state_rows(self, *, after: str, limit: int) -> Sequence[StateRow]:
        await self.gate("index.state_rows")
        return self._rows({StateKind.OVERDUE, StateKind.PARKED}, after, limit)

    async def checkin_rows(self, *, after: str, limit: int) -> Sequence[StateRow]:
        await self.gate("index.checkin_rows")
        return self._rows({StateKind.CHECKIN}, after, limit)

    async def parked_rows(self, *, limit: int) -> Sequence[StateRow]:
        await self.gate("index.parked_rows")
        rows = [row for row in self.states.values() if row.kind is StateKind.PARKED]
        return sorted(rows, key=lambda row: row.since or START, reverse=True)[:limit]

    def _rows(self, kinds: set[StateKind], after: str, limit: int) -> Sequence[StateRow]:
        found = sorted(key for key, row in self.states.items() if row.kind in kinds and key > after)
        return [self.states[key] for key in found][:limit]

    async def delete_state(self, row: StateRow) -> None:
        await self.gate("index.delete_state")
        if self.states.get(row.key) == row:
            del self.states[row.key]

    async def put_trouble(self, trouble: Trouble) -> None:
        await self.gate("index.put_trouble")
        self.told[trouble.destination, trouble.doing] = trouble

    async def troubles(self) -> Sequence[Trouble]:
        await self.gate("index.troubles")
        return [self.told[key] for key in sorted(self.told)]

    async def delete_trouble(self, destination: str, doing: Doing) -> None:
        await self.gate("index.delete_trouble")
        self.told.pop((destination, doing), None)

    async def tidied_to(self) -> TidiedTo:
        await self.gate("index.tidied_to")
        return self.tidied

    async def put_heartbeat(self, at: datetime, swept: Swept, tidied_to: TidiedTo) -> None:
        await self.gate("index.put_heartbeat")
        self.heartbeat = (at, swept)
        self.tidied = tidied_to

    async def put_announcing_faults(self, faults: int) -> None:
        await self.gate("index.put_announcing_faults")
        self.announcing_faults = faults

    async def put_known_destinations(self, known: KnownDestinations) -> None:
        await self.gate("index.put_known_destinations")
        self.known = known

    async def known_destinations(self) -> KnownDestinations | None:
        await self.gate("index.known_destinations")
        return self.known


@dataclass(frozen=True, order=True)
class QueuedMessage:
    visible_at: datetime
    text: str


@dataclass
class FakeQueue:
    clock: Clock
    gate: Gate = open_gate
    messages: list[QueuedMessage] = field(default_factory=list)

    async def send(self, message: str, delay: timedelta = timedelta(0)) -> None:
        await self.gate("queue.send")
        if len(message.encode()) > LARGEST_MESSAGE:
            too_large = "storage: 413 RequestBodyTooLarge"
            raise StorageUnavailableError(too_large)
        self.messages.append(QueuedMessage(self.clock() + delay, message))
        await self.gate("queue.sent")

    def take(self) -> str | None:
        """Return the next visible message and hide it for good; None if there is none."""
        visible = sorted(m for m in self.messages if m.visible_at <= self.clock())
        if not visible:
            return None
        self.messages.remove(visible[0])
        return visible[0].text


@dataclass
class FakeOutbox:
    gate: Gate = open_gate
    rows: dict[str, str] = field(default_factory=dict)

    async def keep(self, key: str, message: str) -> None:
        await self.gate("outbox.keep")
        self.rows[key] = message

    async def waiting(self, *, limit: int) -> Sequence[OutboxRow]:
        await self.gate("outbox.waiting")
        rows = sorted(self.rows.items())[:limit]
        return [OutboxRow(key=key, message=message) for key, message in rows]

    async def count(self) -> int:
        await self.gate("outbox.count")
        return len(self.rows)

    async def delete(self, row: OutboxRow) -> None:
        await self.gate("outbox.delete")
        self.rows.pop(row.key, None)


@dataclass
class FakeQuarantine:
    gate: Gate = open_gate
    entries: dict[str, Quarantined] = field(default_factory=dict)

    async def keep(self, entry: Quarantined) -> None:
        await self.gate("quarantine.keep")
        kept = replace(entry, body=entry.body[:LARGEST_KEPT])
        self.entries[entry.quarantine_id] = kept


@dataclass
class FakeCrmRecord:
    """One record of the fake CRM, with all that came to it."""

    lead_id: str
    values: dict[str, str]
    owner: str = "new"
    notes: list[str] = field(default_factory=list)
    updates: int = 0


@dataclass
class FakeCrm:
    """A CRM whose create is not idempotent; if it ``finds`` by our id, then only when it must.

    One that ``takes_notes`` writes the first interest with a new record, and no other but by them.
    """

    gate: Gate = open_gate
    finds: bool = True
    tells_follow_up: bool = True
    keeps_notes: bool = True
    keeps_tasks: bool = True
    baseline_keys: frozenset[str] = frozenset({"owner"})
    takes_notes: bool = False
    shows: dict[str, str] = field(default_factory=dict)
    records: list[FakeCrmRecord] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)
    rejects: str = ""
    acted: dict[str, FollowUpSeen] = field(default_factory=dict)
    reminders: dict[str, Reminder] = field(default_factory=dict)
    standings: list[Standing | None] = field(default_factory=list)
    calls: int = 0

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        self.calls += 1
        await self.gate("crm.upsert")
        if self.fails:
            raise self.fails.pop(0)
        if self.rejects:
            raise CrmRejectedError(self.rejects)
        self.standings.append(changed.standing)
        upserted = self.write(lead, changed, uncertain=uncertain)
        await self.gate("crm.upserted")
        return upserted

    def write(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        """Do what the request asks for."""
        known = len(self.records)
        number = self._number(lead, changed, uncertain=uncertain)
        record = self.records[number]
        record.updates += 1
        if number == known:
            record.owner = changed.owner or record.owner
        owner = owner_of(changed, record.owner, ours=number != known)
        record.owner = owner.now(()) if number != known else record.owner
        record.values |= {name: getattr(lead.contact, name) for name in changed.fields}
        ids = [interest.submission.submission_id for interest in changed.interests]
        if self.takes_notes:
            ids = ids[:1] if number == known else []
        record.notes += [new for new in ids if new not in record.notes]
        return Upserted(
            record=CrmRecord(id=str(number), baseline={"owner": record.owner, **self.shows}),
            owner=record.owner,
            owner_changed=owner.changed and number != known,
            created=number == known,
            holds=frozenset(ids),
        )

    def _number(self, lead: Lead, changed: Changed, *, uncertain: bool) -> int:
        if changed.record is not None:
            return int(changed.record.id)
        if uncertain and not self.finds:
            cannot_tell = "this CRM can't be searched by our id"
            raise CrmUncertainError(cannot_tell)
        known = [n for n, r in enumerate(self.records) if r.lead_id == lead.lead_id]
        if uncertain and known:
            return known[0]
        self.records.append(FakeCrmRecord(lead.lead_id, {}))
        return len(self.records) - 1

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        await self.gate("crm.follow_ups")
        told = {q.lead_id: self._seen(q) for q in questions}
        return {lead_id: seen for lead_id, seen in told.items() if seen}

    def _seen(self, question: FollowUpQuestion) -> FollowUpSeen | None:
        seen, number = self.acted.get(question.lead_id), int(question.record.id)
        shown = self.records[number].owner if number < len(self.records) else ""
        owner = named_since(question.record, shown) if shown else ""
        acted = seen if seen and seen.at and seen.at > question.since else None
        if not owner:
            return acted
        return replace(acted or FollowUpSeen(), owner=owner)

    async def remind(self, lead: Lead, record: CrmRecord, reminder: Reminder) -> str:
        await self.gate("crm.remind")
        if not self.keeps_tasks:
            return ""
        self.reminders[reminder.reminder_id] = reminder
        return reminder.reminder_id

    async def note(
        self,
        lead: Lead,
        record: CrmRecord,
        interest: Interest,
        standing: Standing | None = None,
    ) -> Noted:
        await self.gate("crm.note")
        self.standings.append(standing)
        note_id = interest.submission.submission_id
        if note_id not in self.records[int(record.id)].notes:
            self.records[int(record.id)].notes.append(note_id)
        await self.gate("crm.noted")
        return Noted(id=note_id)

    async def check(self) -> Sequence[CheckResult]:
        return [CheckResult(what="reachable")]

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class FakeDestinations:
    """The destinations by name; one that is None can't be built."""

    crms: Mapping[str, FakeCrm | None]

    async def get(self, name: str) -> FakeCrm:
        crm = self.crms.get(name)
        if crm is None:
            raise SettingsError([f"CRM={name}: no such destination"])
        return crm
