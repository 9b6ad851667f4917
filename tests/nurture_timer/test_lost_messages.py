"""What is undelivered and makes no progress is queued again: a lost message is no lost lead."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture_timer.due import NO_PROGRESS
from shared.domain.delivery import GIVE_UP_AFTER, Delivery
from shared.domain.schedule import GRACE, LONGEST_GRACE
from shared.ports.leads import Event, EventKind
from tests.examples import LEAD_ID
from tests.fakes import START
from tests.nurture_timer.world import (
    CLAIMED,
    DELIVERED,
    HOUR,
    MICROSECOND,
    MINUTE,
    STOPPED,
    WITHIN,
    World,
    lead,
)
from tests.suite.unhurried import examples

CLAIM_ENDS = timedelta(minutes=5)
SILENT_SINCE = CLAIM_ENDS + GRACE
"""When a lead whose worker died counts as without progress."""


async def test_a_lead_without_progress_is_queued_again() -> None:
    world = World()
    await world.put(lead(due_after=SILENT_SINCE), CLAIMED)

    assert (await world.sweep(SILENT_SINCE - MICROSECOND)).requeued == 0
    assert (await world.sweep(SILENT_SINCE)).requeued == 1

    assert world.queued() == [LEAD_ID]
    [delivery] = world.stored().deliveries.values()
    assert delivery.failing_since == START + SILENT_SINCE
    assert delivery.last_error == NO_PROGRESS
    assert delivery.claim_id == CLAIMED.claim_id
    assert world.leads.partitions[LEAD_ID].events == {
        1: Event(kind=EventKind.REQUEUED, destination="crm", detail=NO_PROGRESS)
    }


async def test_a_lead_is_not_queued_again_before_the_grace_of_the_last_time_is_over() -> None:
    world = World()
    await world.put(lead(due_after=SILENT_SINCE, clock=STOPPED), CLAIMED)

    queued_at = []
    for minute in range(0, 24 * 60, 5):
        swept = await world.sweep(minute * MINUTE)
        queued_at += [minute] * swept.requeued

    waits = [after - before for before, after in pairwise(queued_at)]
    assert queued_at[0] == 35
    assert waits == [60, 120, 240, 360, 360]


async def test_a_lead_that_is_still_being_tried_is_left_alone() -> None:
    world = World()
    postponed = Delivery(
        destination="crm", failing_since=START, attempts=3, next_attempt_at=START + 3 * HOUR
    )
    await world.put(lead(due_after=HOUR), postponed)

    swept = await world.sweep(HOUR)

    assert (swept.looked_at, swept.requeued) == (1, 0)
    assert world.stored().deliveries["crm"] == postponed
    assert world.due() == {LEAD_ID: [7 * HOUR]}


async def test_a_lead_that_is_delivered_is_looked_at_when_it_would_be_overdue() -> None:
    world = World()
    await world.put(lead(due_after=SILENT_SINCE), DELIVERED)

    assert (await world.sweep(SILENT_SINCE)).requeued == 0

    assert world.due() == {LEAD_ID: [WITHIN]}


async def test_a_lead_that_is_parked_is_not_queued_again() -> None:
    world = World()
    parked = Delivery(destination="crm", parked_version=1, parked_at=START, parked_reason="no")
    await world.put(lead(due_after=SILENT_SINCE, clock=STOPPED), parked)

    assert (await world.sweep(WITHIN)).requeued == 0

    assert world.due() == {}


async def test_one_message_is_enough_for_all_destinations() -> None:
    world = World()
    await world.put(lead(due_after=SILENT_SINCE), CLAIMED, replace(CLAIMED, destination="broken"))

    assert (await world.sweep(SILENT_SINCE)).requeued == 1

    assert world.queued() == [LEAD_ID]
    assert len(world.leads.partitions[LEAD_ID].events) == 2


async def test_after_14_days_without_progress_a_delivery_is_parked_and_not_queued() -> None:
    world = World()
    failing = replace(CLAIMED, failing_since=START, attempts=99, last_error="503")
    await world.put(lead(due_after=GIVE_UP_AFTER, clock=STOPPED), failing)

    swept = await world.sweep(GIVE_UP_AFTER)

    assert (swept.parked, swept.requeued) == (1, 0)
    assert world.queued() == []
    [delivery] = world.stored().deliveries.values()
    assert delivery.parked_version == 1
    assert delivery.parked_reason == "503"
    assert world.index.parked == {(START + GIVE_UP_AFTER, LEAD_ID, "crm")}
    assert world.leads.partitions[LEAD_ID].events == {
        1: Event(kind=EventKind.PARKED, destination="crm", detail="503")
    }
    assert world.due() == {}


async def test_a_message_that_fails_whenever_it_is_taken_is_parked_in_the_end() -> None:
    world = World()
    await world.put(lead(due_after=SILENT_SINCE, clock=STOPPED), CLAIMED)

    parked = [n for n in range(15 * 24) if (await world.sweep(n * HOUR)).parked]

    assert [timedelta(days=14) < n * HOUR < timedelta(days=15) for n in parked] == [True]
    assert world.stored().deliveries["crm"].parked_reason == NO_PROGRESS
    assert world.due() == {}


@pytest.mark.parametrize("flag_after", [SILENT_SINCE - MINUTE, GRACE, timedelta(minutes=1)])
async def test_a_look_for_another_reason_does_not_put_off_what_is_lost(
    flag_after: timedelta,
) -> None:
    world = World()
    clock = replace(lead().follow_up, due_at=START + flag_after)
    await world.put(lead(clock=clock, due_after=flag_after), CLAIMED)

    for minute in range(0, 6 * 60, 5):
        await world.sweep(minute * MINUTE)

    assert world.clock_of().flagged_at is not None
    assert world.queued()


@given(
    attempts=st.integers(0, 8),
    flag_after=st.timedeltas(timedelta(0), timedelta(days=2)),
    every=st.timedeltas(5 * MINUTE, HOUR),
)
@settings(max_examples=examples(40))
async def test_whatever_else_is_due_a_lost_message_is_found(
    attempts: int, flag_after: timedelta, every: timedelta
) -> None:
    world = World()
    clock = replace(lead().follow_up, due_at=START + flag_after)
    lost = replace(CLAIMED, attempts=attempts)
    await world.put(lead(clock=clock, due_after=min(flag_after, SILENT_SINCE)), lost)

    after = timedelta(0)
    while after < CLAIM_ENDS + 3 * LONGEST_GRACE:
        after += every
        await world.sweep(after)

    assert world.queued()
