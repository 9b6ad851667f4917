"""Countries as the org wants them, never cut, and told in words where nobody knows them."""

from dataclasses import replace

import pytest

from local.fakes.salesforce import SalesforceServer
from tests.destinations.salesforce.world import CrmFor, a_lead, deliver, only, upsert
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
