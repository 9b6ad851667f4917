"""The publisher's custom fields of new leads."""

import json
from dataclasses import replace

from local.fakes.salesforce import SalesforceServer
from local.fakes.salesforce.org import SALES
from shared.domain.errors import CrmSettingsError
from shared.domain.lead import Contact
from tests.destinations.salesforce.world import (
    CREATE,
    NEW_PHONE,
    CrmFor,
    a_lead,
    deliver,
    error,
    only,
    refusal,
    says,
    upsert,
)
from tests.examples import CONTACT, interest

PRODUCT = {"of": "{offer}", "values": {"THINGS": "Things Pro"}, "else": "Other"}


async def test_own_fields_are_filled_from_the_lead_on_create(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    server.custom_fields |= {"Offer__c", "From__c"}
    crm = crm_for(SALESFORCE_FIELDS='{"Offer__c": "{offer_title} ({country})", "From__c": "MP"}')

    await deliver(crm)

    assert server.requests[0][1]["Offer__c"] == "Things (DE)"
    assert server.requests[0][1]["From__c"] == "MP"


async def test_constants_of_any_type_and_choices_are_sent_as_they_are(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    own = {"Hot__c": False, "Score__c": 0, "Share__c": 2.5, "Product__c": PRODUCT}
    server.custom_fields |= own.keys()

    upserted = await upsert(crm_for(SALESFORCE_FIELDS=json.dumps(own)))

    [(_, body, _)] = server.requests
    assert {name: body[name] for name in own} == own | {"Product__c": "Things Pro"}
    assert body["Hot__c"] is False
    assert upserted.remarks == ()


async def test_a_choice_without_a_value_is_left_out_with_a_remark(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    server.custom_fields.add("Region__c")
    own = {"Region__c": {"of": "{country}", "values": {"US": "Americas"}}}

    upserted = await upsert(crm_for(SALESFORCE_FIELDS=json.dumps(own)))

    assert "Region__c" not in server.requests[0][1]
    assert upserted.remarks == ("Region__c left out: the setting has no value",)


async def test_leads_wait_while_a_picklist_lacks_a_value_of_the_settings(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    server.custom_fields.add("Product__c")
    server.picklists["Product__c"] = ["Other"]

    told = await refusal(crm_for(SALESFORCE_FIELDS=json.dumps({"Product__c": PRODUCT})))

    assert type(told) is CrmSettingsError
    assert str(told) == (
        "400 INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: Product__c: bad value for restricted picklist"
        " field: … (Product__c): correct the setting that gives this value"
    )


async def test_leads_wait_while_an_address_of_the_publisher_is_none(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    told = await refusal(crm_for(SALESFORCE_FIELDS='{"Email": "none at all"}'))

    assert isinstance(told, CrmSettingsError)
    assert "400 INVALID_EMAIL_ADDRESS: Email: invalid email address: … (Email)" in str(told)


async def test_a_contact_field_that_the_publisher_fills_is_theirs_and_ours_stands_described(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    countries = {"of": "{country}", "values": {"DE": "Germany", "AT": "Austria"}}
    crm = crm_for(SALESFORCE_FIELDS=json.dumps({"Country": countries, "Title": "Mx"}))

    record = await deliver(crm)
    assert only(server).values["country"] == "Germany"
    assert only(server).values["title"] == "Mx"
    assert (
        f"\nCountry as given: DE\nJob title as given: {CONTACT.title}\n" in only(server).description
    )

    changed = a_lead(replace(NEW_PHONE, country="AT", title="Boss"))
    again = await upsert(crm, changed, record=record, fields={"phone", "country", "title"})

    assert server.requests[-1][1] == {"Phone": NEW_PHONE.phone}
    assert again.remarks == ()


async def test_a_contact_field_of_the_publisher_stays_as_it_is_on_a_lead_that_was_found(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    crm = crm_for(SALESFORCE_FIELDS='{"Title": "Mx"}')
    record = await deliver(crm, a_lead(replace(CONTACT, phone="")))
    server.sales_corrects(record.id, "title", "")

    await deliver(crm, uncertain=True)

    assert server.requests[-1][1] == {"Phone": CONTACT.phone}


async def test_a_contact_field_whose_choice_has_no_value_is_not_filled_from_the_contact(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    own = {"Country": {"of": "{country}", "values": {"US": "USA"}}, "LastName": "{title}"}
    given = a_lead(Contact(last_name="O'Hara", country="DE"))

    upserted = await upsert(crm_for(SALESFORCE_FIELDS=json.dumps(own)), given)

    seen = only(server)
    assert (seen.values["country"], seen.values["last_name"]) == ("", "[not provided]")
    assert "\nLast name as given: O'Hara\nCountry as given: DE\n" in seen.description
    assert upserted.remarks == ("Country left out: the setting has no value",)


async def test_an_own_value_is_cut_to_the_length_of_a_field_that_we_know(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    own = json.dumps({"Title": "{offer_title}"})
    said = interest(1)
    said = replace(said, submission=replace(said.submission, offer_title="T" * 200))

    upserted = await upsert(crm_for(SALESFORCE_FIELDS=own), None, said)

    assert only(server).values["title"] == "T" * 127 + "…"
    assert upserted.remarks == ("Title cut to 128 characters",)


async def test_an_owner_by_choice_wins_over_the_setting_and_keeps_assignment_rules_off(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    owners = {"of": "{country}", "values": {"DE": SALES}}
    own = json.dumps({"OwnerId": owners})
    await deliver(crm_for(SALESFORCE_FIELDS=own))
    assert server.requests[-1][2]["sforce-auto-assign"] == "FALSE"
    assert only(server).owner == SALES

    elsewhere = a_lead(replace(CONTACT, country="US"), "c1" * 16)
    await deliver(crm_for(SALESFORCE_FIELDS=own, SALESFORCE_OWNER=""), elsewhere)

    assert server.requests[-1][2]["sforce-auto-assign"] == "TRUE"


async def test_an_own_field_may_be_named_in_any_case(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    crm = crm_for(SALESFORCE_FIELDS='{"phone": "{phone_e164}", "TITLE": "Mx"}')

    await deliver(crm)

    [(_, body, _)] = server.requests
    assert (body["Phone"], body["Title"]) == ("+4930123456", "Mx")
    assert not body.keys() & {"phone", "TITLE"}


async def test_an_own_field_that_is_refused_by_its_name_in_another_case_is_left_out(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    server.custom_fields.add("firm__C")
    refused = error("STRING_TOO_LONG", "data value too large", "Firm__c")
    server.faults_at[CREATE] = says([refused])

    upserted = await upsert(crm_for(SALESFORCE_FIELDS='{"firm__C": "{company}"}'))

    assert upserted.remarks == ("firm__C left out: not accepted by Salesforce",)


async def test_the_check_finds_own_fields_in_any_case(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    server.custom_fields.add("Firm__c")

    results = await crm_for(SALESFORCE_FIELDS='{"firm__C": "{company}"}').check()

    assert [result.what for result in results if not result.ok] == []
