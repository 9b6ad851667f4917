"""A lead that is found by our id and not made by us keeps its values; the empty ones are filled."""

from dataclasses import replace

import pytest

from local.fakes.salesforce import SalesforceServer
from local.fakes.salesforce.org import ID_FIELD, SALES, US
from local.fakes.server import Fault
from shared.destinations.salesforce.adapter import SalesforceCrm
from shared.domain.errors import CrmOutcomeUnknownError
from tests.destinations.salesforce.world import CrmFor, a_lead, deliver, only
from tests.examples import CONTACT, LEAD_ID, interest

THEIRS = {"LastName": "Hara", "Company": "Contoso", "Phone": "+49 30 1", ID_FIELD: LEAD_ID}


async def test_a_lead_that_somebody_else_made_keeps_what_is_in_it(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.insert("Lead", THEIRS, SALES)

    await deliver(crm)

    assert only(server).values == {
        "first_name": CONTACT.first_name,
        "last_name": "Hara",
        "email": CONTACT.email,
        "phone": "+49 30 1",
        "country": CONTACT.country,
        "company": "Contoso",
        "title": CONTACT.title,
    }


async def test_it_is_overwritten_where_the_setting_says_so(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    server.insert("Lead", THEIRS, SALES)

    await deliver(crm_for(SALESFORCE_FILL_EMPTY_ONLY="false"))

    assert only(server).values["phone"] == CONTACT.phone
    assert only(server).values["company"] == CONTACT.company


@pytest.mark.parametrize("by", [US, SALES])
@pytest.mark.parametrize("field", ["first_name", "last_name", "email", "phone", "country", "title"])
async def test_a_value_of_a_request_without_an_answer_gives_way_to_a_newer_one(
    server: SalesforceServer, crm: SalesforceCrm, field: str, by: str
) -> None:
    first, second = interest(1), interest(2)
    newer = replace(CONTACT, **{field: "new@fabrikam.example"})
    second = replace(second, submission=replace(second.submission, contact=newer))
    server.faults.append(Fault.CUT_AFTER)
    with pytest.raises(CrmOutcomeUnknownError, match="no whole answer"):
        await deliver(crm, None, first)
    server.change(only(server).record_id, {"Rating": "Hot"}, by)

    await deliver(crm, a_lead(newer), first, second, uncertain=True)

    assert only(server).values[field] == "new@fabrikam.example"


async def test_stand_ins_of_a_request_without_an_answer_give_way_to_what_the_customer_gives(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    unknown = replace(CONTACT, last_name="", company="")
    first = interest(1)
    first = replace(first, submission=replace(first.submission, contact=unknown))
    server.faults.append(Fault.CUT_AFTER)
    with pytest.raises(CrmOutcomeUnknownError, match="no whole answer"):
        await deliver(crm, a_lead(unknown), first)
    server.change(only(server).record_id, {"Rating": "Hot"}, SALES)

    await deliver(crm, None, first, interest(2), uncertain=True)

    assert only(server).values["last_name"] == CONTACT.last_name
    assert only(server).values["company"] == CONTACT.company
