"""Rule F3 through the page: *I have it* is an event that moves the next step, and ends nothing."""

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import pytest

from shared.ports.leads import EventKind
from tests.act_on_lead.world import HOUR, World, overdue, told, waiting


@pytest.fixture
def world() -> World:
    world = World()
    world.put(overdue())
    return world


async def test_f3_i_have_it_moves_the_next_step_and_is_no_act(world: World) -> None:
    before = world.lead
    token = world.token()

    page = await world.press(token, await world.look(token), "have_it")

    after = world.lead.follow_up
    assert told(page) == (
        "Noted. The next reminder comes Mon 2 Nov 2026, 13:00 UTC at the earliest."
    )
    assert after.next_step_at == world.clock.now + 4 * HOUR
    assert (after.state, after.due_at, after.step) == (
        before.follow_up.state,
        before.follow_up.due_at,
        before.follow_up.step,
    )
    assert world.acts == []
    assert world.events == [EventKind.TAKEN]


async def test_f3_the_hold_is_in_working_hours_of_the_team(world: World) -> None:
    world.clock.advance(7 * HOUR)  # an hour before they close
    token = world.token()

    await world.press(token, await world.look(token), "have_it")

    assert world.lead.follow_up.next_step_at == world.clock.now + 20 * HOUR


async def test_f3_a_second_click_and_a_second_look_at_the_same_notice_count_once(
    world: World,
) -> None:
    token = world.token()
    page = await world.look(token)
    await world.press(token, page, "have_it")
    before = world.stored
    world.clock.advance(2 * HOUR)

    for shown in (page, await world.look(token)):
        again = await world.press(token, shown, "have_it")
        assert again.status is HTTPStatus.OK
        assert told(again).startswith("Noted.")
        assert world.stored is before


async def test_f3_the_third_notice_of_a_run_holds_nothing_and_is_an_event(world: World) -> None:
    said = ""
    for _ in range(3):
        world.clock.advance(timedelta(minutes=10))
        token = world.token()
        said = told(await world.press(token, await world.look(token), "have_it"))

    assert said == (
        "This delays no reminder: that can be done twice until somebody follows up. The next one"
        " comes Mon 2 Nov 2026, 13:20 UTC."
    )
    assert world.lead.follow_up.next_step_at == world.clock.now - timedelta(minutes=10) + 4 * HOUR
    assert world.events == [EventKind.TAKEN] * 3


async def test_f3_before_the_flag_it_holds_the_first_step_and_not_the_flag(world: World) -> None:
    world.put(waiting())
    token = world.token()

    page = await world.press(token, await world.look(token), "have_it")

    assert told(page) == (
        "Noted. The customer must still be answered by Tue 3 Nov 2026, 08:00 UTC."
    )
    assert world.lead.follow_up.due_at == waiting().follow_up.due_at
    assert world.lead.follow_up.held_until == world.clock.now + 4 * HOUR
    assert world.lead.next_due_at == waiting().next_due_at


async def test_f3_without_a_next_step_it_is_only_an_event(world: World) -> None:
    world.put(replace(overdue(), follow_up=replace(overdue().follow_up, next_step_at=None)))
    token = world.token()

    page = await world.press(token, await world.look(token), "have_it")

    assert told(page) == "Noted. No reminder is to come."
    assert world.lead.follow_up.next_step_at is None
    assert world.events == [EventKind.TAKEN]


async def test_who_has_it_is_asked_where_several_people_get_the_link(world: World) -> None:
    token = world.token("team:north")
    before = world.stored
    page = await world.look(token)

    assert (await world.press(token, page, "have_it")).status is HTTPStatus.BAD_REQUEST
    assert world.stored is before
    assert "Noted." in told(await world.press(token, page, "have_it", by="Grace"))
