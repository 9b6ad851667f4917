"""The field that shows what customers did."""

import pytest

from local.fakes.marketo import MarketoServer
from local.fakes.marketo.schema import INTERESTS
from local.fakes.server import Fault
from shared.destinations.http.texts import mark
from shared.destinations.marketo.adapter import MarketoCrm
from shared.destinations.marketo.interests import TEXT_AREA_BYTES
from shared.domain.errors import CrmOutcomeUnknownError
from shared.ports.crm import Noted
from tests.destinations.marketo.world import CrmFor, a_lead, deliver, only, upsert
from tests.examples import interest


async def test_interests_stand_in_the_field_once_the_newest_first(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    for number in (2, 3, 2, 1):
        said = interest(number, description=f"Number {number} ✓")
        assert await crm.note(a_lead(), record, said) == Noted(id=f"submission-{number}")

    text = only(server).description
    places = [text.index(mark(interest(number))) for number in (3, 2, 1)]
    assert places == sorted(places)
    assert text.count("[submission ") == 3


async def test_an_interest_whose_answer_was_lost_is_noted_once(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    server.faults.extend([Fault.NONE, Fault.CUT_AFTER])
    with pytest.raises(CrmOutcomeUnknownError):
        await crm.note(a_lead(), record, interest(2))
    await crm.note(a_lead(), record, interest(2))

    assert only(server).description.count(mark(interest(2))) == 1


async def test_the_oldest_interests_give_way_when_the_field_is_full(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm, None, interest(1, description="🙂" * 5_000))
    await crm.note(a_lead(), record, interest(2, description="ü" * 8_000))

    text = only(server).description
    assert len(text.encode()) <= TEXT_AREA_BYTES
    assert mark(interest(2)) in text
    assert text.endswith("🙂…")


async def test_a_note_that_is_too_long_is_cut_which_is_told_and_it_is_recognised(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    noted = await crm.note(a_lead(), record, interest(2, description="ü🙂" * 8_000))

    assert noted == Noted(
        id="submission-2", remarks=(f"{INTERESTS} cut to {TEXT_AREA_BYTES} bytes",)
    )
    assert f"…\n{mark(interest(2))}\n\n" in only(server).description
    assert await crm.note(a_lead(), record, interest(2)) == Noted(id="submission-2")


async def test_without_a_field_for_them_interests_are_not_sent_and_that_is_told_once(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    crm = crm_for(MARKETO_INTEREST_FIELD="", MARKETO_ID_FIELD="")
    upserted = await upsert(crm, None, interest(1), interest(2))
    server.calls.clear()

    assert await crm.note(a_lead(), upserted.record, interest(2)) == Noted(id="")
    assert server.calls == []
    assert upserted.created
    assert upserted.holds == frozenset()
    assert upserted.remarks == (
        "Marketo does not show what the customer did: MARKETO_INTEREST_FIELD is not set",
    )
    assert INTERESTS not in server.bodies[0]["input"][0]

    again = await upsert(crm, None, interest(3), record=upserted.record, fields=set())
    assert again.remarks == upserted.remarks
    assert (await upsert(crm, None, record=upserted.record, fields=set())).remarks == ()
