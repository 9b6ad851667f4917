"""A refused value is left out and told, a wrong setting makes leads wait, the rest is parked."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from starlette.responses import JSONResponse

from local.fakes.hubspot import HubspotServer, error
from local.fakes.server import Fault
from shared.destinations.hubspot.adapter import HubspotCrm
from shared.domain.errors import (
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmSettingsError,
    CrmUncertainError,
)
from tests.destinations.hubspot.world import (
    CREATE,
    FIRST,
    MISTYPED,
    MOVED,
    SECOND,
    WANTED,
    CrmFor,
    deliver,
    delivered,
    update_of,
)
from tests.examples import CONTACT, LEAD_ID
from tests.fakes import START


async def test_an_email_that_hubspot_refuses_leaves_the_contact_under_our_own_id(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    done = await delivered(crm, MISTYPED)

    [seen] = server.records()
    assert (seen.values["email"], seen.lead_id) == ("", LEAD_ID)
    assert seen.values["last_name"] == CONTACT.last_name
    assert "\nE-mail as given, not accepted by HubSpot: joe@contoso.con\n" in seen.description
    assert "Hello" in seen.description
    assert done.remarks == ("email left out: not accepted by HubSpot",)
    assert done.record.baseline["refused"] == "email"


@pytest.mark.parametrize("fault", [Fault.CUT_AFTER, Fault.NO_ID, Fault.UNAVAILABLE_AFTER])
async def test_a_contact_without_its_refused_email_is_found_again_by_our_id(
    server: HubspotServer, crm: HubspotCrm, fault: Fault
) -> None:
    server.faults_at[3] = fault  # look-up, property, create with the e-mail, create without
    with pytest.raises(CrmOutcomeUnknownError):
        await deliver(crm, MISTYPED)

    record = await deliver(crm, MISTYPED, uncertain=True)
    again = await deliver(crm, MISTYPED, SECOND, record=record)

    [seen] = server.records()
    assert record.id == again.id == seen.record_id
    assert ["Zwei" in note for note in seen.notes] == [True]


async def test_without_our_property_a_refused_email_and_a_lost_answer_are_for_a_person(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.unique.clear()
    server.faults_at[3] = Fault.CUT_AFTER
    with pytest.raises(CrmOutcomeUnknownError):
        await deliver(crm, MISTYPED)

    with pytest.raises(CrmUncertainError, match="marketplace_lead_id with unique values"):
        await deliver(crm, MISTYPED, uncertain=True)

    assert len(server.contacts) == 1


@pytest.mark.parametrize(
    "name", ["firstname", "lastname", "phone", "country", "company", "jobtitle"]
)
@pytest.mark.parametrize("code", ["INVALID_OPTION", "INVALID_ALPHA", "CONFLICTING_UNIQUE_VALUE"])
async def test_a_value_that_is_refused_on_create_is_told_in_the_message(
    server: HubspotServer, crm: HubspotCrm, name: str, code: str
) -> None:
    server.refuses = {name: code}

    done = await delivered(crm)

    [seen] = server.records()
    [contact] = server.contacts.values()
    assert name not in contact
    assert "as given, not accepted by HubSpot: " in seen.description
    assert "Hello" in seen.description
    assert done.remarks == (f"{name} left out: not accepted by HubSpot",)


async def test_whatever_is_refused_the_customer_is_a_contact(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    refused = ("firstname", "phone", "country", "company", "jobtitle", "message")
    server.refuses = dict.fromkeys(refused, "INVALID_ALPHA")

    first = replace(FIRST, submission=replace(FIRST.submission, contact=MISTYPED.contact))

    done = await delivered(crm, MISTYPED, first)

    [seen] = server.records()
    assert seen.values["last_name"] == CONTACT.last_name
    assert {remark.split()[0] for remark in done.remarks} == {*refused, "email"}
    assert done.holds == frozenset()
    [note] = seen.notes
    assert "Hello" in note
    assert f"Phone as given, not accepted by HubSpot: {CONTACT.phone}" in note
    assert "E-mail as given, not accepted by HubSpot: joe@contoso.con" in note


async def test_a_name_that_is_refused_has_another_in_its_place(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.refuses = {"firstname": "INVALID_ALPHA"}
    unnamed = replace(MISTYPED, contact=replace(MISTYPED.contact, last_name=""))

    await deliver(crm, unnamed)

    assert server.records()[0].values["last_name"] == "Marketplace lead"


async def test_a_value_that_is_refused_on_update_is_told_in_the_note(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    server.refuses = {"jobtitle": "INVALID_OPTION"}
    moved = replace(MOVED, contact=replace(MOVED.contact, phone="+49 1"))
    second = replace(SECOND, submission=replace(SECOND.submission, contact=moved.contact))

    done = await delivered(crm, moved, second, record=record)

    [seen] = server.records()
    assert (seen.values["title"], seen.values["phone"]) == (CONTACT.title, "+49 1")
    [note] = seen.notes
    assert "Zwei" in note
    assert "\nJob title as given, not accepted by HubSpot: CTO\n" in note
    assert "Phone as given" not in note
    assert done.remarks == ("jobtitle left out: not accepted by HubSpot",)
    assert done.record.baseline["refused"] == "jobtitle"

    server.refuses = {}
    again = await deliver(crm, moved, record=done.record)
    assert "refused" not in again.baseline
    assert server.records()[0].values["title"] == "CTO"


async def test_a_unique_value_of_another_contact_is_left_out_of_an_update(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    server.unique.add("phone")
    server.has(lastname="Other", phone="7, propertyName=email, value=x} on 1. 2 already")
    moved = replace(
        MOVED,
        contact=replace(MOVED.contact, phone="7, propertyName=email, value=x} on 1. 2 already"),
    )

    done = await delivered(crm, moved, SECOND, record=record)

    assert done.remarks == ("phone left out: not accepted by HubSpot",)
    assert server.records()[0].values["title"] == "CTO"


async def test_an_own_field_with_the_customers_words_is_left_out(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    server.refuses = {"product": "INVALID_OPTION"}

    done = await delivered(crm_for(HUBSPOT_FIELDS='{"product": "{company}"}'))

    assert done.remarks == ("product left out: not accepted by HubSpot",)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"HUBSPOT_LEAD_STATUS": "NEWISH"}, r"hs_lead_status \(INVALID_OPTION\).*_LEAD_STATUS"),
        ({"HUBSPOT_LIFECYCLE_STAGE": "Lead"}, r"lifecyclestage \(INVALID_OPTION\).*_STAGE"),
        ({"HUBSPOT_FIELDS": '{"colour": "{offer}"}'}, r"colour \(PROPERTY_DOESNT_EXIST\)"),
        (
            {"HUBSPOT_FIELDS": '{"num_contacted_notes": "{offer}"}'},
            r"num_contacted_notes \(READ_ONLY_VALUE\)",
        ),
        ({"HUBSPOT_FIELDS": '{"lifecyclestage": "leed"}'}, r"lifecyclestage \(INVALID_OPTION\)"),
        (
            {"HUBSPOT_FIELDS": '{"lifecyclestage": {"of": "{offer}", "values": {}, "else": "x"}}'},
            r"lifecyclestage \(INVALID_OPTION\)",
        ),
    ],
)
async def test_what_a_setting_names_and_the_account_lacks_waits_as_a_fault_of_settings(
    server: HubspotServer, crm_for: CrmFor, settings: Mapping[str, str], told: str
) -> None:
    with pytest.raises(CrmSettingsError, match=f"400 VALIDATION_ERROR: {told}"):
        await deliver(crm_for(now=START, **settings), MISTYPED)

    assert server.contacts == {}


async def test_a_property_that_the_account_no_longer_has_waits_on_updates_too(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    server.properties.remove("jobtitle")

    with pytest.raises(CrmSettingsError, match=r"jobtitle \(PROPERTY_DOESNT_EXIST\)"):
        await deliver(crm, MOVED, SECOND, record=record)


def required(*names: str) -> JSONResponse:
    listed = [{"isValid": False, "error": "REQUIRED_FIELD", "name": name} for name in names]
    return error(
        400, "VALIDATION_ERROR", f"Property values were not valid: \n\n{json.dumps(listed)}"
    )


def of_imports(*names: str) -> JSONResponse:
    context = {"CONTACT properties": [f"[{name}]" for name in names]}
    said = "Some required properties for CONTACT creates are missing"
    body = {"status": "error", "category": "VALIDATION_ERROR", "message": said, "context": context}
    return JSONResponse(body, 400)


def of_details(*names: str) -> JSONResponse:
    details = [
        {"message": "no", "code": "REQUIRED_FIELD", "context": {"propertyName": [name]}}
        for name in names
    ]
    body = {"status": "error", "category": "VALIDATION_ERROR", "message": "no", "errors": details}
    return JSONResponse(body, 400)


@pytest.mark.parametrize("say", [required, of_imports, of_details])
async def test_a_required_property_that_is_not_sent_is_named_however_it_is_told(
    server: HubspotServer, crm: HubspotCrm, say: Callable[..., JSONResponse]
) -> None:
    server.answers_at[CREATE] = say("industry", "region")

    with pytest.raises(CrmSettingsError, match=r"industry.*region.*HUBSPOT_FIELDS"):
        await deliver(crm)


async def test_a_required_property_is_a_fault_of_settings(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.required = {"industry"}

    with pytest.raises(CrmSettingsError, match=r"400 VALIDATION_ERROR: industry.*HUBSPOT_FIELDS"):
        await deliver(crm)


async def test_a_value_that_is_refused_and_required_parks_the_lead(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.required = {"country"}
    server.refuses = {"country": "INVALID_OPTION"}

    with pytest.raises(CrmRejectedError, match=r"country \(REQUIRED_FIELD\)"):
        await deliver(crm)


async def test_a_request_that_hubspot_does_not_understand_is_a_fault_of_the_version(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    said = "Invalid input JSON on line 1, column 2: Zoë is no field"
    server.answers_at[CREATE] = error(400, "VALIDATION_ERROR", said)

    with pytest.raises(CrmSettingsError, match="Invalid input JSON: check HUBSPOT_API_VERSION"):
        await deliver(crm)


async def test_any_other_refusal_parks_the_lead_in_hubspots_words(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    for call in (CREATE, update_of(record)):
        server.answers_at[call] = error(400, "VALIDATION_ERROR", "A rule refuses the record.")

    with pytest.raises(CrmRejectedError, match="400 VALIDATION_ERROR: A rule refuses the record"):
        await deliver(crm, MOVED, SECOND, record=record)
    with pytest.raises(CrmRejectedError, match="400 VALIDATION_ERROR: A rule refuses the record"):
        await deliver(crm, replace(WANTED, contact=replace(CONTACT, email="o@fabrikam.example")))


async def test_a_value_that_an_error_tells_is_no_name_of_a_property(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    details = [{"code": "INVALID_OPTION", "context": {"propertyValue": ["company"]}}]
    body = {"status": "error", "category": "VALIDATION_ERROR", "message": "No."}
    server.answers_at[CREATE] = JSONResponse({**body, "errors": details}, 400)

    with pytest.raises(CrmRejectedError, match=r"^400 VALIDATION_ERROR") as caught:
        await deliver(crm)

    assert "company" not in str(caught.value)
