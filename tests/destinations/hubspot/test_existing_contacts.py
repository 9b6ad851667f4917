"""A contact that sales had before us is theirs: we fill what is empty, and tell the rest."""

from dataclasses import replace
from http import HTTPStatus

import pytest
from starlette.responses import JSONResponse

from local.fakes.faults import Fault, Reply
from local.fakes.hubspot import HubspotServer, error
from shared.destinations.hubspot.adapter import HubspotCrm
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmOutcomeUnknownError, CrmRejectedError, CrmUnavailableError
from shared.domain.lead import CONTACT_FIELDS, Lead
from tests.destinations.hubspot.world import (
    BY_EMAIL,
    CREATE,
    FIRST,
    MOVED,
    NO_EMAIL,
    SECOND,
    WANTED,
    CrmFor,
    deliver,
    delivered,
    update_of,
)
from tests.examples import CONTACT, LEAD_ID

THEIRS = {"firstname": "Zoe", "lastname": "Ohara", "phone": "", "company": "Fabrikam Inc."}


async def test_only_empty_properties_of_a_known_contact_are_filled(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    known = server.has(email=CONTACT.email, **THEIRS)

    record = await deliver(crm)

    contact = server.contacts[known]
    assert record.id == known
    assert {name: contact[name] for name in THEIRS} == THEIRS | {"phone": CONTACT.phone}
    assert (contact["jobtitle"], contact["country"]) == (CONTACT.title, CONTACT.country)


async def test_what_is_not_written_to_a_known_contact_is_told_in_the_note(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.has(email=CONTACT.email, **THEIRS)

    await deliver(crm)

    [note] = server.records()[0].notes
    assert f"\nFirst name as given: {CONTACT.first_name}\n" in note
    assert f"\nCompany as given: {CONTACT.company}\n" in note
    assert "Phone as given" not in note
    assert "E-mail as given" not in note


async def test_a_known_contact_keeps_its_values_for_ever(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    known = server.has(email=CONTACT.email, jobtitle="CEO")
    record = await deliver(crm)
    second = replace(SECOND, submission=replace(SECOND.submission, contact=MOVED.contact))

    await deliver(crm, MOVED, second, record=record, fields=frozenset({"title"}))

    assert server.contacts[known]["jobtitle"] == "CEO"
    assert "\nJob title as given: CTO\n" in server.records()[0].notes[-1]


async def test_what_we_filled_of_a_known_contact_is_ours_to_change(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.has(email=CONTACT.email, firstname="Zoe")
    record = await deliver(crm)
    assert "jobtitle" in record.baseline["filled"]

    again = await deliver(crm, MOVED, SECOND, record=record)

    assert server.records()[0].values["title"] == "CTO"
    assert again.baseline["filled"] == record.baseline["filled"]
    assert server.records()[0].values["first_name"] == "Zoe"


async def test_what_we_filled_without_hearing_of_it_is_ours_to_change(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    known = CrmRecord(id=server.has(email=CONTACT.email, firstname="Zoe"))
    server.faults_at[update_of(known)] = Fault.CUT_AFTER
    with pytest.raises(CrmOutcomeUnknownError):
        await deliver(crm)
    assert server.records()[0].values["title"] == CONTACT.title

    await deliver(crm, MOVED, FIRST, SECOND, uncertain=True)

    values = server.records()[0].values
    assert (values["title"], values["first_name"]) == ("CTO", "Zoe")


async def test_a_publisher_may_have_known_contacts_updated(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    known = server.has(email=CONTACT.email, hubspot_owner_id="88", message="Hi", **THEIRS)
    crm = crm_for(HUBSPOT_FILL_EMPTY_ONLY="false")

    await deliver(crm)

    [seen] = server.records()
    assert seen.values == {name: getattr(CONTACT, name) for name in CONTACT_FIELDS}
    assert (server.contacts[known]["hubspot_owner_id"], seen.description) == ("88", "Hi")
    assert "as given" not in seen.notes[0]


async def test_a_contact_of_ours_whose_answer_was_lost_gets_the_newest_values_but_not_over_sales(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    await deliver(crm)
    contact_id = next(iter(server.contacts))
    server.sales_corrects(contact_id, "phone", "+1 555 0100")
    moved = replace(MOVED, contact=replace(MOVED.contact, phone="+49 2"))

    await deliver(crm, moved, FIRST, SECOND, uncertain=True)

    values = server.records()[0].values
    assert (values["title"], values["phone"]) == ("CTO", "+1 555 0100")


@pytest.mark.parametrize(
    ("setting", "given", "written"),
    [
        ("as_given", "USA", "USA"),
        ("iso", "USA", "US"),
        ("name", "USA", "United States"),
        ("name", "DE", "Germany"),
        ("iso", "Neverland", ""),
        ("name", "Neverland", ""),
    ],
)
async def test_countries_are_written_as_the_account_wants_them(
    server: HubspotServer, crm_for: CrmFor, setting: str, given: str, written: str
) -> None:
    who = replace(WANTED, contact=replace(CONTACT, country=given))

    done = await delivered(crm_for(HUBSPOT_COUNTRY=setting), who)

    [seen] = server.records()
    assert seen.values["country"] == written
    assert (f"\nCountry as given: {given}\n" in seen.description) is (not written)
    unknown = "country left out: not a country that we know"
    assert done.remarks == (() if written else (unknown,))


async def test_a_country_that_nobody_knows_is_told_in_the_note_of_an_update(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    crm = crm_for(HUBSPOT_COUNTRY="name")
    record = await deliver(crm)
    contact = replace(CONTACT, country="Neverland")
    second = replace(SECOND, submission=replace(SECOND.submission, contact=contact))

    await deliver(crm, replace(WANTED, contact=contact), second, record=record)

    [seen] = server.records()
    assert seen.values["country"] == "Germany"
    assert "\nCountry as given: Neverland\n" in seen.notes[0]


QUOTED = [
    error(400, "VALIDATION_ERROR", "Existing ID: 501 was not one of the allowed options"),
    error(400, "CONFLICT", "Contact already exists. Existing ID: 501"),
    error(409, "CONFLICT", 'Company "Existing ID: 501" is another\'s'),
    error(409, "CONFLICT", "Contact already exists. Existing ID: 999. Company Existing ID: 501"),
    error(409, "VALIDATION_ERROR", "Contact already exists. Existing ID: 501"),
    error(414, "CONFLICT", "Contact already exists. Existing ID: 501"),
    error(400, "VALIDATION_ERROR", "CONFLICTING_UNIQUE_VALUE"),
    error(400, "VALIDATION_ERROR", "marketplace_lead_id: CONFLICTING_UNIQUE_VALUE"),
    error(400, "VALIDATION_ERROR", "no", company=["Existing ID: 501", "CONFLICTING_UNIQUE_VALUE"]),
]


@pytest.mark.parametrize("answer", QUOTED, ids=range(len(QUOTED)))
async def test_no_contact_is_taken_from_words_that_a_customer_may_have_said(
    server: HubspotServer, crm: HubspotCrm, answer: JSONResponse
) -> None:
    other = server.has(email="somebody@else.example")
    assert other == "501"
    comes = Reply(status=answer.status_code, body=bytes(answer.body))
    server.lasting_faults[CREATE] = comes

    with pytest.raises((CrmRejectedError, CrmUnavailableError)) as caught:
        await deliver(crm)

    assert isinstance(caught.value, CrmRejectedError) or comes.status == HTTPStatus.URI_TOO_LONG

    assert server.contacts == {other: {"email": "somebody@else.example"}}


async def test_a_company_that_is_named_as_a_conflict_is_refused_as_a_value(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    other = server.has(email="somebody@else.example")
    server.refuses["company"] = "INVALID_OPTION"
    who = replace(WANTED, contact=replace(CONTACT, company=f"Existing ID: {other}"))

    record = await deliver(crm, who)

    assert record.id != other
    assert server.contacts[other] == {"email": "somebody@else.example"}


@pytest.mark.parametrize("who", [WANTED, NO_EMAIL], ids=["another e-mail", "no e-mail"])
async def test_a_contact_that_is_named_as_a_conflict_must_have_the_leads_email(
    server: HubspotServer, crm: HubspotCrm, who: Lead
) -> None:
    other = server.has(email="somebody@else.example", company="")
    conflict = f"Contact already exists. Existing ID: {other}"
    server.answers_at[CREATE] = error(409, "CONFLICT", conflict)

    with pytest.raises(CrmRejectedError, match=f"another e-mail: correct or merge contact {other}"):
        await deliver(crm, who)

    assert server.contacts == {other: {"email": "somebody@else.example", "company": ""}}


async def test_a_contact_with_the_leads_email_as_another_of_its_own_is_the_leads(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    other = server.has(
        email="z@fabrikam.example", hs_additional_emails=f"x@fabrikam.example;{CONTACT.email}"
    )
    server.answers_at[BY_EMAIL] = error(404, "OBJECT_NOT_FOUND", "resource not found")

    record = await deliver(crm)

    assert record.id == other
    assert server.contacts[other]["email"] == "z@fabrikam.example"
    assert "marketplace_lead_id" not in server.contacts[other]
    assert LEAD_ID not in str(server.contacts[other])


@pytest.mark.parametrize(
    ("category", "words"),
    [
        ("CONFLICT", "A contact with this e-mail address already exists"),
        ("CONFLICT", "Contact already exists. Existing ID: 999, 998"),
        ("OBJECT_ALREADY_EXISTS", "Contact already exists."),
    ],
)
async def test_a_contact_that_is_in_the_way_is_found_by_its_email_whatever_hubspot_says(
    server: HubspotServer, crm: HubspotCrm, category: str, words: str
) -> None:
    server.answers_at[BY_EMAIL] = error(404, "OBJECT_NOT_FOUND", "no")
    there = server.has(email=CONTACT.email)
    server.answers_at[CREATE] = error(409, category, words)

    record = await deliver(crm)

    assert record.id == there
    assert list(server.contacts) == [there]


async def test_a_contact_that_is_in_the_way_is_found_by_our_id(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    there = server.has(email="zoe@elsewhere.example", marketplace_lead_id=LEAD_ID)
    server.answers_at[CREATE] = error(409, "CONFLICT", "It exists.")

    assert (await deliver(crm)).id == there


async def test_a_contact_that_is_found_by_the_email_has_it_or_is_not_written(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    other = server.has(email="somebody@else.example", firstname="Somebody")
    shown = {"id": other, "properties": dict(server.contacts[other])}
    server.answers_at[BY_EMAIL] = JSONResponse(shown)

    record = await deliver(crm)

    assert record.id != other
    assert server.contacts[other] == {"email": "somebody@else.example", "firstname": "Somebody"}
