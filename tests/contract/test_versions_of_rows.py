"""Rows that an older or a newer version of the app wrote, or will."""

import asyncio
import traceback
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from azure.data.tables import UpdateMode

from shared.domain.delivery import Delivery
from shared.domain.errors import StorageUnavailableError, UnreadableLeadError
from shared.domain.notices import Notice, Occasion, Role, new_notice
from shared.ports.announcing import GivenUp
from shared.ports.index import Doing, Trouble
from shared.ports.leads import LeadChange, StoredLead
from shared.storage.account import Storage
from shared.storage.announcements import TableAnnouncements
from shared.storage.lead_histories import TableLeadHistories
from shared.storage.lead_index import TableLeadIndex
from shared.storage.leads import TableLeadStore
from shared.storage.places import TablePlaces
from tests.contract.subjects import Row, rows_of
from tests.examples import CONTACT, LEAD_ID, acted, change, delivery, recorded
from tests.fakes import START

NOTICE = new_notice(
    LEAD_ID,
    recipient=Role.OWNER,
    occasion=Occasion.NEW,
    because_of="submission-1",
    now=START,
    send_from=START,
)


async def test_columns_of_a_newer_app_stay(storage: Storage, prefix: str) -> None:
    table = storage.table(prefix)
    store = TableLeadStore(table)
    await store.commit(change(deliveries=[delivery()]))
    for key in ("lead", "lead|delivery|azure_table"):
        row = {"PartitionKey": LEAD_ID, "RowKey": key, "mood": "good"}
        await table.client.update_entity(row, mode=UpdateMode.MERGE)
    stored = await store.read(LEAD_ID)
    assert stored is not None

    await store.commit(change(stored, deliveries=[replace(delivery(), attempts=9)]))

    found = {row["RowKey"]: row async for row in rows_of(table.client, LEAD_ID)}
    assert found["lead"]["version"] == 2
    assert found["lead"]["mood"] == "good"
    assert found["lead|delivery|azure_table"]["attempts"] == 9
    assert found["lead|delivery|azure_table"]["mood"] == "good"


async def test_rows_of_an_older_app_are_read_with_defaults(storage: Storage, prefix: str) -> None:
    table = storage.table(prefix)
    await table.client.create_table()
    lead = {"key_kind": "email", "created_at": "2026-11-02T09:00:00Z", "version": 1}
    for key, columns in (("lead", lead), ("lead|delivery|azure_table", {"attempts": 2})):
        await table.client.create_entity({"PartitionKey": LEAD_ID, "RowKey": key, **columns})

    stored = await TableLeadStore(table).read(LEAD_ID)

    assert stored is not None
    assert stored.lead.contact.given() == {}
    assert stored.deliveries == {"azure_table": Delivery(destination="azure_table", attempts=2)}


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ("lead", {"follow_up_state": "zoe@fabrikam.example"}),
        ("lead", {"interests": "zoe@fabrikam.example"}),
        ("lead", {"created_at": ""}),
        ("lead|delivery|azure_table", {"attempts": "zoe@fabrikam.example"}),
        ("interest|20261102T090100000000Z|submission-1", {"warnings": "zoe@fabrikam.example"}),
    ],
)
async def test_what_only_a_newer_app_can_read_waits_for_it_and_is_not_shown(
    storage: Storage, prefix: str, row: str, columns: dict[str, str]
) -> None:
    table = storage.table(prefix)
    store = TableLeadStore(table)
    await store.commit(change(deliveries=[delivery()], new=recorded()))
    await table.client.update_entity({"PartitionKey": LEAD_ID, "RowKey": row, **columns})

    told = f"can't read the rows of lead {LEAD_ID}"
    with pytest.raises(StorageUnavailableError, match=told) as refused:
        await asyncio.gather(store.read(LEAD_ID), store.interests(LEAD_ID, after_version=0))

    assert CONTACT.email not in "".join(traceback.format_exception(refused.value))


async def test_an_act_that_only_a_newer_app_can_read_waits_for_it(
    storage: Storage, prefix: str
) -> None:
    table = storage.table(prefix)
    act = acted(START)
    await TableLeadStore(table).commit(replace(change(), acts=[act]))
    row = {"PartitionKey": LEAD_ID, "RowKey": f"act|{act.act_id}", "seen_at": "yesterday"}
    await table.client.update_entity(row, mode=UpdateMode.MERGE)

    with pytest.raises(UnreadableLeadError, match=LEAD_ID):
        await TableLeadHistories(table).acts(LEAD_ID)


async def test_a_trouble_that_only_a_newer_app_knows_is_left_alone(
    storage: Storage, prefix: str
) -> None:
    table = storage.table(prefix)
    index = TableLeadIndex(table)
    known = Trouble(destination="crm", doing=Doing.ASK, reason="down", at=START)
    await index.put_trouble(known)
    row = {"PartitionKey": "index", "RowKey": "trouble|crm|weather", "reason": "rain", "at": ""}
    await table.client.create_entity(row)

    assert await index.troubles() == [known]


@pytest.mark.parametrize(
    "row", ["lead", "lead|delivery|azure_table", "interest|20261102T090100000000Z|submission-1"]
)
async def test_a_row_of_a_higher_schema_is_left_to_a_newer_app(
    storage: Storage, prefix: str, row: str
) -> None:
    table = storage.table(prefix)
    store = TableLeadStore(table)
    await store.commit(change(deliveries=[delivery()], new=recorded()))
    await table.client.update_entity({"PartitionKey": LEAD_ID, "RowKey": row, "schema": 2})

    with pytest.raises(UnreadableLeadError, match=LEAD_ID):
        await asyncio.gather(store.read(LEAD_ID), store.interests(LEAD_ID, after_version=0))


async def test_a_notice_keeps_the_columns_of_a_newer_app_until_another_one_replaces_it(
    storage: Storage, prefix: str
) -> None:
    table = storage.table(prefix)
    store = TableLeadStore(table)
    stored = await store.commit(replace(change(), notices={"owner": NOTICE}))
    row = {"PartitionKey": LEAD_ID, "RowKey": "lead|notice|owner", "mood": "good"}
    await table.client.update_entity(row, mode=UpdateMode.MERGE)

    async def told(notice: Notice, before: StoredLead) -> tuple[StoredLead, Row]:
        written = LeadChange(before=before, lead=before.lead, at=START, notices={"owner": notice})
        after = await store.commit(written)
        return after, await table.client.get_entity(LEAD_ID, "lead|notice|owner")

    claimed, same = await told(replace(NOTICE, claim_id="c1", claim_ends_at=START), stored)
    _, other = await told(replace(NOTICE, notice_id="n2"), claimed)

    assert (same["claim_id"], same["mood"]) == ("c1", "good")
    assert (other["claim_id"], "mood" in other) == ("", False)


async def test_what_the_sweep_writes_again_keeps_the_columns_of_a_newer_app(
    storage: Storage, prefix: str
) -> None:
    table = storage.table(prefix)
    index, announcements = TableLeadIndex(table), TableAnnouncements(table)

    async def write(at: datetime) -> None:
        trouble = Trouble(destination="crm", doing=Doing.ASK, reason="down", at=at)
        await index.put_trouble(trouble)
        await announcements.put_given_up(GivenUp(channel="sales", reason="404", at=at))
        assert await TablePlaces(table).take("anna", at)

    await write(START)
    rows = [dict(row) async for row in rows_of(table.client, "index")]
    for row in rows:
        await table.client.update_entity({**row, "mood": "good"}, mode=UpdateMode.MERGE)
    await write(START + timedelta(minutes=1))

    assert {row["RowKey"]: row.get("mood") async for row in rows_of(table.client, "index")} == {
        "channel|sales": "good",
        "told|anna": "good",
        "trouble|crm|ask": "good",
    }
