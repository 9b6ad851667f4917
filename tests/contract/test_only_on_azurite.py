"""What only a real table or queue can show."""

import asyncio
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from azure.core.exceptions import ResourceExistsError
from hypothesis import HealthCheck, given, settings

from shared.domain.delivery import Delivery
from shared.domain.errors import StorageRefusedError
from shared.domain.lead import Lead
from shared.ports.leads import LeadChange, RecordedInterest
from shared.ports.quarantine import Quarantined, QuarantineReason
from shared.settings import StorageSettings
from shared.storage.account import Storage
from shared.storage.lead_id_secret import LeadIdSecret
from shared.storage.lead_index import TableLeadIndex
from shared.storage.leads import TableLeadStore
from shared.storage.outbox import TableOutbox
from shared.storage.quarantine import TableQuarantine
from shared.storage.queue import StoragePushQueue
from tests import strategies
from tests.contract.subjects import rows_of
from tests.examples import LEAD_ID, by_destination, change, delivery, recorded, told
from tests.fakes import START

QUARANTINED = Quarantined(
    quarantine_id="q1",
    received_at=START,
    reason=QuarantineReason.POISON,
    faults=[],
    body=b"",
    size=0,
)

on_azurite = settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@on_azurite
@given(strategies.LEAD, strategies.DELIVERY, strategies.RECORDED)
async def test_whatever_is_written_is_read(
    storage: Storage, drawn: Lead, sent: Delivery, new: RecordedInterest
) -> None:
    store = TableLeadStore(storage.table("written"))
    lead = replace(drawn, lead_id=uuid.uuid4().hex)
    deliveries = by_destination(sent)

    after = await store.commit(
        LeadChange(before=None, lead=lead, at=START, deliveries=deliveries, interest=new)
    )

    assert await store.read(lead.lead_id) == after
    interests = await store.interests(lead.lead_id, after_version=-1)
    assert interests == ([] if new.interest.repeat_of else [new.interest])


async def test_a_lead_is_one_partition_and_says_in_its_keys_what_is_what(
    storage: Storage, prefix: str
) -> None:
    table = storage.table(prefix)
    new = change(deliveries=[delivery()], new=recorded(1, body=b"\x00\xff"), events=[told()])
    await TableLeadStore(table).commit(new)

    found = {row["RowKey"]: row async for row in rows_of(table.client, LEAD_ID)}

    assert list(found) == [
        "event|00000001",
        "interest|20261102T090100000000Z|submission-1",
        "lead",
        "lead|delivery|azure_table",
    ]
    assert found["interest|20261102T090100000000Z|submission-1"]["body"] == b"\x00\xff"


async def test_what_a_row_can_not_hold_is_not_written_at_all(storage: Storage, prefix: str) -> None:
    store = TableLeadStore(storage.table(prefix))
    first = await store.commit(change())
    too_long = replace(delivery(), last_error="x" * 32_769)

    refused = r"^storage refuses the write: 400 PropertyValueTooLarge$"
    with pytest.raises(StorageRefusedError, match=refused):
        await store.commit(change(first, deliveries=[too_long], new=recorded()))

    assert await store.read(LEAD_ID) == first
    assert await store.interests(LEAD_ID, after_version=0) == []


async def test_more_leads_are_due_than_one_answer_holds(storage: Storage, prefix: str) -> None:
    table = storage.table(prefix)
    index = TableLeadIndex(table)
    await index.put_due(LEAD_ID, START)
    for hundred in range(11):
        keys = [f"due|20261102T10{hundred:02d}{n:02d}000000Z|{LEAD_ID}" for n in range(60)]
        rows = [("create", {"PartitionKey": "index", "RowKey": key}) for key in keys]
        await table.client.submit_transaction(rows)

    assert len(await index.due(START + timedelta(hours=3), limit=650)) == 650
    assert len(await index.due(START + timedelta(hours=3), limit=2_000)) == 661


async def test_the_age_of_a_row_is_told_by_storage(storage: Storage, prefix: str) -> None:
    index = TableLeadIndex(storage.table(prefix))
    await index.put_due(LEAD_ID, START)

    [row] = await index.due(START, limit=1)

    assert abs(datetime.now(UTC) - row.written_at) < timedelta(minutes=5)


async def test_tables_are_created_by_whoever_misses_them_also_at_once(
    storage: Storage, prefix: str
) -> None:
    table = storage.table(prefix)
    writers = [TableOutbox(table), TableOutbox(storage.table(prefix)), TableOutbox(table)]

    await asyncio.gather(*(w.keep(str(n), "message") for n, w in enumerate(writers)))

    assert len(await writers[0].waiting(limit=10)) == len(writers)


@pytest.mark.parametrize("first", ["commit", "put_due", "keep", "quarantine", "secret"])
async def test_any_first_write_creates_its_table(storage: Storage, prefix: str, first: str) -> None:
    table = storage.table(prefix)
    match first:
        case "commit":
            await TableLeadStore(table).commit(change())
        case "put_due":
            await TableLeadIndex(table).put_due(LEAD_ID, START)
        case "keep":
            await TableOutbox(table).keep("key", "message")
        case "quarantine":
            await TableQuarantine(table).keep(QUARANTINED)
        case "secret":
            await LeadIdSecret(table)()

    with pytest.raises(ResourceExistsError, match="already exists"):
        await table.client.create_table()


async def test_the_queue_is_created_by_whoever_misses_it_also_at_once(
    storage: Storage, prefix: str
) -> None:
    clients = [storage.queue(prefix) for _ in range(3)]

    await asyncio.gather(*(StoragePushQueue(client).send("message") for client in clients))

    assert len(await clients[0].peek_messages(32)) == len(clients)


async def test_a_delay_is_rounded_up_to_whole_seconds(azurite: str, prefix: str) -> None:
    urls: list[str] = []
    storage = Storage(
        StorageSettings(LeadStorage=azurite),
        raw_request_hook=lambda request: urls.append(request.http_request.url),
    )
    queue = StoragePushQueue(storage.queue(prefix))
    await queue.send("message")
    urls.clear()

    for delay in (timedelta(microseconds=1), timedelta(seconds=1), timedelta(seconds=1.5)):
        await queue.send("message", delay)

    await storage.close()
    assert [url.partition("?")[2] for url in urls] == [
        f"visibilitytimeout={seconds}&messagettl=-1" for seconds in (1, 1, 2)
    ]


async def test_a_message_never_expires(storage: Storage, prefix: str) -> None:
    client = storage.queue(prefix)

    await StoragePushQueue(client).send("message")

    message = await client.receive_message()
    assert message is not None
    assert message.expires_on is not None
    assert message.expires_on.year == 9999


async def test_the_secret_is_created_once_by_many_at_once(storage: Storage, prefix: str) -> None:
    readers = [LeadIdSecret(storage.table(prefix)) for _ in range(20)]

    secrets = await asyncio.gather(*(reader() for reader in readers))

    assert len(set(secrets)) == 1
    assert bytes.fromhex(secrets[0].decode()).hex().encode() == secrets[0]
    assert len(secrets[0]) == 64
    assert await LeadIdSecret(storage.table(prefix))() == secrets[0]
    assert await LeadIdSecret(storage.table(f"{prefix}2"))() != secrets[0]
