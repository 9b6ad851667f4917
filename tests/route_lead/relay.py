"""``route_lead`` over fakes, with a host that takes messages and a clock that jumps to the next."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from route_lead.changes import RouteRules
from route_lead.route import LONGEST_FOR_LINK, Routed, RoutePorts
from route_lead.take import Taken, TakePorts, take
from shared.domain.delivery import Delivery
from shared.domain.envelope import Deliver, Push
from shared.domain.errors import StorageError
from shared.domain.lead import Lead
from shared.domain.merging import MergeRules
from shared.domain.rules import Rules, rules_without_file
from shared.ports.crm import Destinations
from shared.ports.leads import EventKind
from shared.ports.owners import NoOwners, Owners
from shared.ports.telling import NobodyToTell, Teller
from tests.fakes import (
    START,
    Clock,
    FakeCrm,
    FakeCrmRecord,
    FakeDestinations,
    FakeLeadIndex,
    FakeLeadStore,
    FakeQuarantine,
    FakeQueue,
    Gate,
    QueuedMessage,
    StoredPartition,
    open_gate,
)

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
INVISIBLE = 10 * MINUTE
"""After this, the message of a dead worker shows again."""

RULES = RouteRules(
    merge=MergeRules(repeat_window=DAY, follow_up_within=DAY),
    destinations=("crm",),
    deliver_tests=True,
)


class WorkerDiedError(BaseException):
    """Nothing catches it, as nothing catches the end of a process."""


def push(
    number: int = 1, *, offer: str = "", after: timedelta | None = None, **contact: str
) -> Push:
    """Return a click of one customer: each of another offer, a minute after the one before."""
    details = {"FirstName": "Zoë", "LastName": "Sample", "Company": "Fabrikam", **contact}
    body = {
        "UserDetails": details,
        "LeadSource": f"AppSource-INS|fabrikam.{offer or f'offer-{number}'}",
    }
    return Push(
        submission_id=f"s{number}",
        received_at=START + (number * MINUTE if after is None else after),
        content_type="application/json",
        body=json.dumps(body, ensure_ascii=False).encode(),
    )


@dataclass
class Relay:
    """All that ``route_lead`` needs, in memory."""

    rules: RouteRules = RULES
    gate: Gate = open_gate
    crms: dict[str, FakeCrm | None] = field(default_factory=lambda: {"crm": FakeCrm()})
    jitter: float = 1.0
    clock: Clock = field(default_factory=Clock)
    unbuildable: Destinations | None = None
    teller: Teller = field(default_factory=NobodyToTell)
    owners: Owners = field(default_factory=NoOwners)
    routing_rules: Rules = field(default_factory=rules_without_file)
    rules_from: Callable[[], Awaitable[Rules]] | None = None
    for_link: timedelta = LONGEST_FOR_LINK

    def __post_init__(self) -> None:
        self.index = FakeLeadIndex(self.clock, self.gate)
        self.leads = FakeLeadStore(self.gate, self.index)
        self.queue = FakeQueue(self.clock, self.gate)
        self.quarantine = FakeQuarantine(self.gate)
        self._ids = count(1)
        for crm in self.crms.values():
            if crm is not None and crm.gate is open_gate:
                crm.gate = self.gate

    def routing(self) -> tuple[RoutePorts, RouteRules]:
        ports = RoutePorts(
            leads=self.leads,
            index=self.index,
            queue=self.queue,
            destinations=self.unbuildable or FakeDestinations(self.crms),
            secret=a_secret,
            clock=self.clock,
            jitter=lambda: self.jitter,
            new_id=lambda: f"claim-{next(self._ids)}",
            teller=self.teller,
            rules=self.in_force,
            owners=self.owners,
            sleep=no_sleep,
            for_link=self.for_link,
        )
        return ports, self.rules

    async def in_force(self) -> Rules:
        return await self.rules_from() if self.rules_from else self.routing_rules

    async def take(self, message: Push | Deliver | str) -> Routed | None:
        """Do with a message what the app does."""
        text = message if isinstance(message, str) else message.to_text()
        taken = Taken(text=text, message_id="m1", inserted_at=START)
        return await take(
            taken,
            TakePorts(
                queue=self.queue,
                quarantine=self.quarantine,
                routing=self.routing,
                jitter=lambda: self.jitter,
            ),
        )

    async def host(self, message: Push | Deliver | str) -> Routed | None:
        """Do what the host does: show a message again whose worker failed or died."""
        try:
            return await self.take(message)
        except (WorkerDiedError, StorageError):
            text = message if isinstance(message, str) else message.to_text()
            self.queue.messages.append(QueuedMessage(self.clock() + INVISIBLE, text))
            return None

    async def drain(self, until: datetime | None = None, *, at_most: int = 500) -> int:
        """Take message after message, and return how many; time passes where none is visible."""
        for taken in range(at_most):
            if not self.queue.messages:
                return taken
            shown_at = min(self.queue.messages).visible_at
            if until is not None and shown_at > until:
                self.clock.now = until
                return taken
            self.clock.now = max(self.clock.now, shown_at)
            text = self.queue.take()
            assert text is not None
            await self.host(text)
        raise AssertionError("the queue does not become empty")

    @property
    def crm(self) -> FakeCrm:
        crm = self.crms["crm"]
        assert crm is not None
        return crm

    @property
    def record(self) -> FakeCrmRecord:
        (record,) = self.crm.records
        return record

    @property
    def partition(self) -> StoredPartition:
        (partition,) = self.leads.partitions.values()
        return partition

    @property
    def lead(self) -> Lead:
        return self.partition.stored.lead

    def delivery(self, destination: str = "crm") -> Delivery:
        return self.partition.stored.deliveries[destination]

    def told(self) -> list[EventKind]:
        return [event.kind for _, event in sorted(self.partition.events.items())]

    def waits(self) -> list[timedelta]:
        """Return how long each message is still hidden."""
        return [message.visible_at - self.clock() for message in sorted(self.queue.messages)]

    def deliver(self, *, release_version: int | None = None) -> Deliver:
        return Deliver(lead_id=self.lead.lead_id, release_version=release_version)

    def assert_delivered(self, *submissions: str) -> None:
        """Check that there is one record, with all that is known of the customer."""
        assert sorted(self.partition.interests) == sorted(submissions)
        assert self.lead.submissions == len(submissions)
        assert self.delivery().delivered_version == self.lead.version
        assert self.record.values == self.lead.contact.given()
        news = [s for s in submissions if not self.partition.interests[s].interest.repeat_of]
        assert sorted(self.record.notes) == sorted(news)


def with_destinations(*names: str) -> RouteRules:
    return replace(RULES, destinations=names)


async def a_secret() -> bytes:
    return b"secret"


async def no_sleep(seconds: float) -> None:
    """Let the others have their turn, and no time pass."""
    await asyncio.sleep(0)


@dataclass
class Gates:
    """Let all requests through but the one with a number, counted from 0."""

    number: int = -1
    error: BaseException = field(default_factory=WorkerDiedError)
    passed: list[str] = field(default_factory=list)

    async def __call__(self, request: str) -> None:
        self.passed.append(request)
        if len(self.passed) - 1 == self.number:
            raise self.error
