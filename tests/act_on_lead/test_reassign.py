"""*Reassign* on the page: somebody else owns the lead, is told, and has time to read it (F3)."""

from dataclasses import replace
from http import HTTPStatus

import pytest

from shared.domain.envelope import Deliver, parse_message
from shared.domain.notices import Occasion, Role
from shared.domain.rules import rules_without_file
from shared.ports.leads import EventKind
from tests.act_on_lead.world import HOUR, LEAD_ID, World, overdue, told, waiting


@pytest.fixture
def world() -> World:
    world = World()
    world.put(overdue())
    return world


async def reassign(world: World, recipient: str = "anna", **typed: str) -> str:
    token = world.token(recipient)
    return told(await world.press(token, await world.look(token), "reassign", **typed))


async def test_f3_somebody_else_owns_the_lead_and_is_told_at_once(world: World) -> None:
    said = await reassign(world)

    assert said == "Bo owns this lead now."
    assert (world.lead.owner, world.lead.reassigned) == ("bo", 1)
    notice = world.stored.notices[Role.OWNER]
    assert (notice.occasion, notice.send_from) == (Occasion.REASSIGNED, world.clock.now)
    [queued] = world.queue.messages
    assert parse_message(queued.text) == Deliver(lead_id=LEAD_ID, attempt=1)


async def test_f3_the_event_says_who_asked_for_it(world: World) -> None:
    await reassign(world, "marta")

    [event] = world.leads.partitions[LEAD_ID].events.values()
    assert event.kind is EventKind.ASSIGNED
    assert (event.former_owner, event.owner, event.team) == ("anna", "bo", "north")
    assert event.detail == "by turns; Marta asked for it"


async def test_f3_the_next_step_waits_from_when_the_new_owner_can_know(world: World) -> None:
    world.clock.advance(10 * HOUR)  # 19:00; they start at 9:00

    await reassign(world)

    told_at = world.clock.now + 14 * HOUR
    assert world.stored.notices[Role.OWNER].send_from == told_at
    assert world.lead.follow_up.next_step_at == told_at + 4 * HOUR
    assert world.lead.follow_up.step == 0


async def test_f3_the_next_step_never_comes_nearer_by_it_and_it_is_no_press(world: World) -> None:
    later = world.clock.now + 100 * HOUR
    world.put(replace(overdue(), follow_up=replace(overdue().follow_up, next_step_at=later)))

    await reassign(world)

    assert world.lead.follow_up.next_step_at == later
    assert world.lead.follow_up.held_for == ()


async def test_f3_before_the_flag_the_first_step_waits(world: World) -> None:
    world.put(waiting())

    await reassign(world)

    assert world.lead.follow_up.held_until == world.clock.now + 4 * HOUR
    assert world.lead.follow_up.due_at == waiting().follow_up.due_at


@pytest.mark.parametrize("owner", ["anna", ""])
async def test_f1_a_second_click_does_not_reassign_again(world: World, owner: str) -> None:
    world.put(replace(overdue(), owner=owner))
    token = world.token("marta")
    page = await world.look(token)
    await world.press(token, page, "reassign")
    before, asked = world.stored, world.owners.asked

    again = await world.press(token, page, "reassign")

    assert again.status is HTTPStatus.CONFLICT
    assert world.stored is before
    assert world.owners.asked == asked


async def test_another_owner_does_not_keep_a_follow_up_from_being_recorded(world: World) -> None:
    token = world.token()
    page = await world.look(token)
    await reassign(world, "marta")

    assert told(await world.press(token, page, "followed_up")) == "Recorded."


async def test_without_a_team_it_is_not_possible(world: World) -> None:
    world.rules = rules_without_file()
    world.put(replace(overdue(), owner="", team=""))
    before = world.stored

    assert await reassign(world) == (
        "Not possible: no team is configured that answers this customer."
    )
    assert world.stored is before


async def test_where_nobody_else_is_there_it_is_not_possible(world: World) -> None:
    world.owners.members = ("anna",)
    before = world.stored

    assert await reassign(world) == (
        "Not possible: there is nobody else in the team who could take it now."
    )
    assert world.stored is before


async def test_a_customer_who_was_answered_is_given_to_nobody(world: World) -> None:
    token = world.token()
    await world.press(token, await world.look(token), "followed_up", outcome="meeting")
    page = await world.look(token)

    assert 'value="reassign"' not in page.body
    assert told(await world.press(token, page, "reassign")) == (
        "Not possible: nobody has to answer this customer now."
    )
