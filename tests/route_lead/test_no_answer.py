"""After a request without an answer: nothing that it may have left behind is overlooked."""

import pytest

from shared.domain.errors import CrmUnavailableError
from tests.fakes import FakeCrm
from tests.route_lead.relay import DAY, Relay, push


def relay_without_answer(crm: FakeCrm, number: int) -> Relay:
    """Return a relay whose CRM does what one of its calls asks for and does not say so."""
    relay = Relay(crms={"crm": crm})
    calls = 0

    async def cut(request: str) -> None:
        nonlocal calls
        calls += request in ("crm.upserted", "crm.noted")
        if calls == number and request in ("crm.upserted", "crm.noted"):
            calls += 1
            raise TimeoutError

    crm.gate = cut
    return relay


async def test_a_value_that_was_sent_unseen_and_has_changed_back_is_sent_again() -> None:
    relay = relay_without_answer(FakeCrm(), 2)
    await relay.take(push(1, Title="Engineer"))
    await relay.take(push(2, Title="Manager"))
    assert relay.record.values["title"] == "Manager"
    await relay.take(push(3, Title="Engineer"))
    await relay.drain()
    relay.assert_delivered("s1", "s2", "s3")
    assert relay.record.values["title"] == "Engineer"


async def test_what_no_click_touched_stays_as_sales_corrected_it() -> None:
    relay = relay_without_answer(FakeCrm(), 2)
    await relay.take(push(1, Title="Engineer", Country="DE"))
    relay.record.values["country"] = "Germany"
    await relay.take(push(2, Title="Manager"))
    await relay.drain()
    assert relay.record.values["country"] == "Germany"


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
async def test_a_record_that_was_made_unseen_gets_the_note_of_every_click(
    order: tuple[int, int],
) -> None:
    """It was made of the only click there was, which need not be the oldest one now."""
    relay = relay_without_answer(FakeCrm(takes_notes=True), 1)
    for number in order:
        await relay.take(push(number))
    await relay.drain()
    relay.assert_delivered("s1", "s2")


@pytest.mark.parametrize("number", range(1, 5))
async def test_notes_go_on_where_they_were_cut_off(number: int) -> None:
    crm = FakeCrm(takes_notes=True, fails=[CrmUnavailableError("503", retry_after=DAY)] * 3)
    relay = relay_without_answer(crm, number)
    for click in range(1, 4):
        await relay.take(push(click))
    await relay.drain()
    relay.assert_delivered("s1", "s2", "s3")
    assert relay.delivery().noted == ()


async def waiting_clicks(relay: Relay, *numbers: int) -> None:
    relay.crm.fails = [CrmUnavailableError("503", retry_after=DAY) for _ in numbers]
    for number in numbers:
        await relay.take(push(number))


async def test_a_record_is_known_before_its_second_note_is_sent() -> None:
    """So it need not be looked for, where that can't be done."""
    crm = FakeCrm(takes_notes=True, finds=False)
    relay = relay_without_answer(crm, 2)
    await waiting_clicks(relay, 1, 2, 3)
    await relay.drain()
    relay.assert_delivered("s1", "s2", "s3")


@pytest.mark.parametrize("known", [False, True])
async def test_a_note_that_was_answered_is_not_sent_again(*, known: bool) -> None:
    """The first of two is answered, the second is not."""
    relay = relay_without_answer(FakeCrm(takes_notes=True), 3 + known)
    cut, notes = relay.crm.gate, []

    async def counted(request: str) -> None:
        notes.extend([request] * (request == "crm.note"))
        await cut(request)

    relay.crm.gate = counted
    if known:
        await relay.take(push(1))
    await waiting_clicks(relay, *(2, 3) if known else (1, 2, 3))
    await relay.drain()
    relay.assert_delivered("s1", "s2", "s3")
    assert len(notes) == 1 + 2


async def test_a_repeat_brings_what_an_earlier_click_could_not() -> None:
    relay = Relay()
    await relay.take(push(1, offer="a"))
    relay.crm.fails = [CrmUnavailableError("503")]
    await relay.take(push(2, offer="b"))
    await relay.take(push(3, offer="a"))
    relay.assert_delivered("s1", "s2", "s3")
