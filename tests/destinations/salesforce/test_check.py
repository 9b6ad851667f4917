"""What ``leads check`` tells about an org."""

import json

from local.fakes.salesforce import SalesforceServer
from shared.destinations.salesforce.adapter import SalesforceCrm
from tests.destinations.salesforce.world import CrmFor


async def test_a_ready_org_passes_the_check_and_nothing_is_written(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    results = await crm.check()

    assert [result.what for result in results if not result.ok] == []
    assert {result.mend for result in results} == {""}
    assert len(results) == 9
    assert server.requests == []


async def test_the_check_names_all_that_is_missing_and_how_to_mend_it(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    server.unique = False
    server.hidden = {"HasOptedOutOfEmail"}
    server.required.add("Region__c")
    server.custom_fields.add("CountryCode")
    crm = crm_for(
        SALESFORCE_STATUS="Neu",
        SALESFORCE_OWNER="005000000000009AAA",
        SALESFORCE_CLOSED_TASK_STATUS="Erledigt",
    )

    mend = [result.mend for result in await crm.check() if not result.ok]

    for expected, told in zip(
        (
            "External ID, Unique",
            "HasOptedOutOfEmail",
            "Region__c in SALESFORCE_FIELDS",
            "SALESFORCE_COUNTRY_FIELD=CountryCode",
            "picklist Status",
            "SALESFORCE_CLOSED_TASK_STATUS",
            "SALESFORCE_OWNER",
        ),
        mend,
        strict=True,
    ):
        assert expected in told


async def test_the_check_tells_of_refused_credentials_and_of_objects_it_may_not_see(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    [login] = await crm_for(SALESFORCE_CLIENT_SECRET="wrong").check()
    assert not login.ok
    assert login.mend.startswith("login refused: invalid_client: ")
    assert "SALESFORCE_CLIENT_SECRET" in login.mend

    server.hidden = {"Id"}
    *_, tasks, owner = await crm_for().check()
    assert not tasks.ok
    assert not owner.ok
    assert tasks.mend.startswith("400 INVALID_FIELD")


async def test_the_check_tells_of_each_own_field_and_of_each_value_that_its_picklist_lacks(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    server.custom_fields |= {"Product__c", "Offer__c"}
    server.picklists |= {"Product__c": ["Pro", "Other"], "Rating__c": ["Hot"]}
    server.custom_fields.add("Rating__c")
    product = {"of": "{offer}", "values": {"a": "Pro", "b": "Basic"}, "else": "Other"}
    own = {"Product__c": product, "Rating__c": "hot", "Offer__c": "{offer}", "Gone__c": True}

    results = await crm_for(SALESFORCE_FIELDS=json.dumps(own)).check()

    told = {result.what: result.mend for result in results}
    mend = "create the field Gone__c on Lead, let the integration's user edit it, or correct"
    assert told["Gone__c of SALESFORCE_FIELDS is there and can be set"].startswith(mend)
    for name in ("Product__c", "Rating__c", "Offer__c"):
        assert told[f"{name} of SALESFORCE_FIELDS is there and can be set"] == ""
    values = {what: mend for what, mend in told.items() if " has the value " in what}
    assert values == {
        "Status has the value 'Open - Not Contacted'": "",
        "LeadSource has the value 'Marketplace'": "",
        "Product__c has the value 'Pro'": "",
        "Product__c has the value 'Basic'": (
            "add it to the picklist Product__c of Lead, or correct the setting"
        ),
        "Product__c has the value 'Other'": "",
        "Rating__c has the value 'hot'": (
            "add it to the picklist Rating__c of Lead, or correct the setting"
        ),
    }


async def test_several_values_of_a_picklist_that_takes_several_are_told_apart(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    server.custom_fields.add("Products__c")
    server.picklists["Products__c"] = ["Pro", "Basic"]
    server.several.add("Products__c")
    own = {"Products__c": {"of": "{offer}", "values": {"a": "Pro;Basic", "b": "Pro;Old"}}}

    results = await crm_for(SALESFORCE_FIELDS=json.dumps(own)).check()

    assert [result.what for result in results if not result.ok] == [
        "Products__c has the value 'Pro;Old'"
    ]


async def test_a_status_that_own_fields_give_is_checked_instead_of_the_settings(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    own = '{"Status": "Working - Contacted"}'

    results = await crm_for(SALESFORCE_FIELDS=own, SALESFORCE_STATUS="Neu").check()

    assert [result.what for result in results if not result.ok] == []


async def test_statuses_that_outcomes_are_named_for_must_exist(crm_for: CrmFor) -> None:
    ours = {"working - contacted": "meeting", "Bad Fit": "lost", "Gone": "none"}

    checked = await crm_for(SALESFORCE_OUTCOMES=json.dumps(ours)).check()

    [found] = [result for result in checked if not result.ok]
    assert found.what == "the statuses of SALESFORCE_OUTCOMES exist"
    assert found.mend.startswith("correct 'Bad Fit', 'Gone'; there are: 'Open - Not Contacted', ")
