"""Persons who are there already, before us or by a create whose answer was lost."""

from dataclasses import replace

import pytest
from starlette.responses import JSONResponse

from local.fakes.marketo import MarketoServer
from local.fakes.marketo.answers import skipped
from local.fakes.marketo.schema import ID_FIELD, INTERESTS
from local.fakes.server import Fault
from shared.destinations.http.texts import mark
from shared.destinations.marketo.adapter import MarketoCrm
from shared.domain.errors import CrmOutcomeUnknownError, CrmRejectedError, CrmUnavailableError
from shared.domain.lead import Contact
from shared.ports.crm import Noted
from tests.destinations.marketo.world import WITHOUT_EMAIL, a_lead, deliver, only, upsert
from tests.examples import CONTACT, LEAD_ID, interest


async def test_a_person_who_was_there_keeps_status_and_source_and_gets_the_interest(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    known = server.has(email=CONTACT.email.upper(), leadStatus="Customer", leadSource="Fair")
    upserted = await upsert(crm)
    record = upserted.record
    assert await crm.note(a_lead(), record, interest(1)) == Noted(id="submission-1")

    [person] = server.persons.values()
    assert (person["leadStatus"], person["leadSource"]) == ("Customer", "Fair")
    assert (person["firstName"], person.get("company"), person.get(ID_FIELD)) == ("Zoë", None, None)
    assert mark(interest(1)) in person[INTERESTS]
    assert record.id == known
    assert record.baseline["leadStatus"] == "Customer"
    assert (upserted.created, upserted.holds) == (False, frozenset())
    assert upserted.remarks == ("company left out: Marketo takes it with a new person only",)
    assert server.bodies[-1]["action"] == "updateOnly"


async def test_two_persons_with_the_address_are_for_somebody_to_merge(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.has(email=CONTACT.email)
    server.has(email=CONTACT.email)
    with pytest.raises(CrmRejectedError, match="1007: Multiple leads match"):
        await deliver(crm)

    server.answers.append(skipped("1005", "Lead already exists"))
    with pytest.raises(CrmRejectedError, match="2 persons in Marketo match the lead: merge them"):
        await deliver(crm)


async def test_a_person_who_exists_but_can_not_be_read_yet_is_waited_for(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.answers.append(skipped("1005", "Lead already exists"))
    with pytest.raises(CrmUnavailableError, match="does not show it"):
        await deliver(crm)


@pytest.mark.parametrize("contact", [CONTACT, WITHOUT_EMAIL], ids=["e-mail", "no e-mail"])
@pytest.mark.parametrize("by", ["the field named", "e-mail alone"])
@pytest.mark.parametrize("fault", [Fault.CUT_AFTER, Fault.NO_ID, Fault.HALF_A_BODY])
async def test_whom_a_lost_answer_made_is_found(
    server: MarketoServer, crm: MarketoCrm, contact: Contact, by: str, fault: Fault
) -> None:
    server.creates_by_any_field = by == "the field named"
    looked = [] if contact.email else [Fault.NONE]
    server.faults.extend([*looked, fault])
    with pytest.raises(CrmOutcomeUnknownError):
        await deliver(crm, a_lead(contact))

    record = await deliver(crm, a_lead(contact), uncertain=True)
    await crm.note(a_lead(contact), record, interest(1))

    assert only(server).record_id == record.id
    assert only(server).lead_id == LEAD_ID
    assert only(server).description.count(mark(interest(1))) == 1


async def test_a_person_without_e_mail_whom_nobody_shows_yet_is_not_made_twice(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.creates_by_any_field = True
    await deliver(crm, a_lead(WITHOUT_EMAIL))
    server.answers.append(JSONResponse({"success": True, "result": []}))
    await deliver(crm, a_lead(WITHOUT_EMAIL), uncertain=True)

    assert only(server).lead_id == LEAD_ID


@pytest.mark.parametrize("email", ['"a,b"@fabrikam.example', '"a b"@fabrikam.example'])
async def test_an_address_that_would_ask_for_somebody_else_asks_for_nobody(
    server: MarketoServer, crm: MarketoCrm, email: str
) -> None:
    other = server.has(email='"a')
    asked = a_lead(replace(CONTACT, email=email))

    upserted = await upsert(crm, asked)

    assert upserted.record.id != other
    assert upserted.remarks == ("email left out: not accepted by Marketo",)
    assert not any("a," in query["filterValues"] for query in server.queries)


async def test_a_person_who_was_not_asked_for_is_nobody(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.answers.append(skipped("1005", "Lead already exists"))
    somebody = {"id": 7, "email": "somebody@else.example", "leadStatus": "New"}
    server.answers.append(JSONResponse({"success": True, "result": [somebody]}))

    with pytest.raises(CrmUnavailableError, match="does not show it"):
        await deliver(crm)
