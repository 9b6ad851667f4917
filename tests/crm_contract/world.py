"""The way of a push from the queue to a CRM: the real ``route``, our storage in memory, one clock.

Time is told, not waited for: ``rest`` moves the clock to the next message until none is left.
"""

import asyncio
import json
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from local.fakes.server import SeenRecord
from route_lead.changes import RouteRules
from route_lead.route import RoutePorts, route
from shared.domain.delivery import UNCERTAIN, CrmRecord, Delivery
from shared.domain.envelope import Deliver, Push, parse_message
from shared.domain.errors import CrmError
from shared.domain.lead import Interest, Lead
from shared.domain.merging import MergeRules
from shared.domain.standing import Standing
from shared.ports.crm import (
    Changed,
    CheckResult,
    Crm,
    FollowUpQuestion,
    FollowUpSeen,
    Noted,
    Reminder,
    Upserted,
)
from shared.ports.leads import Event, EventKind, StoredLead
from tests.crm_contract.subjects import FEATURES, Feature, Subject
from tests.fakes import Clock, FakeLeadIndex, FakeLeadStore, FakeQueue

INVISIBLE = timedelta(minutes=10)
"""How long the host hides a message whose worker died."""

MOST_MESSAGES = 2_000
"""Far more than fourteen days of retries take."""

CUSTOMER = {
    "FirstName": "Zoë",
    "LastName": "O'Hara",
    "Email": "zoe@fabrikam.example",
    "Phone": "+49 30 1234567",
    "Country": "DE",
    "Company": "Fabrikam",
    "Title": "Head of Things",
}
WITHOUT_EMAIL = {**CUSTOMER, "Email": ""}

RULES = RouteRules(
    merge=MergeRules(repeat_window=timedelta(hours=24), follow_up_within=timedelta(hours=24)),
    destinations=("crm",),
    deliver_tests=True,
)


class WorkerDied(BaseException):
    """A process that ends between two lines."""


class Watched:
    """An adapter, a deadline that comes when told so, and what it raised; and a worker's end."""

    def __init__(self, crm: Crm) -> None:
        self.crm = crm
        self.calls = 0
        self.errors: list[CrmError] = []
        self.upserted: list[str] = []
        self._deadline: asyncio.Timeout | None = None

    @property
    def tells_follow_up(self) -> bool:
        return self.crm.tells_follow_up

    @property
    def keeps_notes(self) -> bool:
        return self.crm.keeps_notes

    @property
    def baseline_keys(self) -> frozenset[str]:
        return self.crm.baseline_keys

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        upserted = await self._watch(self.crm.upsert(lead, changed, uncertain=uncertain))
        assert upserted.record.baseline.keys() <= self.crm.baseline_keys
        self.upserted.append(lead.lead_id)
        return upserted

    async def note(
        self,
        lead: Lead,
        record: CrmRecord,
        interest: Interest,
        standing: Standing | None = None,
    ) -> Noted:
        return await self._watch(self.crm.note(lead, record, interest, standing))

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        return await self.crm.follow_ups(questions)

    async def remind(self, lead: Lead, record: CrmRecord, reminder: Reminder) -> str:
        return await self.crm.remind(lead, record, reminder)

    async def check(self) -> Sequence[CheckResult]:
        return await self.crm.check()

    async def close(self) -> None:
        await self.crm.close()

    def end_wait(self) -> None:
        """Let the deadline of the call that is under way come now."""
        assert self._deadline
        self._deadline.reschedule(0)

    async def _watch[T](self, call: Awaitable[T]) -> T:
        self.calls += 1
        try:
            async with asyncio.timeout(None) as self._deadline:
                return await call
        except CrmError as error:
            self.errors.append(error)
            raise
        finally:
            self._deadline = None  # worlds at rest are copied


@dataclass
class OnlyOne:
    """The port ``Destinations`` with one destination."""

    crm: Watched

    async def get(self, name: str) -> Crm:
        return self.crm


@dataclass
class World:
    """One customer's pushes, their leads, and one CRM."""

    subject: Subject
    clock: Clock = field(default_factory=lambda: Clock(datetime.now(UTC) - timedelta(hours=1)))
    pushed: list[str] = field(default_factory=list)
    dies_before_commit: int = 0
    """The number of the write, from now on, that the worker does not live to see."""

    def __post_init__(self) -> None:
        self.crm = Watched(self.subject.crm)
        index = FakeLeadIndex(self.clock)
        self.leads = FakeLeadStore(gate=self._gate, index=index)
        self.queue = FakeQueue(self.clock)
        self._claims = 0
        self.ports = RoutePorts(
            leads=self.leads,
            index=index,
            queue=self.queue,
            destinations=OnlyOne(self.crm),
            secret=_secret,
            clock=self.clock,
            jitter=lambda: 1.0,
            new_id=self._new_id,
        )

    async def push(
        self,
        contact: Mapping[str, str] = CUSTOMER,
        *,
        description: str = "",
        action: str = "PLT",
        title: str = "",
    ) -> None:
        """Let the marketplace send something; unless told otherwise, it is something new."""
        number = len(self.pushed) + 1
        words = description or f"This is number {number} of them."
        body = {
            "UserDetails": contact,
            "LeadSource": f"AzureMarketplace-{action}|fabrikam.things",
            "ActionCode": action,
            "OfferTitle": title or "Things",
            "Description": words,
        }
        push = Push(
            submission_id=f"{number:032x}",
            received_at=self.clock(),
            body=json.dumps(body).encode(),
            content_type="application/json",
        )
        self.pushed.append(words)
        await self.queue.send(push.to_text())

    async def work(self, text: str) -> None:
        """Take a message as the host does: it comes again if the worker dies."""
        try:
            await route(parse_message(text), self.ports, RULES)
        except WorkerDied:
            await self.queue.send(text, INVISIBLE)

    async def all_at_once(self) -> None:
        """Take all messages that are visible, each by a worker of its own."""
        texts = list(iter(self.queue.take, None))
        await asyncio.gather(*(self.work(text) for text in texts))

    async def rest(self, until: datetime | None = None) -> None:
        """Let time pass until nothing is left to do, or until a time."""
        for _ in range(MOST_MESSAGES):
            text = self.queue.take()
            if text is not None:
                await self.work(text)
                continue
            if not self.queue.messages:
                return
            next_at = min(message.visible_at for message in self.queue.messages)
            if until is not None and next_at > until:
                self.clock.now = until
                return
            self.clock.now = max(next_at, self.clock.now)
        raise AssertionError("it never comes to rest")

    async def release(self) -> None:
        """Release what is parked, as an operator does."""
        message = Deliver(lead_id=self.stored.lead.lead_id, release_version=self.lead.version)
        await self.queue.send(message.to_text())

    @property
    def features(self) -> frozenset[Feature]:
        return FEATURES[self.subject.name]

    @property
    def stored(self) -> StoredLead:
        [partition] = self.leads.partitions.values()
        return partition.stored

    @property
    def lead(self) -> Lead:
        return self.stored.lead

    @property
    def delivery(self) -> Delivery:
        return self.stored.deliveries["crm"]

    @property
    def record(self) -> CrmRecord:
        assert self.delivery.record is not None
        return self.delivery.record

    def question(self) -> FollowUpQuestion:
        """Return what the sweep asks of the lead."""
        since = self.lead.follow_up.clock_started_at
        assert since is not None
        return FollowUpQuestion(lead_id=self.lead.lead_id, record=self.record, since=since)

    def told(self, kind: EventKind) -> list[Event]:
        """Return what the audit trail says of a kind."""
        [partition] = self.leads.partitions.values()
        return [event for event in partition.events.values() if event.kind is kind]

    async def the_record(self) -> SeenRecord:
        """Return the one record there is, delivered whole: no push of the customer is missing."""
        assert self.delivery.parked_reason == ""
        assert self.delivery.delivered_version == self.lead.version
        assert self.queue.messages == []
        [record] = await self.subject.records()
        assert self.missing(record) == []
        return record

    async def the_record_or_uncertain(self) -> SeenRecord:
        """Return the one record there is, parked where nobody can tell that it is there."""
        uncertain = self.delivery.parked_reason.startswith(UNCERTAIN)
        if Feature.FINDS in self.features or not uncertain:
            return await self.the_record()
        [record] = await self.subject.records()
        assert self.queue.messages == []
        return record

    def missing(self, record: SeenRecord) -> list[str]:
        """Return the words that a record has not, neither themselves nor their submission's id."""
        said = "\n".join([record.description, *record.notes])
        return [
            words
            for words in dict.fromkeys(self.pushed)
            if words not in said and f"{self.pushed.index(words) + 1:032x}" not in said
        ]

    async def _gate(self, request: str) -> None:
        if request == "leads.commit" and self.dies_before_commit:
            self.dies_before_commit -= 1
            if not self.dies_before_commit:
                raise WorkerDied

    def _new_id(self) -> str:
        self._claims += 1
        return f"claim-{self._claims}"


async def _secret() -> bytes:
    return b"a secret that is as long as secrets are"
