"""Rows that list a lead as what it no longer is are cleared away, by and by."""

from dataclasses import replace

import pytest

from nurture_timer.tidying import MOST_ROWS, SETTLED
from shared.domain.delivery import Delivery, park, release_parked
from shared.domain.follow_up import FollowUp, flag, follow_up
from shared.ports.index import StateKind, TidiedTo
from tests.examples import LEAD_ID, OTHER_LEAD_ID
from tests.fakes import START
from tests.nurture_timer.world import (
    CLAIMED,
    DELIVERED,
    HOUR,
    MICROSECOND,
    MINUTE,
    STOPPED,
    WAITING,
    Failing,
    World,
    lead,
)

OVERDUE = flag(WAITING, START)
PARKED = park(CLAIMED, 1, "refused", START)
OLD = SETTLED + MICROSECOND


async def swept(world: World) -> set[tuple[StateKind, str]]:
    """Sweep, and return what is listed as of the start."""
    await world.sweep(OLD)
    rows = (row for row in world.index.states.values() if row.since == START)
    return {(row.kind, row.destination) for row in rows}


async def test_an_overdue_lead_stays_listed() -> None:
    world = World()
    await world.put(lead(clock=OVERDUE, due_after=2 * HOUR), DELIVERED)

    assert await swept(world) == {(StateKind.OVERDUE, "")}


@pytest.mark.parametrize(
    "clock", [WAITING, follow_up(OVERDUE, START + HOUR, "anna"), flag(WAITING, START + HOUR)]
)
async def test_a_lead_that_is_overdue_no_more_or_anew_is_not_listed_as_of_then(
    clock: FollowUp,
) -> None:
    world = World()
    await world.put(lead(clock=clock, due_after=2 * HOUR), DELIVERED)
    await world.index.put_overdue(LEAD_ID, START)

    assert await swept(world) == set()


async def test_a_parked_delivery_stays_listed() -> None:
    world = World()
    await world.put(lead(due_after=2 * HOUR), PARKED)

    assert await swept(world) == {(StateKind.PARKED, "crm")}


@pytest.mark.parametrize("delivery", [release_parked(PARKED), replace(PARKED, destination="other")])
async def test_a_delivery_that_is_not_parked_there_is_not_listed(delivery: Delivery) -> None:
    world = World()
    await world.put(lead(due_after=2 * HOUR), delivery)
    await world.index.put_parked(LEAD_ID, "crm", START)

    assert (StateKind.PARKED, "crm") not in await swept(world)


async def test_a_row_of_a_lead_that_is_gone_is_deleted() -> None:
    world = World()
    await world.index.put_overdue(OTHER_LEAD_ID, START)

    assert await swept(world) == set()


async def test_a_young_row_stays_as_its_writer_may_not_have_written_the_lead_yet() -> None:
    world = World()
    await world.index.put_overdue(OTHER_LEAD_ID, START)
    await world.sweep(SETTLED)

    assert len(world.index.states) == 1


async def test_one_sweep_looks_at_some_rows_and_the_next_goes_on() -> None:
    world = World()
    for number in range(MOST_ROWS + 1):
        await world.index.put_overdue(f"{number:032x}", START)
    await world.sweep(OLD)
    left = len(world.index.states)
    await world.sweep(OLD)

    assert left == 1
    assert world.index.states == {}
    assert world.index.tidied == TidiedTo()


async def test_a_lead_that_can_not_be_read_stays_listed_and_the_others_are_tidied() -> None:
    world = World()
    for lead_id in (LEAD_ID, OTHER_LEAD_ID):
        await world.index.put_overdue(lead_id, START)
    world.leads.gate = Failing("leads.read", numbers=[1])

    await world.sweep(OLD)

    assert len(world.index.states) == 1
    assert world.index.heartbeat is not None


@pytest.mark.parametrize("clock", [OVERDUE, STOPPED])
async def test_a_lead_that_an_older_version_released_and_forgot_is_looked_at_again(
    clock: FollowUp,
) -> None:
    world = World()
    await world.put(lead(clock=clock, due_after=2 * HOUR), PARKED)
    partition = world.leads.partitions[LEAD_ID]
    stored = partition.stored
    forgot = replace(stored.lead, next_due_at=None)
    partition.stored = replace(stored, lead=forgot, deliveries={"crm": release_parked(PARKED)})
    world.index.due_rows.clear()

    await world.sweep(OLD)

    assert set(world.due()) == {LEAD_ID}
    for minutes in range(0, 70, 10):
        await world.sweep(OLD + minutes * MINUTE)
    assert set(world.queued()) == {LEAD_ID}


async def test_a_lead_that_somebody_else_writes_meanwhile_is_left_to_them() -> None:
    world = World()
    await world.put(lead(clock=OVERDUE, due_after=2 * HOUR), PARKED)
    partition = world.leads.partitions[LEAD_ID]
    forgot = replace(partition.stored.lead, next_due_at=None)
    partition.stored = replace(
        partition.stored, lead=forgot, deliveries={"crm": release_parked(PARKED)}
    )

    async def somebody_else(request: str) -> None:
        if request == "leads.commit":
            partition.stored = replace(partition.stored, etag=f"{partition.stored.etag}9")

    world.leads.gate = somebody_else
    await world.sweep(OLD)

    assert world.index.heartbeat is not None
    assert len(world.index.states) == 2
