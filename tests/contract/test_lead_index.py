"""The port ``LeadIndex``, in memory and on Azurite."""

from datetime import UTC, timedelta

from shared.ports.index import (
    Doing,
    DueRow,
    KnownDestinations,
    StateKind,
    Swept,
    TidiedTo,
    Trouble,
)
from tests.contract.subjects import Index
from tests.examples import LEAD_ID, OTHER_LEAD_ID
from tests.fakes import START

MICROSECOND = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


async def due(index: Index, until: timedelta = HOUR, limit: int = 100) -> list[DueRow]:
    return list(await index.index.due(START + until, limit=limit))


async def put_due(index: Index, lead_id: str, after: timedelta) -> None:
    await index.index.put_due(lead_id, START + after)


async def test_an_index_that_is_not_there_is_empty(index: Index) -> None:
    assert await due(index) == []


async def test_due_leads_come_earliest_first(index: Index) -> None:
    await put_due(index, LEAD_ID, HOUR)
    await put_due(index, OTHER_LEAD_ID, timedelta(0))
    await put_due(index, LEAD_ID, MICROSECOND)
    await put_due(index, LEAD_ID, timedelta(0))

    found = [(row.due_at - START, row.lead_id) for row in await due(index)]

    assert found == [
        (timedelta(0), LEAD_ID),
        (timedelta(0), OTHER_LEAD_ID),
        (MICROSECOND, LEAD_ID),
        (HOUR, LEAD_ID),
    ]


async def test_a_lead_is_due_from_its_time_on_and_not_before(index: Index) -> None:
    await put_due(index, LEAD_ID, HOUR)

    assert await due(index, HOUR - MICROSECOND) == []
    assert len(await due(index, HOUR)) == 1
    assert len(await due(index, HOUR + MICROSECOND)) == 1


async def test_no_more_than_the_limit_are_due(index: Index) -> None:
    for minute in range(5):
        await put_due(index, LEAD_ID, timedelta(minutes=minute))

    assert [row.due_at - START for row in await due(index, limit=2)] == [
        timedelta(0),
        timedelta(minutes=1),
    ]


async def test_a_row_says_when_it_was_written(index: Index) -> None:
    await put_due(index, LEAD_ID, timedelta(0))

    [row] = await due(index)

    assert row.written_at.tzinfo is UTC
    assert row.etag


async def test_a_row_is_deleted_as_it_was_listed(index: Index) -> None:
    await put_due(index, LEAD_ID, timedelta(0))
    await put_due(index, OTHER_LEAD_ID, timedelta(0))
    listed, other = await due(index)

    await index.index.delete(listed)

    assert await due(index) == [other]


async def test_a_row_that_was_written_again_is_not_deleted(index: Index) -> None:
    await put_due(index, LEAD_ID, timedelta(0))
    [listed] = await due(index)
    await put_due(index, LEAD_ID, timedelta(0))

    await index.index.delete(listed)

    [again] = await due(index)
    assert (again.due_at, again.lead_id) == (listed.due_at, listed.lead_id)
    assert again.etag != listed.etag


async def test_a_row_that_is_gone_may_be_deleted(index: Index) -> None:
    await put_due(index, LEAD_ID, timedelta(0))
    [listed] = await due(index)

    await index.index.delete(listed)
    await index.index.delete(listed)

    assert await due(index) == []


async def test_a_new_lead_is_due_and_recent(index: Index) -> None:
    await index.index.put_new(LEAD_ID, due_at=START, created_at=START, test=True)
    await index.index.put_new(
        OTHER_LEAD_ID, due_at=START + HOUR, created_at=START + MICROSECOND, test=False
    )

    assert [row.lead_id for row in await due(index)] == [LEAD_ID, OTHER_LEAD_ID]
    assert await index.listed("recent") == [[OTHER_LEAD_ID], [LEAD_ID]]
    assert await index.listed("test") == [[LEAD_ID]]


async def test_who_did_not_create_a_lead_deletes_its_own_rows_and_no_others(index: Index) -> None:
    for created_at in (START, START + HOUR):
        await index.index.put_new(LEAD_ID, due_at=START, created_at=created_at, test=True)

    for _ in range(2):
        await index.index.delete_new(LEAD_ID, START + HOUR)

    assert await index.listed("recent") == await index.listed("test") == [[LEAD_ID]]
    assert [row.lead_id for row in await due(index)] == [LEAD_ID]


async def test_parked_deliveries_and_overdue_leads_are_listed_newest_first(index: Index) -> None:
    await index.index.put_parked(LEAD_ID, "azure_table", START)
    await index.index.put_parked(LEAD_ID, "azure_table", START)
    await index.index.put_parked(LEAD_ID, "hubspot", START + HOUR)
    await index.index.put_overdue(LEAD_ID, START)
    await index.index.put_overdue(OTHER_LEAD_ID, START + MICROSECOND)

    assert await index.listed("parked") == [[LEAD_ID, "hubspot"], [LEAD_ID, "azure_table"]]
    assert await index.listed("overdue") == [[OTHER_LEAD_ID], [LEAD_ID]]
    assert await due(index) == []


async def test_the_last_heartbeat_counts(index: Index) -> None:
    swept = Swept(looked_at=2, flagged=1, failed=1)
    assert await index.index.tidied_to() == TidiedTo()
    await index.index.put_heartbeat(START, Swept(looked_at=9), TidiedTo())
    await index.index.put_heartbeat(START + HOUR, swept, TidiedTo("parked|1", "checkin|1"))

    assert await index.heartbeat() == (START + HOUR, swept)
    assert await index.index.tidied_to() == TidiedTo("parked|1", "checkin|1")
    assert await due(index) == []


async def test_the_known_destinations_are_those_of_the_last_sweep(index: Index) -> None:
    assert await index.index.known_destinations() is None
    first = KnownDestinations(in_use=frozenset({"dynamics"}), retired=frozenset())
    moved = KnownDestinations(in_use=frozenset({"a", "b"}), retired=frozenset({"dynamics"}))
    for known in (first, moved):
        await index.index.put_known_destinations(known)
        assert await index.index.known_destinations() == known
    assert await due(index) == []


async def test_c7_leads_with_something_to_come_are_listed_apart(index: Index) -> None:
    """An older version of the app can't read such a row."""
    store = index.index
    await store.put_checkin(OTHER_LEAD_ID)
    await store.put_checkin(LEAD_ID)
    await store.put_overdue(LEAD_ID, START)

    first, second = await store.checkin_rows(after="", limit=9)
    assert [first.lead_id, second.lead_id] == sorted([LEAD_ID, OTHER_LEAD_ID])
    assert (first.kind, first.since) == (StateKind.CHECKIN, None)
    assert await store.checkin_rows(after=first.key, limit=9) == [second]
    assert [row.kind for row in await store.state_rows(after="", limit=9)] == [StateKind.OVERDUE]
    await store.delete_state(first)
    assert await store.checkin_rows(after="", limit=9) == [second]


async def test_state_rows_are_read_on_from_where_one_got_to(index: Index) -> None:
    store = index.index
    await store.put_new(LEAD_ID, due_at=START, created_at=START, test=True)
    await store.put_overdue(LEAD_ID, START)
    await store.put_parked(LEAD_ID, "crm", START + HOUR)
    await store.put_parked(LEAD_ID, "other", START)

    [first, *_] = await store.state_rows(after="", limit=1)
    rest = await store.state_rows(after=first.key, limit=9)

    assert (first.kind, first.since, first.lead_id) == (StateKind.OVERDUE, START, LEAD_ID)
    assert {(row.kind, row.since, row.destination) for row in rest} == {
        (StateKind.PARKED, START + HOUR, "crm"),
        (StateKind.PARKED, START, "other"),
    }


async def test_a_state_row_is_deleted_as_it_was_listed(index: Index) -> None:
    await index.index.put_overdue(LEAD_ID, START)
    [listed] = await index.index.state_rows(after="", limit=9)
    await index.index.put_overdue(LEAD_ID, START)

    await index.index.delete_state(listed)
    [written_again] = await index.index.state_rows(after="", limit=9)
    await index.index.delete_state(written_again)

    assert written_again.key == listed.key
    assert await index.index.state_rows(after="", limit=9) == []


def trouble(doing: Doing = Doing.DELIVER, reason: str = "401: who?") -> Trouble:
    return Trouble(destination="salesforce", doing=doing, reason=reason, at=START)


async def test_a_trouble_is_one_row_per_destination_and_doing(index: Index) -> None:
    assert await index.index.troubles() == []

    for told in (trouble(), trouble(Doing.ASK), trouble(reason="403: no\nAPI")):
        await index.index.put_trouble(told)

    found = {(one.destination, one.doing): one for one in await index.index.troubles()}
    assert found == {
        ("salesforce", Doing.ASK): trouble(Doing.ASK),
        ("salesforce", Doing.DELIVER): trouble(reason="403: no\nAPI"),
    }


async def test_a_trouble_is_deleted_once_it_is_mended(index: Index) -> None:
    await index.index.put_trouble(trouble())
    await index.index.put_trouble(trouble(Doing.ASK))

    for _ in range(2):
        await index.index.delete_trouble("salesforce", Doing.DELIVER)

    assert await index.index.troubles() == [trouble(Doing.ASK)]


async def test_troubles_are_no_states_of_leads(index: Index) -> None:
    await index.index.put_trouble(trouble())

    assert await index.index.state_rows(after="", limit=10) == []
