"""Every lead that is due gets its look in turn, however many wait for a CRM (C6)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from nurture_timer.nurture import MOST_LEADS
from shared.committing import commit
from shared.domain.errors import CrmUnavailableError
from shared.domain.follow_up import FollowUp, FollowUpState, start_clock
from shared.domain.schedule import NOT_SOONER, look_after, next_due_at
from shared.ports.index import StateKind
from shared.ports.leads import LeadChange
from tests.examples import LEAD_ID
from tests.fakes import START, FakeCrm
from tests.nurture_timer.world import (
    DELIVERED,
    HOUR,
    MICROSECOND,
    MINUTE,
    WITHIN,
    Failing,
    World,
    lead,
)

SECOND = timedelta(seconds=1)
DOWN = CrmUnavailableError("503 Service Unavailable")
WAITING_LATER = start_clock(FollowUp(), START, WITHIN + MINUTE)


def with_a_crm_that_is_down() -> World:
    world = World()
    world.crm.gate = Failing("crm.follow_ups", error=DOWN)
    return world


async def test_c6_more_leads_than_one_sweep_takes_are_looked_at_by_the_next_one() -> None:
    world = with_a_crm_that_is_down()
    for number in range(MOST_LEADS):
        await world.put(lead(f"{number:032x}"), DELIVERED)
    await world.put(lead(clock=WAITING_LATER, due_after=WITHIN + MINUTE), DELIVERED)

    await world.sweep(WITHIN + MINUTE)

    [first] = await world.index.due(world.clock() + NOT_SOONER, limit=1)
    assert first.lead_id == LEAD_ID


async def test_c6_a_look_that_could_do_nothing_is_made_again_five_minutes_later() -> None:
    world = with_a_crm_that_is_down()
    await world.put(lead(), DELIVERED)

    await world.sweep(WITHIN + 7 * SECOND)
    assert world.due() == {LEAD_ID: [WITHIN + NOT_SOONER]}
    world.crm.gate = FakeCrm().gate
    await world.sweep(WITHIN + NOT_SOONER)

    assert world.clock_of().state is FollowUpState.OVERDUE


async def test_c6_what_others_write_meanwhile_leaves_no_row_behind_and_no_later_look() -> None:
    world = with_a_crm_that_is_down()
    await world.put(lead(), DELIVERED)
    await world.sweep(WITHIN)

    world.clock.advance(2 * MINUTE)
    stored = world.stored()
    meanwhile = LeadChange(before=stored, lead=stored.lead, at=world.clock())
    await commit(world.leads, world.index, meanwhile)

    assert world.due() == {LEAD_ID: [WITHIN + NOT_SOONER]}


async def test_c7_tidying_leaves_a_look_alone_that_comes_soon() -> None:
    world = with_a_crm_that_is_down()
    await world.put(lead(), DELIVERED)
    await world.index.put_checkin(LEAD_ID)

    await world.sweep(WITHIN)

    assert world.due() == {LEAD_ID: [WITHIN + NOT_SOONER]}
    assert {row.kind for row in world.index.states.values()} == set[StateKind]()


async def test_c6_rows_that_are_out_of_date_keep_no_lead_from_its_turn() -> None:
    world = World()
    for number in range(MOST_LEADS + 1):
        world.index.put_due_row(f"{number:032x}", START + HOUR)
    world.clock.now = START + WITHIN
    await world.put(lead(), DELIVERED)
    for key, row in world.index.due_rows.items():
        world.index.due_rows[key] = replace(row, written_at=START + WITHIN)

    assert (await world.sweep(WITHIN)).flagged == 1


@pytest.mark.parametrize(
    ("look_at", "again"),
    [
        (None, None),
        (MICROSECOND, MICROSECOND),
        (timedelta(0), NOT_SOONER),
        (-WITHIN, NOT_SOONER),
    ],
)
def test_c6_every_look_leaves_the_next_one_to_come(
    look_at: timedelta | None, again: timedelta | None
) -> None:
    at = None if look_at is None else START + look_at
    expected = None if again is None else START + again

    assert look_after(at, START) == expected


@pytest.mark.parametrize(
    ("current", "look_at", "due"),
    [
        (None, None, None),
        (None, -HOUR, -HOUR),
        (HOUR, None, HOUR),
        (HOUR, 2 * HOUR, HOUR),
        (2 * HOUR, HOUR, HOUR),
        (HOUR, -HOUR, -HOUR),
        (NOT_SOONER, -HOUR, NOT_SOONER),
        (NOT_SOONER, MINUTE, MINUTE),
        (-MINUTE, -HOUR, -MINUTE),
    ],
)
def test_c6_a_write_brings_a_lead_forward_only_for_what_no_look_comes_soon(
    current: timedelta | None, look_at: timedelta | None, due: timedelta | None
) -> None:
    times = [None if after is None else START + after for after in (current, look_at, due)]

    assert next_due_at(times[0], times[1], START) == times[2]
