"""A field that Salesforce refuses by name is left out and told of, and the lead is delivered."""

import json
from dataclasses import replace

import pytest

from local.fakes.salesforce import SalesforceServer
from local.fakes.salesforce.org import ID_FIELD
from local.fakes.server import SeenRecord
from shared.destinations.http.texts import LABELS
from shared.destinations.salesforce.adapter import SalesforceCrm
from shared.domain.errors import CrmFieldsRefusedError, CrmRejectedError, CrmSettingsError
from shared.ports.crm import Upserted
from tests.destinations.salesforce.world import (
    CREATE,
    NEW_PHONE,
    UPDATE,
    CrmFor,
    a_lead,
    deliver,
    error,
    only,
    refusal,
    says,
    upsert,
)
from tests.examples import CONTACT, interest, lead

RULE = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
CODES = [
    "FIELD_INTEGRITY_EXCEPTION",
    "INVALID_EMAIL_ADDRESS",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    "STRING_TOO_LONG",
    RULE,
]
OURS = {
    "first_name": "FirstName",
    "email": "Email",
    "phone": "Phone",
    "country": "Country",
    "title": "Title",
}


@pytest.mark.parametrize(("ours", "theirs"), OURS.items())
async def test_a_refused_field_of_a_new_lead_is_told_in_its_description(
    server: SalesforceServer, crm: SalesforceCrm, ours: str, theirs: str
) -> None:
    for number, code in enumerate(CODES):
        server.faults_at[CREATE] = says([error(code, "no", theirs)])

        new = await upsert(crm, a_lead(lead_id=f"{number}" * 32))

        told_of_it(server.records()[-1], new, ours, theirs)


def told_of_it(seen: SeenRecord, new: Upserted, ours: str, theirs: str) -> None:
    """Assert that a field is told of instead of written, and no other."""
    given = getattr(CONTACT, ours)
    assert seen.values[ours] == ""
    assert f"\n{LABELS[ours]} as given, not accepted by Salesforce: {given}\n" in seen.description
    assert new.remarks == (f"{theirs} left out: not accepted by Salesforce",)
    assert new.holds == {"submission-1"}
    assert {n: v for n, v in seen.values.items() if n != ours} == {
        n: getattr(CONTACT, n) for n in seen.values if n != ours
    }


async def test_a_refused_field_of_an_update_is_told_in_the_note(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    said = interest(2)
    contact = replace(NEW_PHONE, email="zoë at fabrikam")
    said = replace(said, submission=replace(said.submission, contact=contact))

    updated = await upsert(crm, a_lead(contact), said, record=record, fields={"email", "phone"})
    await crm.note(a_lead(contact), updated.record, said)

    seen = only(server)
    assert (seen.values["email"], seen.values["phone"]) == (CONTACT.email, NEW_PHONE.phone)
    assert updated.remarks == ("Email left out: not accepted by Salesforce",)
    [note] = seen.notes
    assert "\nE-mail as given, not accepted by Salesforce: zoë at fabrikam\n" in note
    assert "zoë at fabrikam" not in str(updated)


async def test_a_refused_value_stays_told_until_a_field_takes_another_one(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    bad = replace(CONTACT, email="none")
    record = await deliver(crm, a_lead(bad))
    again = await deliver(crm, a_lead(bad), interest(2), record=record, fields=set())
    assert again.baseline["refused"] == "Email"

    good = await deliver(crm, None, interest(3), record=again, fields={"email"})

    assert only(server).values["email"] == CONTACT.email
    assert "refused" not in good.baseline


async def test_all_that_is_refused_one_after_the_other_is_left_out(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.faults_at |= {
        0: says([error("STRING_TOO_LONG", "no", "Title")]),
        1: says([error(RULE, "no", "Phone", "Country"), error("STRING_TOO_LONG", "no", "Email")]),
        2: says([error(RULE, "no", "LastName", "Company")]),
        3: says([error(RULE, "no", "Description")]),
    }

    new = await upsert(crm)

    assert server.requests[-1][1] == {
        "FirstName": CONTACT.first_name,
        "LastName": "[not provided]",
        "Company": "[not provided]",
        "OwnerId": server.settings()["SALESFORCE_OWNER"],
        "Status": "Open - Not Contacted",
        "LeadSource": "Marketplace",
        ID_FIELD: a_lead().lead_id,
    }
    assert new.holds == frozenset(), "it is noted instead"
    assert "Description left out: not accepted by Salesforce" in new.remarks
    await crm.note(a_lead(), new.record, interest(1))
    [note] = only(server).notes
    for label, given in {"Phone": CONTACT.phone, "Last name": CONTACT.last_name}.items():
        assert f"{label} as given, not accepted by Salesforce: {given}" in note


@pytest.mark.parametrize(
    ("code", "field", "cls"),
    [
        (RULE, "Region__c", CrmRejectedError),
        (RULE, "HasOptedOutOfEmail", CrmRejectedError),
        (RULE, ID_FIELD, CrmRejectedError),
        (RULE, "Status", CrmRejectedError),
        ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Status", CrmSettingsError),
        ("STRING_TOO_LONG", ID_FIELD, CrmSettingsError),
        ("MALFORMED_ID", "OwnerId", CrmSettingsError),
        ("INVALID_STATUS", "Status", CrmSettingsError),
        ("FIELD_NOT_UPDATABLE", "status", CrmSettingsError),
        ("TRANSFER_REQUIRES_READ", "OwnerId", CrmSettingsError),
        ("TRANSFER_REQUIRES_READ", "", CrmSettingsError),
        ("OP_WITH_INVALID_USER_TYPE_EXCEPTION", "OwnerId", CrmSettingsError),
        ("OP_WITH_INVALID_USER_TYPE_EXCEPTION", "", CrmSettingsError),
        ("INVALID_ASSIGNMENT_RULE", "", CrmSettingsError),
        ("MALFORMED_ID", "", CrmSettingsError),
        ("SOMETHING_NEW", "OwnerId", CrmSettingsError),
        ("SOMETHING_NEW", "Region__c", CrmRejectedError),
        ("SOMETHING_NEW", "", CrmRejectedError),
        (RULE, "", CrmRejectedError),
    ],
)
async def test_what_is_not_the_customers_is_never_left_out(
    server: SalesforceServer, crm: SalesforceCrm, code: str, field: str, cls: type[Exception]
) -> None:
    server.faults_at[CREATE] = says([error(code, "no", *filter(None, [field]))])

    told = await refusal(crm, lead())

    assert type(told) is cls
    assert len(server.calls) == 1
    assert server.records() == []


async def test_a_field_is_left_out_whatever_the_code_but_not_for_what_is_said_of_the_lead(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    for named, left_out in {"PHONE": ["Phone"], "Name": ["FirstName", "LastName"]}.items():
        server.faults_at[CREATE] = says([error("SOMETHING_NEW", "no", named)])
        new = await upsert(crm, a_lead(lead_id=left_out[0][0] * 32))
        remarks = tuple(f"{name} left out: not accepted by Salesforce" for name in left_out)
        assert new.remarks == remarks

    for code in ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "DUPLICATES_DETECTED"):
        server.faults_at[CREATE] = says([error(code, "no", "Phone")])
        assert type(await refusal(crm, a_lead(lead_id="b" * 32))) is CrmRejectedError


async def test_a_stand_in_that_is_refused_is_not_sent_again(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    refused = says([error(RULE, "no", "LastName")])
    server.faults_at |= {0: refused, 1: refused}

    told = await refusal(crm)

    assert isinstance(told, CrmRejectedError)
    assert not isinstance(told, CrmFieldsRefusedError)
    assert len(server.calls) == 2


async def test_a_field_that_is_refused_and_required_parks_the_lead(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.required.add("Phone")
    server.faults_at[CREATE] = says([error(RULE, "A German number is needed", "Phone")])

    told = await refusal(crm)

    assert type(told) is CrmRejectedError
    assert str(told).startswith("400 REQUIRED_FIELD_MISSING: ")
    assert str(told).endswith("; what the customer gave for Phone is not accepted")


async def test_an_own_field_that_the_customers_words_fill_is_left_out_too(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    server.custom_fields |= {"Firm__c", "From__c"}
    server.picklists["Firm__c"] = ["Contoso"]
    own = {"Firm__c": "{company}", "From__c": "Marketplace"}

    new = await upsert(crm_for(SALESFORCE_FIELDS=json.dumps(own)))

    assert server.requests[-1][1]["From__c"] == "Marketplace"
    assert "Firm__c" not in server.requests[-1][1]
    assert new.remarks == ("Firm__c left out: not accepted by Salesforce",)


async def test_an_update_of_which_nothing_is_accepted_is_delivered(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.faults_at[UPDATE] = says([error(RULE, "no", "Phone")])

    updated = await upsert(crm, a_lead(NEW_PHONE), interest(2), record=record, fields={"phone"})

    assert updated.record.id == record.id
    assert only(server).values["phone"] == CONTACT.phone


async def test_do_not_contact_is_set_though_a_field_beside_it_is_refused(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    changed = replace(lead(), contact=NEW_PHONE)
    server.faults_at[UPDATE] = says([error(RULE, "no", "Phone")])

    await deliver(crm, changed, record=record, fields={"phone"})

    assert only(server).do_not_contact
