"""Storage that does not answer: one error, with nothing in it that must not be told."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable

import pytest

from shared.destinations.azure_table.adapter import AzureTableCrm
from shared.domain.errors import CrmUnavailableError, StorageUnavailableError
from shared.ports.crm import Changed
from shared.ports.index import DueRow, StateKind, StateRow, Swept, TidiedTo
from shared.ports.quarantine import Quarantined, QuarantineReason
from shared.ports.queue import OutboxRow
from shared.settings import StorageSettings
from shared.storage.account import Storage
from shared.storage.lead_id_secret import LeadIdSecret
from shared.storage.lead_index import TableLeadIndex
from shared.storage.leads import TableLeadStore
from shared.storage.outbox import TableOutbox
from shared.storage.quarantine import TableQuarantine
from shared.storage.queue import StoragePushQueue
from tests.examples import CONTACT, LEAD_ID, change, interest, lead, recorded
from tests.fakes import START

KEY = "c2VjcmV0"
NOBODY_THERE = (
    f"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={KEY};"
    "QueueEndpoint=http://127.0.0.1:1/devstoreaccount1;"
    "TableEndpoint=http://127.0.0.1:1/devstoreaccount1;"
)
SAID = r"^storage: ServiceRequestError$"


@pytest.fixture
async def unreachable() -> AsyncIterator[Storage]:
    storage = Storage(StorageSettings(LeadStorage=NOBODY_THERE), retry_total=0)
    yield storage
    await storage.close()


def requests(storage: Storage) -> list[Awaitable[object]]:
    """Return one request of each kind."""
    table = storage.table("nowhere")
    store, index, outbox = TableLeadStore(table), TableLeadIndex(table), TableOutbox(table)
    due = DueRow(due_at=START, lead_id=LEAD_ID, written_at=START, etag="e")
    state = StateRow(
        key="overdue|1",
        kind=StateKind.OVERDUE,
        since=START,
        lead_id=LEAD_ID,
        destination="",
        written_at=START,
        etag="e",
    )
    entry = Quarantined(
        quarantine_id="q1",
        received_at=START,
        reason=QuarantineReason.INVALID,
        faults=[],
        body=CONTACT.email.encode(),
        size=1,
    )
    return [
        store.read(LEAD_ID),
        store.interests(LEAD_ID, after_version=0),
        store.commit(change(new=recorded())),
        index.put_new(LEAD_ID, due_at=START, created_at=START, test=True),
        index.delete_new(LEAD_ID, START),
        index.put_due(LEAD_ID, START),
        index.put_parked(LEAD_ID, "azure_table", START),
        index.put_overdue(LEAD_ID, START),
        index.due(START, limit=1),
        index.delete(due),
        index.state_rows(after="", limit=1),
        index.checkin_rows(after="", limit=1),
        index.put_checkin(LEAD_ID),
        index.delete_state(state),
        index.put_heartbeat(START, Swept(), TidiedTo()),
        index.put_announcing_faults(1),
        index.tidied_to(),
        outbox.keep("key", CONTACT.email),
        outbox.waiting(limit=1),
        outbox.delete(OutboxRow(key="key", message=CONTACT.email)),
        TableQuarantine(table).keep(entry),
        StoragePushQueue(storage.queue("nowhere")).send(CONTACT.email),
        LeadIdSecret(table)(),
    ]


async def test_every_request_says_that_storage_is_unavailable_and_no_more(
    unreachable: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    failures = await asyncio.gather(*requests(unreachable), return_exceptions=True)

    assert {(type(f), str(f)) for f in failures} == {
        (StorageUnavailableError, "storage: ServiceRequestError")
    }
    for told in (caplog.text, *(repr(f.__cause__) for f in failures if isinstance(f, Exception))):
        assert KEY not in told
        assert CONTACT.email not in told
        assert CONTACT.last_name not in told


async def test_the_destination_says_so_in_its_own_words(unreachable: Storage) -> None:
    crm = AzureTableCrm(unreachable.table("nowhere"))
    changed = Changed(record=None, fields=frozenset(), interests=[interest()])

    with pytest.raises(CrmUnavailableError, match=SAID):
        await crm.upsert(lead(), changed, uncertain=False)

    [check] = await crm.check()
    assert not check.ok
    assert check.what == "table nowhere can be read"
    assert check.mend.startswith("storage: ServiceRequestError: check LeadStorage")
