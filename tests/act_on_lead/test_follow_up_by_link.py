"""Rule F1: a look changes nothing, a form acts once, and only on what it was shown for."""

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import pytest

from act_on_lead.visit import look, press
from shared.domain.acts import Outcome, Via
from shared.domain.errors import StorageUnavailableError
from shared.domain.follow_up import FollowUp, FollowUpState
from shared.domain.lead import Lead
from shared.ports.leads import EventKind
from tests.act_on_lead.world import (
    HOUR,
    World,
    form_token_of,
    overdue,
    told,
    waiting,
)
from tests.fakes import Gate


@pytest.fixture
def world() -> World:
    world = World()
    world.put(overdue())
    return world


async def test_a_look_shows_what_is_open_and_changes_nothing(world: World) -> None:
    before = world.stored

    page = await world.look(world.token())

    assert page.status is HTTPStatus.OK
    assert "<bdi>Jane Doe</bdi>, <bdi>Contoso</bdi>" in page.body
    assert "Overdue: the answer was due Mon 2 Nov 2026, 09:00 UTC." in page.body
    assert "<bdi>Loom Insights</bdi>" in page.body
    assert world.stored is before
    assert world.queue.messages == []


async def test_a_form_records_who_acted_with_what_outcome_note_and_day(world: World) -> None:
    token = world.token()
    page = await world.press(
        token,
        await world.look(token),
        "followed_up",
        outcome="in_conversation",
        note="They want a demo.\r\nOn Friday.",
        look_on="2026-11-06",
    )

    [act] = world.acts
    assert told(page) == "Recorded."
    assert page.status is HTTPStatus.OK
    assert (act.by, act.via, act.outcome) == ("Anna", Via.LINK, Outcome.IN_CONVERSATION)
    # K2: who owned the lead, and since when the customer had waited.
    asked_at = world.clock.now - HOUR
    assert (act.owner, act.team, act.open_since) == ("anna", "north", asked_at)
    assert (act.note, f"{act.look_on}") == ("They want a demo.\nOn Friday.", "2026-11-06")
    assert world.lead.follow_up.state is FollowUpState.FOLLOWED_UP
    assert "Followed up on Mon 2 Nov 2026, 09:00 UTC by <bdi>Anna</bdi>: in conver" in page.body


async def test_a_page_that_says_what_was_done_can_be_loaded_again(world: World) -> None:
    token = world.token()
    done = await world.press(token, await world.look(token), "followed_up")
    before = world.stored

    again = await look(token, "followed_up", world.ports)

    assert told(done) == told(again) == "Recorded."
    assert again.status is HTTPStatus.OK
    assert world.stored is before


@pytest.mark.parametrize("did", ["nonsense", "followed_up", "have_it", "<b>"])
async def test_an_address_says_nothing_that_did_not_happen(world: World, did: str) -> None:
    assert told(await look(world.token(), did, world.ports)) == ""


async def test_f1_a_second_click_changes_nothing(world: World) -> None:
    token = world.token()
    page = await world.look(token)
    await world.press(token, page, "followed_up")
    before = world.stored
    world.clock.advance(timedelta(seconds=1))

    again = await world.press(token, page, "followed_up", outcome="won")

    assert again.status is HTTPStatus.CONFLICT
    assert told(again).startswith("Nothing was changed")
    assert world.stored is before


@pytest.mark.parametrize("action", ["followed_up", "have_it", "reassign"])
async def test_f1_a_page_of_before_somebody_acted_changes_nothing(
    world: World, action: str
) -> None:
    token = world.token()
    page = await world.look(token)
    world.is_answered("bo")
    before = world.stored

    again = await world.press(token, page, action)

    assert again.status is HTTPStatus.CONFLICT
    assert "<bdi>bo</bdi>" in again.body
    assert world.stored is before
    assert world.owners.asked == 0


@pytest.mark.parametrize("action", ["followed_up", "have_it", "reassign"])
async def test_f1_a_page_of_before_the_customer_asked_for_more_changes_nothing(
    world: World, action: str
) -> None:
    token = world.token()
    page = await world.look(token)
    world.clock.advance(HOUR)
    world.asks_again(2)
    before = world.stored

    again = await world.press(token, page, action)

    assert again.status is HTTPStatus.CONFLICT
    assert again.body.count("<li>") == 2
    assert world.stored is before
    current = await world.press(token, again, "followed_up")
    assert told(current) == "Recorded."


async def test_f1_an_old_link_shows_what_is_open_now(world: World) -> None:
    token = world.token()
    first = await world.look(token)
    await world.press(token, first, "followed_up", outcome="no_answer")
    world.clock.advance(HOUR)
    world.asks_again(2)

    restored_by_the_browser = await world.press(token, first, "followed_up", outcome="won")
    page = await world.look(token)

    assert restored_by_the_browser.status is HTTPStatus.CONFLICT
    assert page.body.count("<li>") == 1
    assert told(await world.press(token, page, "followed_up", outcome="meeting")) == "Recorded."
    assert [act.outcome for act in world.acts] == [Outcome.NO_ANSWER, Outcome.MEETING]


async def test_f1_a_form_of_another_link_changes_nothing(world: World) -> None:
    before = world.stored
    page = await world.look(world.token("anna"))

    again = await world.press(world.token("bo"), page, "followed_up")

    assert again.status is HTTPStatus.CONFLICT
    assert world.stored is before


@pytest.mark.parametrize("action", ["", "delete", "FOLLOWED_UP"])
async def test_f1_a_form_that_is_not_ours_changes_nothing(world: World, action: str) -> None:
    token = world.token()
    before = world.stored

    again = await world.press(token, await world.look(token), action)

    assert again.status is HTTPStatus.CONFLICT
    assert world.stored is before


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"a=1&" * 30, b"token=" + b"x" * 40_000, b"token=%00&action=%ff"]
)
async def test_f1_any_other_body_changes_nothing(world: World, body: bytes) -> None:
    before = world.stored

    again = await press(world.token(), body, world.ports)

    assert again.status is HTTPStatus.CONFLICT
    assert world.stored is before


async def test_after_an_open_outcome_the_next_act_can_be_said_once(world: World) -> None:
    token = world.token()
    await world.press(token, await world.look(token), "followed_up", outcome="in_conversation")
    world.clock.advance(48 * HOUR)

    page = await world.look(token)
    won = await world.press(token, page, "followed_up", outcome="won")
    world.clock.advance(timedelta(seconds=1))
    again = await world.press(token, page, "followed_up", outcome="lost")

    assert told(won) == "Recorded."
    assert again.status is HTTPStatus.CONFLICT
    assert [act.outcome for act in world.acts] == [Outcome.IN_CONVERSATION, Outcome.WON]
    assert "The lead is closed." in again.body
    assert form_token_of(again) == ""


@pytest.mark.parametrize(
    ("recipient", "asks"), [("anna", False), ("marta", False), ("team:north", True)]
)
async def test_only_a_link_from_a_teams_channel_asks_who_acts(
    world: World, recipient: str, *, asks: bool
) -> None:
    page = await world.look(world.token(recipient))

    assert ('name="by" required' in page.body) is asks


async def test_a_link_from_a_teams_channel_needs_a_name_and_keeps_what_was_typed(
    world: World,
) -> None:
    token = world.token("team:north")
    before = world.stored

    nobody = await world.press(
        token, await world.look(token), "followed_up", note="<b>Called & won", outcome="won"
    )
    assert nobody.status is HTTPStatus.BAD_REQUEST
    assert told(nobody).startswith("Say who you are")
    assert "&lt;b&gt;Called &amp; won</textarea>" in nobody.body
    assert '<option value="won" selected>' in nobody.body
    assert world.stored is before

    page = await world.press(token, nobody, "followed_up", by=" Grace\tHopper ")
    assert told(page) == "Recorded."
    assert [act.by for act in world.acts] == ["Grace Hopper"]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("look_on", "2027-05-02", "between today and 180 days"),
        ("look_on", "2026-11-01", "between today and 180 days"),
        ("look_on", "tomorrow", "is not a day"),
        ("outcome", "perfect", "There is no outcome 'perfect'"),
        ("note", "x" * 2001, "The note has more than 2,000 characters"),
    ],
)
async def test_a_form_with_a_fault_is_shown_again_with_what_is_wrong(
    world: World, field: str, value: str, expected: str
) -> None:
    token = world.token()
    before = world.stored

    page = await world.press(token, await world.look(token), "followed_up", **{field: value})

    assert page.status is HTTPStatus.BAD_REQUEST
    assert expected in told(page)
    assert world.stored is before


async def test_the_last_of_180_days_can_be_named(world: World) -> None:
    token = world.token()
    page = await world.press(
        token, await world.look(token), "followed_up", look_on="2027-05-01", outcome="meeting"
    )

    assert told(page) == "Recorded."


async def test_a_lead_of_a_member_who_is_in_no_team_any_more_names_them_by_their_id(
    world: World,
) -> None:
    token = world.token("zoe")
    await world.press(token, await world.look(token), "followed_up")

    assert [act.by for act in world.acts] == ["zoe"]


async def test_an_owner_whom_only_a_crm_knows_is_named_as_in_notices(world: World) -> None:
    world.put(replace(overdue(), owner="dynamics:7"))

    page = await world.look(world.token())

    assert "<bdi>somebody in dynamics (7)</bdi>" in page.body


async def test_a_link_that_is_not_ours_opens_nothing(world: World) -> None:
    page = await world.look("nonsense")

    assert page.status is HTTPStatus.FORBIDDEN
    assert "Jane" not in page.body
    assert (await press("nonsense", b"", world.ports)).status is HTTPStatus.FORBIDDEN


async def test_a_link_that_has_expired_says_so(world: World) -> None:
    token = world.token()
    shown = await world.look(token)
    before = world.stored
    world.clock.advance(timedelta(days=14))

    page = await world.look(token)

    assert page.status is HTTPStatus.GONE
    assert "14 days" in page.body
    assert "Jane" not in page.body
    assert (await world.press(token, shown, "followed_up")).status is HTTPStatus.GONE
    assert world.stored is before


@pytest.mark.parametrize("secret", [b"", b"f" * 64])
async def test_f4_links_die_when_the_lead_id_secret_changes(world: World, secret: bytes) -> None:
    token = world.token()
    world.secret = secret

    assert (await world.look(token)).status is HTTPStatus.FORBIDDEN


async def test_a_lead_that_was_erased_is_not_here_any_more(world: World) -> None:
    token = world.token()
    page = await world.look(token)
    world.leads.partitions.clear()

    assert (await world.look(token)).status is HTTPStatus.NOT_FOUND
    assert (await world.press(token, page, "followed_up")).status is HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("lead", "why"),
    [
        (replace(waiting(), test=True), "it is a test lead"),
        (replace(waiting(), suppressed=True), "nobody may contact the customer"),
        (waiting(), "there is no way to reach the customer"),
    ],
)
async def test_a_lead_that_nobody_has_to_answer_says_why_and_offers_nothing(
    world: World, lead: Lead, why: str
) -> None:
    world.put(replace(lead, follow_up=FollowUp()))

    page = await world.look(world.token())

    assert f"Nobody has to follow up: {why}." in page.body
    assert form_token_of(page) == ""


async def test_a_write_whose_answer_was_lost_is_one_act_and_one_event(world: World) -> None:
    token = world.token()
    page = await world.look(token)
    world.leads.gate = fails_once("leads.committed")

    after = await world.press(token, page, "followed_up")

    assert told(after) == "Recorded."
    assert len(world.acts) == 1
    assert world.events == [EventKind.FOLLOWED_UP]


def fails_once(request: str) -> Gate:
    left = [request]

    async def gate(asked: str) -> None:
        if asked in left:
            left.remove(asked)
            raise StorageUnavailableError("storage: no answer")

    return gate
