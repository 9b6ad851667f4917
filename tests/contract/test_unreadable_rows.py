"""One row that this version can't read keeps no other from being served, in any table."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from azure.data.tables import UpdateMode

from shared.domain.absences import Absence
from shared.domain.errors import StorageUnavailableError
from shared.domain.troubles import ToldTrouble, TroubleKind
from shared.ports.announcing import GivenUp
from shared.ports.index import Doing, KnownDestinations, Trouble
from shared.ports.quarantine import Quarantined, QuarantineReason
from shared.ports.reading import Listing
from shared.storage.account import Storage, Table
from shared.storage.announcements import TableAnnouncements
from shared.storage.keys import time_key
from shared.storage.lead_histories import TableLeadHistories
from shared.storage.lead_index import TableLeadIndex
from shared.storage.lead_lists import TableLeadLists
from shared.storage.leads import TableLeadStore
from shared.storage.outbox import TableOutbox
from shared.storage.places import TablePlaces
from shared.storage.quarantine import TableQuarantine
from shared.storage.quarantine_entries import TableQuarantineEntries
from shared.storage.rules import DEPLOYED, IN_FORCE, PARTITION, TableRulesStore
from shared.storage.teams import TableTeams
from tests.examples import LEAD_ID, OTHER_LEAD_ID, change, lead, recorded
from tests.fakes import START

HOUR = timedelta(hours=1)
BEFORE = time_key(START - HOUR)
NEWEST = "0" * 18


@pytest.fixture
async def table(storage: Storage, prefix: str) -> Table:
    table = storage.table(prefix)
    await table.client.create_table()
    return table


async def put(table: Table, key: str, partition: str = "index", **columns: object) -> None:
    row: Mapping[str, object] = {"PartitionKey": partition, "RowKey": key, **columns}
    await table.client.upsert_entity(row)


async def all_of[T](found: AsyncIterator[T]) -> list[T]:
    return [one async for one in found]


async def test_due_rows_that_are_none_take_no_place_among_the_others(
    table: Table, caplog: pytest.LogCaptureFixture
) -> None:
    index = TableLeadIndex(table)
    await index.put_due(LEAD_ID, START)
    for key in ("due|0000|x", f"due|{BEFORE}", f"due|{BEFORE}|{OTHER_LEAD_ID}|north"):
        await put(table, key)

    assert [row.lead_id for row in await index.due(START, limit=1)] == [LEAD_ID]
    assert "can't read row due|0000|x" in caplog.text


async def test_what_a_newer_version_lists_between_overdue_and_parked_is_left_alone(
    table: Table,
) -> None:
    index = TableLeadIndex(table)
    await index.put_parked(LEAD_ID, "crm", START)
    for key in (f"owned|{NEWEST}|{LEAD_ID}", f"overdue|soon|{LEAD_ID}", "parked|", "checkin|a|b|c"):
        await put(table, key)

    assert [row.lead_id for row in await index.state_rows(after="", limit=1)] == [LEAD_ID]
    assert [row.destination for row in await index.parked_rows(limit=9)] == ["crm"]
    assert len(await index.checkin_rows(after="", limit=9)) == 1


async def test_lists_leave_out_what_lists_no_lead(table: Table) -> None:
    index, lists = TableLeadIndex(table), TableLeadLists(table)
    await index.put_new(LEAD_ID, due_at=START, created_at=START, test=False)
    for key in ("recent|", f"recent|{NEWEST}", "recent|now|x", "due|x"):
        await put(table, key)

    assert await all_of(lists.ids(Listing.RECENT)) == [LEAD_ID, "x"]
    assert await all_of(lists.ids(Listing.DUE)) == [LEAD_ID]
    assert await lists.newest_at(without=()) == START


async def test_rows_of_the_sweep_that_lack_columns_end_no_sweep(table: Table) -> None:
    index, announcements = TableLeadIndex(table), TableAnnouncements(table)
    trouble = Trouble(destination="crm", doing=Doing.ASK, reason="down", at=START)
    told = ToldTrouble(kind=TroubleKind.PARKED, subject="crm", since=START, seen_at=START)
    given_up = GivenUp(channel="sales", reason="404", at=START)
    await index.put_trouble(trouble)
    await announcements.put_trouble(told)
    await announcements.put_given_up(given_up)
    for key in ("trouble|other|ask", "trouble|x", "trouble-told|parked|other", "channel|other"):
        await put(table, key)
    await put(table, "trouble-told|weather|crm", kind="weather", subject="crm")
    await put(table, "destinations")
    await put(table, "sweep")
    await put(table, "told|anna", singles="yesterday", list_at="never")

    assert await index.troubles() == [trouble]
    assert await announcements.troubles() == [told]
    assert await announcements.given_up() == [given_up]
    known = KnownDestinations(in_use=frozenset(), retired=frozenset())
    assert await index.known_destinations() == known
    assert await TableLeadLists(table).heartbeat() is None
    assert await TablePlaces(table).take("anna", START)


async def test_a_digest_that_only_a_newer_version_can_read_is_not_told_twice(table: Table) -> None:
    await put(table, "digest|north", day="the day after")

    with pytest.raises(StorageUnavailableError, match=r"can't read row digest\|north"):
        await TableAnnouncements(table).digest("north")


async def test_the_outbox_gives_what_it_can(table: Table) -> None:
    outbox = TableOutbox(table)
    await put(table, "0", "outbox", message=7)
    await put(table, "1", "outbox")
    await outbox.keep("2", "message")

    assert [row.message for row in await outbox.waiting(limit=1)] == ["message"]


async def test_the_quarantine_shows_a_reason_of_a_newer_version_and_leaves_out_what_is_no_entry(
    table: Table,
) -> None:
    kept = Quarantined(
        quarantine_id="entry-1",
        received_at=START,
        reason=QuarantineReason.INVALID,
        faults=["no lead"],
        body=b"{}",
        size=2,
    )
    await TableQuarantine(table).keep(kept)
    [row] = [dict(row) async for row in table.client.list_entities()]
    await table.client.update_entity({**row, "reason": "spam"}, mode=UpdateMode.MERGE)
    await put(table, row["RowKey"] + "|more", row["PartitionKey"], quarantine_id="entry-2")

    entries = TableQuarantineEntries(table)
    [listed] = await all_of(entries.entries())
    [found] = await entries.like("entry", most=9)

    assert str(listed.reason) == str(found.reason) == "spam"
    assert found.body == b"{}"


async def test_absences_that_cannot_be_read_make_nobody_wait(table: Table) -> None:
    teams = TableTeams(table)
    away = Absence(member="anna", from_at=START, until_at=START + HOUR)
    await teams.put_absence(away)
    await teams.put_left("gus", START)
    for key in ("team|absence|bo|x", "team|left|x"):
        await put(table, key, "teams", from_at="later")

    stored = await teams.read()

    assert stored.absences == [away]
    assert stored.left == await teams.left() == {"gus"}


async def test_leads_that_cannot_be_read_are_named_and_the_others_are_served(table: Table) -> None:
    store, histories = TableLeadStore(table), TableLeadHistories(table)
    for lead_id in (LEAD_ID, OTHER_LEAD_ID):
        await store.commit(replace(change(new=recorded()), lead=lead(lead_id)))
    row = {"PartitionKey": LEAD_ID, "RowKey": "lead", "acts": "{", "created_at": ""}
    await table.client.update_entity(row, mode=UpdateMode.MERGE)
    [interest] = [
        row["RowKey"]
        async for row in table.client.query_entities(
            f"PartitionKey eq '{LEAD_ID}' and RowKey ge 'interest' and RowKey lt 'interest~'"
        )
    ]
    await put(table, interest, LEAD_ID, received_at="then")
    unread: list[str] = []

    every = [one.lead.lead_id async for one in histories.every(unread.append)]
    told = [lead_id async for lead_id, _ in histories.told(unread.append)]

    assert (every, told, unread) == ([OTHER_LEAD_ID], [OTHER_LEAD_ID], [LEAD_ID, LEAD_ID])


async def test_an_audit_trail_leaves_out_what_is_no_event(table: Table) -> None:
    event = {"destination": "", "detail": "", "at": "2026-11-02T09:00:00.000000Z"}
    await put(table, "event|00000001", LEAD_ID, kind="recorded", **event)
    await put(table, "event|00000002", LEAD_ID, kind="foreseen", **event)
    await put(table, "event|00000003", LEAD_ID, kind="delivered", at="yesterday")
    await put(table, "event|00000004", LEAD_ID, kind="parked", at="2026-11-02T09:00:00")
    await put(table, "event|last", LEAD_ID)

    events = await TableLeadHistories(table).events(LEAD_ID)

    assert [(one.number, one.kind, one.at) for one in events] == [
        (1, "recorded", START),
        (2, "foreseen", START),
    ]


async def test_leads_wait_for_rules_in_force_that_only_a_newer_version_can_read(
    table: Table,
) -> None:
    await put(table, IN_FORCE, PARTITION, chunks=1, applied_at="then", applied_by="ada")

    with pytest.raises(StorageUnavailableError, match="can't read the rules in force"):
        await TableRulesStore(table).in_force()


async def test_what_is_known_of_a_deployed_file_is_only_told_of_and_nothing_waits_for_it(
    table: Table,
) -> None:
    await put(table, DEPLOYED, PARTITION, content_id="c1", seen_at="then", faults="[]")

    assert await TableRulesStore(table).not_in_force() is None
