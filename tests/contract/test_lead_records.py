"""What figures are made of, as a table has it: every lead with what happened, in one reading."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import batched

from azure.data.tables import UpdateMode

from shared.domain.acts import Act
from shared.domain.whole import ToldInterest
from shared.ports.leads import LeadChange, StoredLead
from shared.ports.reading import LeadRecord
from shared.storage.account import Storage, Table
from shared.storage.lead_histories import TableLeadHistories
from shared.storage.lead_rows import act_row
from shared.storage.leads import TableLeadStore
from tests.examples import LEAD_ID, OTHER_LEAD_ID, by_destination, change, delivery, lead, recorded
from tests.fakes import START

HOUR = timedelta(hours=1)
MOST_ROWS_A_PAGE = 1_000
DUE = START + 24 * HOUR
ACT = Act(
    said_at=START + HOUR,
    seen_at=START + HOUR,
    by="anna",
    owner="anna",
    team="north",
    open_since=START,
    working_seconds=3600,
)


async def records(table: Table, *, unreadable: Sequence[str] = ()) -> dict[str, LeadRecord]:
    unread: list[str] = []
    found = TableLeadHistories(table).records(unread.append)
    by_id = {one.stored.lead.lead_id: one async for one in found}
    assert unread == [*unreadable]
    return by_id


def acted_on(stored: StoredLead) -> LeadChange:
    return LeadChange(before=stored, lead=stored.lead, at=START + HOUR, acts=[ACT])


async def test_k1_every_lead_is_read_with_its_interests_and_acts(
    storage: Storage, prefix: str
) -> None:
    table = storage.table(prefix)
    store = TableLeadStore(table)
    other = change(new=recorded(2))
    await store.commit(replace(other, lead=lead(OTHER_LEAD_ID)))
    new = replace(recorded(), due_at=DUE)
    sent = await store.commit(change(deliveries=[delivery()], new=new))
    await store.commit(acted_on(sent))

    found = await records(table)

    assert found.keys() == {LEAD_ID, OTHER_LEAD_ID}
    one = found[LEAD_ID]
    stored = await store.read(LEAD_ID)
    assert stored is not None
    assert (one.stored.lead, one.stored.deliveries) == (
        stored.lead,
        by_destination(*stored.deliveries.values()),
    )
    assert one.told == [ToldInterest(interest=new.interest, due_at=DUE)]
    assert one.acts == [ACT]
    assert (found[OTHER_LEAD_ID].acts, len(found[OTHER_LEAD_ID].told)) == ([], 1)


async def test_k1_rows_of_an_older_version_are_read_though_they_lack_columns(
    storage: Storage, prefix: str
) -> None:
    table = storage.table(prefix)
    await table.client.create_table()
    rows: dict[str, dict[str, object]] = {
        "lead": {"key_kind": "email", "created_at": "2026-11-02T09:00:00Z", "version": 1},
        "interest|20261102T090000000000Z|s1": {
            "submission_id": "s1",
            "received_at": "2026-11-02T09:00:00Z",
            "version": 1,
        },
        "act|20261102T100000000000Z|0": {
            "said_at": "2026-11-02T10:00:00Z",
            "seen_at": "2026-11-02T10:00:00Z",
        },
        "event|00000001": {"kind": "recorded"},
        "lead|notice|owner": {"occasion": "new"},
    }
    for key, columns in rows.items():
        await table.client.create_entity({"PartitionKey": LEAD_ID, "RowKey": key, **columns})

    [one] = (await records(table)).values()

    assert [(told.interest.submission.submission_id, told.due_at) for told in one.told] == [
        ("s1", None)
    ]
    assert [(act.at, act.owner, act.working_seconds) for act in one.acts] == [
        (START + HOUR, "", None)
    ]
    assert one.stored.notices == {}


async def test_a_lead_that_only_a_newer_app_can_read_is_named_and_the_others_are_read(
    storage: Storage, prefix: str
) -> None:
    table = storage.table(prefix)
    store = TableLeadStore(table)
    await store.commit(acted_on(await store.commit(change(new=recorded()))))
    await store.commit(replace(change(new=recorded(2)), lead=lead(OTHER_LEAD_ID)))
    row = {"PartitionKey": LEAD_ID, "RowKey": f"act|{ACT.act_id}", "seen_at": "yesterday"}
    await table.client.update_entity(row, mode=UpdateMode.MERGE)

    assert [*await records(table, unreadable=[LEAD_ID])] == [OTHER_LEAD_ID]


async def test_k1_the_rows_of_one_lead_come_together(storage: Storage, prefix: str) -> None:
    table = storage.table(prefix)
    store = TableLeadStore(table)
    for number in range(30):
        known = replace(change(new=recorded(number)), lead=lead(f"{number:032x}"))
        await store.commit(known)

    assert sorted(await records(table)) == [f"{number:032x}" for number in range(30)]


async def test_k1_a_lead_whose_rows_are_on_two_pages_is_one(storage: Storage, prefix: str) -> None:
    table = storage.table(prefix)
    store = TableLeadStore(table)
    for lead_id in (LEAD_ID, OTHER_LEAD_ID):
        await store.commit(replace(change(new=recorded()), lead=lead(lead_id)))
    acts = [replace(ACT, by=f"sales {number}") for number in range(MOST_ROWS_A_PAGE + 50)]
    for some in batched(acts, 100, strict=False):
        rows = [("upsert", act_row(LEAD_ID, act)) for act in some]
        await table.client.submit_transaction(rows)

    found = await records(table)

    assert {name: len(one.acts) for name, one in found.items()} == {
        LEAD_ID: len(acts),
        OTHER_LEAD_ID: 0,
    }
    assert len(found[LEAD_ID].told) == 1
