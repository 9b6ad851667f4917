"""What a new lead is given, and what becomes of values that Salesforce does not take."""

from dataclasses import replace

import pytest

from local.fakes.salesforce import SalesforceServer
from local.fakes.salesforce.org import ID_FIELD, QUEUE, SALES
from local.fakes.server import Fault
from shared.destinations.http.texts import LABELS
from shared.destinations.salesforce.adapter import SalesforceCrm
from shared.domain.errors import CrmSettingsError
from shared.domain.lead import Contact
from tests.destinations.salesforce.world import (
    CREATE,
    CrmFor,
    a_lead,
    deliver,
    error,
    only,
    question,
    refusal,
    says,
    upsert,
)
from tests.examples import CONTACT, LEAD_ID, interest


async def test_a_lead_is_created_with_all_there_is_and_our_id(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    upserted = await upsert(crm, None, interest(1, description="“Hello”\ntwo lines 🙂"))
    record = upserted.record

    [(what, body, headers)] = server.requests
    assert what == "POST Lead"
    assert body == {
        "FirstName": "Zoë",
        "LastName": 'O"Hara\\',
        "Email": CONTACT.email,
        "Phone": CONTACT.phone,
        "Country": "DE",
        "Company": CONTACT.company,
        "Title": CONTACT.title,
        "Description": body["Description"],
        "Status": "Open - Not Contacted",
        "LeadSource": "Marketplace",
        "OwnerId": QUEUE,
        ID_FIELD: LEAD_ID,
    }
    assert body["Description"].startswith("Microsoft marketplace: Get it now, Things")
    assert "“Hello”\ntwo lines 🙂" in body["Description"]
    assert headers["sforce-auto-assign"] == "FALSE"
    assert headers["sforce-duplicate-rule-header"] == "allowSave=true"
    assert record.id == only(server).record_id
    assert record.url == f"{server.url}/{record.id}"
    assert record.baseline == {"Status": "Open - Not Contacted", "owner": QUEUE}
    assert upserted.created
    assert upserted.holds == {"submission-1"}
    assert upserted.remarks == ()


async def test_without_an_owner_of_ours_the_orgs_assignment_rule_gives_one(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    await deliver(crm_for(SALESFORCE_OWNER="", SALESFORCE_STATUS="", SALESFORCE_LEAD_SOURCE=""))

    [(_, body, headers)] = server.requests
    assert not body.keys() & {"OwnerId", "Status", "LeadSource"}
    assert headers["sforce-auto-assign"] == "TRUE"


async def test_an_assignment_rule_can_be_named_beside_an_owner(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    await deliver(crm_for(SALESFORCE_ASSIGNMENT="01Q000000000001AAA"))

    assert server.requests[0][2]["sforce-auto-assign"] == "01Q000000000001AAA"


@pytest.mark.parametrize(
    ("contact", "last_name", "company"),
    [
        (Contact(email="zoe@fabrikam.example"), "zoe@fabrikam.example", "[not provided]"),
        (Contact(), "[not provided]", "[not provided]"),
        (Contact(last_name="Vogel", company="Fabrikam"), "Vogel", "Fabrikam"),
    ],
)
async def test_required_fields_are_never_empty(
    server: SalesforceServer, crm: SalesforceCrm, contact: Contact, last_name: str, company: str
) -> None:
    await deliver(crm, a_lead(contact))

    values = only(server).values
    assert (values["last_name"], values["company"]) == (last_name, company)


async def test_what_is_too_long_is_cut_with_a_remark_and_stands_whole_in_the_description(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    company, first_name = "ü" * 300, "🙂" * 41
    given = a_lead(replace(CONTACT, company=company, first_name=first_name))
    upserted = await upsert(crm, given)

    seen = only(server)
    assert seen.values["company"] == "ü" * 254 + "…"
    assert upserted.remarks == (
        "FirstName cut to 40 characters",
        "Company cut to 255 characters",
    )
    assert f"Company as given: {company}" in seen.description
    assert f"First name as given: {first_name}" in seen.description


@pytest.mark.parametrize(
    ("ours", "theirs", "most"),
    [("email", "Email", 80), ("phone", "Phone", 40), ("country", "Country", 80)],
)
async def test_an_address_a_number_and_a_country_are_left_out_rather_than_cut(
    server: SalesforceServer, crm: SalesforceCrm, ours: str, theirs: str, most: int
) -> None:
    long = f"{'z' * most}@fabrikam.example"
    upserted = await upsert(crm, a_lead(replace(CONTACT, **{ours: long})))

    seen = only(server)
    assert seen.values[ours] == ""
    assert f"{LABELS[ours]} as given: {long}" in seen.description
    assert upserted.remarks == (f"{theirs} left out: longer than {most} characters",)


async def test_a_very_long_text_is_cut_and_keeps_its_mark(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm, None, interest(1, description="x\n" * 16_000))
    await crm.note(a_lead(), record, interest(2, description="y\n" * 16_000))

    [note] = only(server).notes
    for text, number in ((only(server).description, 1), (note, 2)):
        assert len(text) == 32_000
        assert text.endswith(f"…\n\n[submission submission-{number}]")


async def test_a_status_that_can_not_be_read_back_is_no_fault_of_the_create(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.meanwhile["GET"] = lambda: server.faults.append(Fault.HTML)

    record = await deliver(crm)
    server.sales_owns(record.id, SALES, "Working - Contacted")

    assert record.id == only(server).record_id
    assert record.baseline == {}
    assert await crm.follow_ups([question(record)]) == {}, "nobody knows what it was before"


@pytest.mark.parametrize("none", ["none", "None"])
async def test_without_a_placeholder_a_person_has_no_company(
    server: SalesforceServer, crm_for: CrmFor, none: str
) -> None:
    server.required.remove("Company")
    crm = crm_for(SALESFORCE_COMPANY_PLACEHOLDER=none)

    await deliver(crm, a_lead(Contact(first_name="Zoë")))
    await deliver(crm, a_lead(Contact(last_name="O'Hara", company="Fabrikam"), "2" * 32))

    (_, person, _), (_, employee, _) = server.requests
    assert (person["LastName"], "Company" in person) == ("[not provided]", False)
    assert (employee["LastName"], employee["Company"]) == ("O'Hara", "Fabrikam")


@pytest.mark.parametrize("code", ["FIELD_CUSTOM_VALIDATION_EXCEPTION", "FIELD_INTEGRITY_EXCEPTION"])
async def test_a_placeholder_that_the_org_refuses_is_a_fault_of_the_settings(
    server: SalesforceServer, crm: SalesforceCrm, code: str
) -> None:
    server.faults_at[CREATE] = says([error(code, "Say which company", "Company")])

    told = await refusal(crm, a_lead(Contact(last_name="O'Hara")))

    assert isinstance(told, CrmSettingsError)
    assert str(told).endswith(": correct SALESFORCE_COMPANY_PLACEHOLDER")
