"""Each port twice: in memory and on Azurite, with a look at what no port reads."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from azure.data.tables.aio import TableClient
from azure.storage.queue.aio import QueueClient

from shared.ports.index import LeadIndex, Swept
from shared.ports.leads import Event, EventKind, LeadFacts, LeadStore
from shared.ports.quarantine import Quarantine, Quarantined, QuarantineReason
from shared.ports.queue import PushQueue
from shared.storage.account import Table
from shared.storage.keys import text_time
from shared.storage.lead_histories import TableLeadHistories
from shared.storage.lead_index import TableLeadIndex
from shared.storage.leads import TableLeadStore
from shared.storage.quarantine import TableQuarantine
from shared.storage.queue import StoragePushQueue
from tests.fakes import Clock, FakeLeadIndex, FakeLeadStore, FakeQuarantine, FakeQueue

type Row = Mapping[str, Any]


def rows_of(client: TableClient, partition: str) -> AsyncIterator[Row]:
    """Read all rows of a partition, in order."""
    return client.query_entities("PartitionKey eq @it", parameters={"it": partition})


@dataclass(frozen=True)
class Leads:
    """A lead store, what happened on its leads, and the audit trail of a lead as stored."""

    store: LeadStore
    facts: LeadFacts
    events: Callable[[str], Awaitable[list[tuple[int, Event]]]]


def leads_in_memory() -> Leads:
    store = FakeLeadStore()

    async def events(lead_id: str) -> list[tuple[int, Event]]:
        return sorted(store.partitions[lead_id].events.items(), key=lambda event: event[0])

    return Leads(store, store, events)


def leads_on_azurite(table: Table) -> Leads:
    async def events(lead_id: str) -> list[tuple[int, Event]]:
        found = [row async for row in rows_of(table.client, lead_id)]
        return [event(row) for row in found if row["RowKey"].startswith("event|")]

    def event(row: Row) -> tuple[int, Event]:
        number = int(row["RowKey"].removeprefix("event|"))
        kind = EventKind(row["kind"])
        return number, Event(kind=kind, destination=row["destination"], detail=row["detail"])

    return Leads(TableLeadStore(table), TableLeadHistories(table), events)


type Listed = list[list[str]]


@dataclass(frozen=True)
class Index:
    """A lead index, and what no port reads: what is listed of a kind, and the heartbeat."""

    index: LeadIndex
    listed: Callable[[str], Awaitable[Listed]]
    heartbeat: Callable[[], Awaitable[tuple[object, Swept] | None]]


def index_in_memory() -> Index:
    index = FakeLeadIndex(clock=Clock())

    async def listed(kind: str) -> Listed:
        rows: dict[str, Iterable[tuple[Any, ...]]] = {
            "recent": index.recent,
            "test": index.tests,
            "parked": index.parked,
            "overdue": index.overdue,
        }
        newest_first = sorted(rows[kind], key=lambda row: row[0], reverse=True)
        return [list(rest) for _, *rest in newest_first]

    async def heartbeat() -> tuple[object, Swept] | None:
        return index.heartbeat

    return Index(index, listed, heartbeat)


def index_on_azurite(table: Table) -> Index:
    async def listed(kind: str) -> Listed:
        keys = [row["RowKey"].split("|") async for row in rows_of(table.client, "index")]
        return [key[2:] for key in keys if key[0] == kind]

    async def heartbeat() -> tuple[object, Swept] | None:
        row = await table.client.get_entity("index", "sweep")
        swept = {field.name: row[field.name] for field in fields(Swept)}
        return text_time(row["at"]), Swept(**swept)

    return Index(TableLeadIndex(table), listed, heartbeat)


@dataclass(frozen=True)
class Queue:
    """A queue, and the text of the next message that shows, None if none does."""

    queue: PushQueue
    take: Callable[[], Awaitable[str | None]]


def queue_in_memory() -> Queue:
    queue = FakeQueue(clock=Clock())

    async def take() -> str | None:
        return queue.take()

    return Queue(queue, take)


def queue_on_azurite(client: QueueClient) -> Queue:
    async def take() -> str | None:
        message = await client.receive_message()
        return None if message is None else message.content

    return Queue(StoragePushQueue(client), take)


@dataclass(frozen=True)
class Kept:
    """A quarantine, and its entries of a day; ``size`` tells whether one is truncated."""

    quarantine: Quarantine
    entries: Callable[[str], Awaitable[list[Quarantined]]]


def quarantine_in_memory() -> Kept:
    quarantine = FakeQuarantine()

    async def entries(day: str) -> list[Quarantined]:
        found = (e for e in quarantine.entries.values() if f"{e.received_at:%Y%m%d}" == day)
        return sorted(found, key=lambda e: (e.received_at, e.quarantine_id))

    return Kept(quarantine, entries)


def quarantine_on_azurite(table: Table) -> Kept:
    async def entries(day: str) -> list[Quarantined]:
        return [entry(row) async for row in rows_of(table.client, day)]

    def entry(row: Row) -> Quarantined:
        received_at = text_time(row["received_at"])
        assert received_at is not None
        body = b"".join(row[f"body_{number}"] for number in range(row["chunks"]))
        assert row["truncated"] == (row["size"] > len(body))
        assert row["state"] == "held"
        return Quarantined(
            quarantine_id=row["quarantine_id"],
            received_at=received_at,
            reason=QuarantineReason(row["reason"]),
            faults=row["faults"].split("\n"),
            body=body,
            content_type=row["content_type"],
            size=row["size"],
        )

    return Kept(TableQuarantine(table), entries)
