"""Persons who were deleted or merged."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.responses import JSONResponse

from local.fakes.marketo import MarketoServer
from local.fakes.marketo.answers import skipped
from local.fakes.server import Fault
from shared.destinations.http.texts import mark
from shared.destinations.marketo.adapter import MarketoCrm
from shared.domain.errors import CrmOutcomeUnknownError, CrmUnavailableError
from shared.domain.lead import Contact
from tests.destinations.marketo.world import (
    HOUR,
    WITHOUT_EMAIL,
    a_lead,
    deliver,
    only,
    question,
    upsert,
)
from tests.examples import CONTACT, LEAD_ID, interest


@pytest.mark.parametrize("email", [CONTACT.email, "other@fabrikam.example"])
async def test_who_was_merged_is_followed_to_the_other_person(
    server: MarketoServer, crm: MarketoCrm, email: str
) -> None:
    record = await deliver(crm)
    other = server.has(email="other@fabrikam.example")
    server.merge(record.id, other, email=email)

    after = await upsert(crm, None, record=record, fields={"title"})
    await crm.note(a_lead(), record, interest(2))

    assert after.record.id == other == only(server).record_id
    assert after.remarks == (f"record {record.id} was merged or deleted there: now {other}",)
    assert not after.created
    assert mark(interest(2)) in only(server).description


async def test_who_was_deleted_is_made_anew_with_all_there_is(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    server.sales_deletes(record.id)

    anew = await upsert(crm, None, interest(2), record=record, fields={"title"})

    assert anew.record.id == only(server).record_id != record.id
    assert (anew.created, anew.holds) == (True, frozenset({"submission-2"}))
    assert anew.remarks == (f"record {record.id} was deleted there: re-created",)
    assert only(server).values["last_name"] == CONTACT.last_name
    assert only(server).status == "New"
    assert mark(interest(2)) in only(server).description


@pytest.mark.parametrize("contact", [CONTACT, WITHOUT_EMAIL], ids=["e-mail", "no e-mail"])
@pytest.mark.parametrize("fault", [Fault.CUT_AFTER, Fault.NO_ID, Fault.HALF_A_BODY])
async def test_who_is_made_anew_by_a_lost_answer_is_found(
    server: MarketoServer, crm: MarketoCrm, contact: Contact, fault: Fault
) -> None:
    given = a_lead(contact)
    record = await deliver(crm, given)
    server.sales_acts(record.id)
    record = await deliver(crm, given, record=record, fields=set())
    server.sales_deletes(record.id)
    looks = 3 if contact.email else 2  # by the record, the e-mail and our field
    server.faults.extend([*[Fault.NONE] * looks, fault])
    with pytest.raises(CrmOutcomeUnknownError):
        await deliver(crm, given, interest(2), record=record, fields=set())

    again = await upsert(crm, given, interest(2), record=record, fields=set(), uncertain=True)

    assert not again.created
    assert again.record.id == only(server).record_id
    assert only(server).description.count(mark(interest(2))) == 1
    assert again.record.baseline["leadStatus"] == "New"


async def test_who_has_the_e_mail_of_a_deleted_person_is_not_taken_for_followed_up(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    server.sales_deletes(record.id)
    other = server.has(email=CONTACT.email, leadStatus="Customer")

    after = await deliver(crm, None, interest(2), record=record, fields={"title"})

    assert (after.id, after.baseline["leadStatus"]) == (other, "Customer")
    assert await crm.follow_ups([question(after, datetime.now(UTC) - HOUR)]) == {}


async def test_what_sales_did_on_a_deleted_person_is_not_forgotten(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    server.sales_acts(record.id)
    record = await deliver(crm, None, interest(2), record=record, fields={"title"})
    asked = question(record, datetime.now(UTC) - HOUR)
    before = await crm.follow_ups([asked])
    server.sales_deletes(record.id)
    assert await crm.follow_ups([asked]) == before

    record = await deliver(crm, None, interest(3), record=record, fields={"title"})

    after = await crm.follow_ups([question(record, asked.since)])
    assert list(before) == [LEAD_ID]
    assert after[LEAD_ID].at == before[LEAD_ID].at  # what the status said has gone with it


async def test_do_not_contact_is_set_on_the_other_person_too(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    suppressed = a_lead(suppressed=True)
    record = await deliver(crm, suppressed)
    other = server.has(email=CONTACT.email, unsubscribed=False, doNotCall=False)
    server.merge(record.id, other)

    await deliver(crm, suppressed, record=record, fields=set())

    assert only(server).do_not_contact


async def test_who_is_deleted_before_a_note_is_made_anew_at_the_next_try(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    server.sales_deletes(record.id)
    with pytest.raises(CrmUnavailableError, match=f"the person {record.id} was deleted meanwhile"):
        await crm.note(a_lead(), record, interest(2))

    assert (await upsert(crm, None, interest(2), record=record)).created


async def test_who_is_deleted_between_look_and_write_is_made_anew_at_once(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    server.meanwhile.extend([lambda: None, server.persons.clear])

    anew = await upsert(crm, None, interest(2), record=record, fields={"title"})

    assert anew.created
    assert anew.record.id == only(server).record_id != record.id


async def test_who_is_merged_between_look_and_write_is_followed_at_once(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    other = server.has(email="other@fabrikam.example")
    server.meanwhile.extend([lambda: None, lambda: server.merge(record.id, other)])
    boss = a_lead(replace(CONTACT, title="Boss"))
    after = await upsert(crm, boss, record=record, fields={"title"})

    assert after.record.id == other
    assert only(server).values["title"] == "Boss"


async def test_who_is_merged_between_look_and_note_is_followed_at_once(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    other = server.has(email="other@fabrikam.example")
    server.meanwhile.extend([lambda: None, lambda: server.merge(record.id, other)])
    await crm.note(a_lead(), record, interest(2))

    assert mark(interest(2)) in only(server).description


async def test_whom_marketo_shows_and_does_not_find_is_waited_for(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    shown = {"success": True, "result": [{"id": int(record.id)}]}
    gone = skipped("1004", "Lead not found")
    server.answers.extend([JSONResponse(shown), gone, JSONResponse(shown), gone])
    server.answers.append(JSONResponse(shown))

    with pytest.raises(CrmUnavailableError, match="deleted or merged meanwhile, again and again"):
        await deliver(crm, None, record=record, fields={"title"})
