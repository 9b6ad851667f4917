"""What programs are told of a lead, and what they may say of it."""

import json
from collections.abc import Awaitable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from act_on_lead.answers import lead_answer, not_done
from act_on_lead.api import follow_up, show
from shared.answers import Answer
from shared.domain.acts import Outcome, Via
from shared.domain.follow_up import FollowUp, FollowUpState
from shared.operations.errors import OperationError
from shared.operations.lead_views import LeadView
from shared.ports.leads import EventKind
from tests.act_on_lead.world import HOUR, LEAD_ID, World, overdue, waiting
from tests.suite.unhurried import examples

SECRET_TEXT = "Quimby said no"


@pytest.fixture
def world() -> World:
    world = World()
    world.put(overdue())
    return world


async def answered(ask: Awaitable[LeadView]) -> Answer:
    try:
        return lead_answer(await ask)
    except OperationError as error:
        return not_done(error)


async def say(world: World, lead_id: str = LEAD_ID, /, **said: object) -> Answer:
    return await answered(follow_up(lead_id, json.dumps(said).encode(), world.ports))


async def test_a_lead_is_shown_as_the_command_shows_it(world: World) -> None:
    before = world.stored
    shown = await answered(show(LEAD_ID.upper(), world.ports))

    body = json.loads(shown.body)
    assert shown.status == 200
    assert (body["lead_id"], body["last_name"], body["follow_up"]) == (LEAD_ID, "Doe", "overdue")
    assert shown.headers["Cache-Control"] == "no-store"
    assert world.stored is before


@pytest.mark.parametrize("lead_id", ["f" * 32, "nobody", "..", "lead-id-key", "", "é" * 32])
async def test_a_lead_that_is_not_there_is_404(world: World, lead_id: str) -> None:
    assert (await answered(show(lead_id, world.ports))).status == 404
    assert (await say(world, lead_id)).status == 404


async def test_an_act_is_recorded_with_all_that_is_said_of_it(world: World) -> None:
    world.clock.advance(HOUR)
    at = world.clock.now - timedelta(minutes=30)

    shown = await say(
        world,
        by="Ada",
        at=at.isoformat(),
        outcome="meeting",
        note="On Friday",
        look_on="2026-11-06",
    )

    [act] = world.acts
    assert shown.status == 200
    assert json.loads(shown.body)["follow_up"] == "followed_up"
    assert (act.at, act.seen_at, act.by, act.via) == (at, world.clock.now, "Ada", Via.API)
    assert (act.outcome, act.note, act.look_on) == (
        Outcome.MEETING,
        "On Friday",
        date(2026, 11, 6),
    )


async def test_without_a_body_somebody_acted_just_now(world: World) -> None:
    shown = await answered(follow_up(LEAD_ID, b"", world.ports))

    assert shown.status == 200
    assert [act.at for act in world.acts] == [world.clock.now]


async def test_f2_the_same_act_twice_is_one_row_and_one_event(world: World) -> None:
    world.clock.advance(HOUR)
    await say(world, by="Ada", at="2026-11-02T09:30:00Z", outcome="no_answer")
    before = world.stored

    again = await say(world, by="Ada", at="2026-11-02T11:30:00+02:00", outcome="won")

    assert again.status == 200
    assert world.stored is before
    assert len(world.acts) == 1
    assert world.events == [EventKind.FOLLOWED_UP]


async def test_f2_acts_of_two_people_at_one_time_are_two(world: World) -> None:
    for by in ("Ada", "Grace"):
        await say(world, by=by, at="2026-11-02T09:00:00Z")

    assert len(world.acts) == 2


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"outcome": "perfect"}, "outcome"),
        ({"outcome": ["won"]}, "outcome"),
        ({"outcome": "WON"}, "outcome"),
        ({"by": 7}, "by"),
        ({"by": "x" * 121}, "by"),
        ({"note": "x" * 2001}, "note"),
        ({"at": "2026-11-02T09:00:00"}, "at"),
        ({"at": "yesterday"}, "at"),
        ({"at": 1_700_000_000}, "at"),
        ({"at": "2026-11-02T09:04:01Z"}, "still to come"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
        ({"at": "9999-12-31T23:59:59-14:00"}, "at"),
        ({"look_on": "2027-05-02"}, "180 days"),
        ({"look_on": "2026-11-01"}, "180 days"),
        ({"look_on": "2026-11-31"}, "look_on"),
        ({"look_on": 20270303}, "look_on"),
        ({"lookOn": "2026-12-01"}, "lookOn"),
        ({"closed": True}, "closed"),
    ],
)
async def test_what_can_not_be_is_named_and_changes_nothing(
    world: World, said: dict[str, object], fault: str
) -> None:
    before = world.stored

    answer = await say(world, **said)

    assert answer.status == 400
    assert answer.media_type == "application/problem+json"
    assert fault in answer.body
    assert world.stored is before


@pytest.mark.parametrize(
    "body", [b"[]", b"7", b"null", b"{", b"\xff\xfe", b'"won"', b"x" * 33_000, b'{"by": "\\ud800"}']
)
async def test_a_body_that_is_no_follow_up_is_400(world: World, body: bytes) -> None:
    before = world.stored

    assert (await answered(follow_up(LEAD_ID, body, world.ports))).status == 400
    assert world.stored is before


async def test_a_fault_says_nothing_of_what_was_sent(world: World) -> None:
    for said in ({"note": SECRET_TEXT * 200}, {"by": [SECRET_TEXT]}, {"outcome": SECRET_TEXT}):
        assert "Quimby" not in (await say(world, **said)).body


@given(
    body=st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.dictionaries(
            st.sampled_from(["by", "at", "note", "outcome", "look_on", "x"]), inner
        ),
    ).map(lambda value: json.dumps(value).encode())
)
@settings(max_examples=examples(200))
async def test_any_body_is_an_act_or_a_fault(body: bytes) -> None:
    world = World()
    world.put(overdue())

    answer = await answered(follow_up(LEAD_ID, body, world.ports))

    assert answer.status in {200, 400}
    assert len(world.acts) == (answer.status == 200)


async def test_a_lead_that_nobody_has_to_answer_takes_no_act(world: World) -> None:
    world.put(replace(waiting(), test=True, follow_up=FollowUp()))

    answer = await say(world)

    assert answer.status == 409
    assert "it is a test lead" in answer.body
    assert world.lead.follow_up.state is FollowUpState.NONE


async def test_f2_an_act_of_a_clock_that_is_ahead_is_of_now_and_one_however_often_it_comes(
    world: World,
) -> None:
    now = world.clock.now
    said = {"at": (now + timedelta(minutes=4)).isoformat(), "by": "Ada", "outcome": "meeting"}

    first = await say(world, **said)
    world.clock.advance(timedelta(seconds=5))
    again = await say(world, **said)
    other = await say(world, **{**said, "outcome": "won"})

    assert (first.status, again.status, other.status) == (200, 200, 200)
    assert [one.at for one in world.lead.acts] == [now, now + timedelta(seconds=5)]
