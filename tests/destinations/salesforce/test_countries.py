"""Countries as the org wants them, never cut, and told in words where nobody knows them."""

from dataclasses import replace

import pytest

from local.fakes.salesforce import SalesforceServer
from shared.domain.errors import CrmSettingsError
from tests.destinations.salesforce.world import (
    CREATE,
    UPDATE,
    CrmFor,
    a_lead,
    deliver,
    error,
    only,
    says,
    upsert,
)
from tests.examples import CONTACT, interest

CODES = {"SALESFORCE_COUNTRY_FIELD": "CountryCode"}


@pytest.mark.parametrize(
    ("settings", "given", "field", "sent"),
    [
        ({}, "USA", "Country", "USA"),
        ({"SALESFORCE_COUNTRY": "as_given"}, "Deutschland!", "Country", "Deutschland!"),
        ({"SALESFORCE_COUNTRY": "iso"}, "USA", "Country", "US"),
        ({"SALESFORCE_COUNTRY": "name"}, "de", "Country", "Germany"),
        (CODES, "USA", "CountryCode", "US"),
        (CODES, "United Kingdom", "CountryCode", "GB"),
        (CODES | {"SALESFORCE_COUNTRY": "name"}, "DEU", "CountryCode", "DE"),
    ],
)
async def test_a_country_is_written_as_the_settings_say(
    server: SalesforceServer,
    crm_for: CrmFor,
    settings: dict[str, str],
    given: str,
    field: str,
    sent: str,
) -> None:
    server.custom_fields.add("CountryCode")

    new = await upsert(crm_for(**settings), a_lead(replace(CONTACT, country=given)))

    body = server.requests[0][1]
    assert {n: v for n, v in body.items() if n.startswith("Country")} == {field: sent}
    assert "Country" not in body["Description"]
    assert new.remarks == ()


async def test_a_country_that_nobody_knows_is_left_out_and_told(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    server.custom_fields.add("CountryCode")
    crm = crm_for(**CODES)
    new = await upsert(crm, a_lead(replace(CONTACT, country="Freedonia, the free")))
    assert "CountryCode" not in server.requests[0][1]
    told = "Country as given: Freedonia, the free"
    assert told in only(server).description
    assert new.remarks == ("CountryCode left out: not a country that we know",)

    contact = replace(CONTACT, country="Sylvania")
    said = interest(2)
    said = replace(said, submission=replace(said.submission, contact=contact))
    again = await upsert(crm, a_lead(contact), said, record=new.record, fields={"country"})
    await crm.note(a_lead(contact), again.record, said)

    assert again.remarks == new.remarks
    [note] = only(server).notes
    assert "Country as given: Sylvania" in note


async def test_a_country_that_the_orgs_list_lacks_does_not_cost_the_lead(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    server.custom_fields.add("CountryCode")
    server.picklists["CountryCode"] = ["US"]

    await deliver(crm_for(**CODES))

    assert "Country as given, not accepted by Salesforce: DE" in only(server).description


PROBLEM = "FIELD_INTEGRITY_EXCEPTION"


@pytest.mark.parametrize("settings", [{}, CODES])
@pytest.mark.parametrize(
    "named",
    [
        ["Country"],
        ["CountryCode"],
        ["COUNTRY"],
        ["Country", "CountryCode"],
        ["State"],
        ["StateCode"],
        ["Address"],
    ],
)
async def test_a_country_is_left_out_by_whatever_part_of_an_address_it_is_refused(
    server: SalesforceServer, crm_for: CrmFor, settings: dict[str, str], named: list[str]
) -> None:
    server.custom_fields.add("CountryCode")
    server.faults_at[CREATE] = says([error(PROBLEM, "There's a problem with this country", *named)])

    new = await upsert(crm_for(**settings))

    field = settings.get("SALESFORCE_COUNTRY_FIELD", "Country")
    assert new.remarks == (f"{field} left out: not accepted by Salesforce",)
    assert "Country as given, not accepted by Salesforce: DE" in only(server).description


async def test_a_new_country_that_the_state_does_not_fit_stays_in_the_note(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    crm, moved = crm_for(), a_lead(replace(CONTACT, country="AT"))
    record = await deliver(crm)
    server.faults_at[UPDATE] = says([error(PROBLEM, "doesn't recognize the state", "StateCode")])

    updated = await upsert(crm, moved, interest(2), record=record, fields={"country"})

    assert updated.remarks == ("Country left out: not accepted by Salesforce",)
    assert only(server).values["country"] == "DE"


async def test_a_state_of_the_settings_is_at_fault_itself(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    server.custom_fields.add("State")
    server.faults_at[CREATE] = says([error(PROBLEM, "no", "State")])

    with pytest.raises(CrmSettingsError, match=r"\(State\): correct the setting"):
        await deliver(crm_for(SALESFORCE_FIELDS='{"State": "Bavaria"}'))
