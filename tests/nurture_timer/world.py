"""The sweep's surroundings in memory, and leads in the states that it meets."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from nurture_timer.nurture import sweep
from nurture_timer.ports import SweepPorts
from shared.committing import commit
from shared.domain.delivery import CrmRecord, Delivery
from shared.domain.envelope import Deliver, parse_message
from shared.domain.errors import StorageUnavailableError
from shared.domain.follow_up import FollowUp, start_clock
from shared.domain.lead import Contact, KeyKind, Lead
from shared.domain.rules import Rules, rules_without_file
from shared.ports.crm import Destinations
from shared.ports.index import Swept
from shared.ports.leads import LeadChange, StoredLead
from shared.ports.owners import NoOwners, Owners
from tests.examples import LEAD_ID, by_destination
from tests.fakes import (
    START,
    Clock,
    FakeCrm,
    FakeDestinations,
    FakeLeadIndex,
    FakeLeadStore,
    FakeOutbox,
    FakeQueue,
)

WITHIN = timedelta(hours=24)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
MICROSECOND = timedelta(microseconds=1)

WAITING = start_clock(FollowUp(), START, WITHIN)
STOPPED = FollowUp()

DELIVERED = Delivery(
    destination="crm", delivered_version=1, delivered_at=START, record=CrmRecord(id="0")
)
CLAIMED = Delivery(destination="crm", claim_id="c1", claim_ends_at=START + timedelta(minutes=5))
"""A new lead whose worker died: the claim ran out, and nothing else will happen."""


@dataclass
class World:
    """The sweep's ports, with one clock for all."""

    crm: FakeCrm = field(default_factory=FakeCrm)
    clock: Clock = field(default_factory=Clock)
    leads: FakeLeadStore = field(default_factory=FakeLeadStore)
    outbox: FakeOutbox = field(default_factory=FakeOutbox)
    rules: Rules = field(default_factory=rules_without_file)
    owners: Owners = field(default_factory=NoOwners)
    given_up: list[tuple[str, str]] = field(default_factory=list)
    destinations: Destinations = field(init=False)

    def __post_init__(self) -> None:
        self.index = FakeLeadIndex(clock=self.clock)
        self.leads.index = self.index
        self.queue = FakeQueue(clock=self.clock)
        self.destinations = FakeDestinations({"crm": self.crm, "broken": None})

    @property
    def ports(self) -> SweepPorts:
        return SweepPorts(
            leads=self.leads,
            index=self.index,
            queue=self.queue,
            outbox=self.outbox,
            destinations=self.destinations,
            clock=self.clock,
            rules=self.in_force,
            owners=self.owners,
            given_up=self.note_given_up,
        )

    async def note_given_up(self, channel: str, reason: str) -> None:
        self.given_up.append((channel, reason))

    async def in_force(self) -> Rules:
        return self.rules

    async def put(self, lead: Lead, *deliveries: Delivery) -> None:
        """Store a lead as ``route_lead`` does."""
        named = by_destination(*deliveries)
        new = LeadChange(before=None, lead=lead, at=lead.created_at, deliveries=named)
        await commit(self.leads, self.index, new)

    async def sweep(self, after: timedelta) -> Swept:
        """Sweep at a time after the start."""
        self.clock.now = START + after
        return await sweep(self.clock.now, self.ports)

    def stored(self, lead_id: str = LEAD_ID) -> StoredLead:
        return self.leads.partitions[lead_id].stored

    def clock_of(self, lead_id: str = LEAD_ID) -> FollowUp:
        return self.stored(lead_id).lead.follow_up

    def due(self) -> dict[str, list[timedelta]]:
        """Return when which lead has a due row, counted from the start."""
        found: dict[str, list[timedelta]] = {}
        for at, lead_id in sorted(self.index.due_rows):
            found.setdefault(lead_id, []).append(at - START)
        return found

    def queued(self) -> Sequence[str]:
        """Return the ids of the leads that were queued again."""
        messages = [parse_message(message.text) for message in self.queue.messages]
        return [message.lead_id for message in messages if isinstance(message, Deliver)]


def lead(
    lead_id: str = LEAD_ID, *, clock: FollowUp = WAITING, due_after: timedelta = WITHIN
) -> Lead:
    return Lead(
        lead_id=lead_id,
        key_kind=KeyKind.EMAIL,
        created_at=START,
        updated_at=START,
        version=1,
        contact=Contact(email="zoe@fabrikam.example"),
        asked_for_contact=True,
        follow_up=clock,
        next_due_at=START + due_after,
    )


def anonymous(lead: Lead) -> Lead:
    return replace(lead, key_kind=KeyKind.SUBMISSION)


@dataclass
class Failing:
    """A gate that fails the named requests, all of them or those with the given numbers."""

    request: str
    numbers: Sequence[int] | None = None
    error: Exception = field(default_factory=lambda: StorageUnavailableError("storage: 503"))
    seen: int = 0

    async def __call__(self, request: str) -> None:
        if request != self.request:
            return
        self.seen += 1
        if self.numbers is None or self.seen in self.numbers:
            raise self.error
