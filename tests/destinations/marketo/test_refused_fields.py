"""A value that Marketo refuses is left out and told; what is not the customer's is a setting."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from starlette.responses import JSONResponse

from local.fakes.marketo import MarketoServer
from local.fakes.marketo.answers import skipped
from local.fakes.marketo.schema import ID_FIELD, INTERESTS
from local.fakes.server import Fault
from shared.destinations.http.texts import mark
from shared.destinations.marketo.adapter import MarketoCrm
from shared.domain.errors import CrmOutcomeUnknownError, CrmRejectedError, CrmSettingsError
from tests.destinations.marketo.world import CrmFor, a_lead, deliver, only, upsert
from tests.examples import CONTACT, LEAD_ID, interest

MESSAGES: Mapping[str, tuple[str, str]] = {
    "by its value": ("1001", "Invalid value '{value}'. Required of type 'text'"),
    "by its name": ("1001", "Invalid value '{value}'. Required of type '{name}'"),
    "too long": ("1077", "Value for field '{name}' exceeds max length"),
    "as a field": ("1003", "Field '{name}' is not valid: {value}"),
    "as an attribute": ("1003", "Invalid value for attribute '{name}'"),
    "unquoted": ("1003", "Invalid data for attribute {name}"),
    "in other quotes": ("1001", 'Invalid value "{value}". Required of type "{name}"'),
}
OPTIONAL = {
    "firstName": CONTACT.first_name,
    "lastName": CONTACT.last_name,
    "phone": CONTACT.phone,
    "country": CONTACT.country,
    "company": CONTACT.company,
    "title": CONTACT.title,
}


@pytest.mark.parametrize("told", MESSAGES)
async def test_a_new_person_is_made_without_a_value_that_is_refused(
    server: MarketoServer, crm: MarketoCrm, told: str
) -> None:
    code, message = MESSAGES[told]
    for name, value in OPTIONAL.items():
        server.persons.clear()
        server.answers.append(skipped(code, message.format(name=name, value=value)))
        upserted = await upsert(crm)

        [person] = server.persons.values()
        assert name not in person
        assert person.keys() >= OPTIONAL.keys() - {name}
        assert f"as given, not accepted by Marketo: {value}" in person[INTERESTS]
        assert mark(interest(1)) in person[INTERESTS]
        assert upserted.remarks == (f"{name} left out: not accepted by Marketo",)
        assert upserted.holds == frozenset({"submission-1"})


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("Value for field 'Title' exceeds max length", "title"),
        ("Value for field 'Job Title' exceeds max length", "title"),
        ("Invalid value for field 'COMPANY NAME'", "company"),
        ("Invalid data for attribute FirstName", "firstName"),
        ("Invalid value '…'. Required of type 'Phone'", "phone"),
    ],
)
async def test_a_field_is_known_in_any_case_and_by_its_label(
    server: MarketoServer, crm: MarketoCrm, message: str, name: str
) -> None:
    server.answers.append(skipped("1003", message))

    assert (await upsert(crm)).remarks == (f"{name} left out: not accepted by Marketo",)


async def test_the_field_whose_value_is_refused_is_not_one_that_is_called_as_its_type(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    server.schema.types["mobilePhone"] = "phone"
    crm = crm_for(MARKETO_FIELDS='{"mobilePhone": "of {company}"}')
    told = f"Invalid value 'of {CONTACT.company}'. Required of type 'phone'"
    server.answers.append(skipped("1001", told))

    assert (await upsert(crm)).remarks == ("mobilePhone left out: not accepted by Marketo",)


async def test_a_value_that_is_refused_and_then_required_parks_its_own_lead(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.answers.append(skipped("1003", "Invalid value for field 'phone'"))
    server.answers.append(skipped("1002", "Missing value for the required parameter 'Phone'"))

    with pytest.raises(CrmRejectedError, match="gave for phone is not accepted"):
        await deliver(crm)


@pytest.mark.parametrize("name", [*sorted(OPTIONAL.keys() - {"company"}), "email"])
async def test_an_update_is_made_without_a_value_that_is_refused(
    server: MarketoServer, crm: MarketoCrm, name: str
) -> None:
    record = await deliver(crm)
    refused = skipped("1001", f"Invalid value '…'. Required of type '{name}'")
    server.meanwhile.extend([lambda: None, lambda: server.answers.append(refused)])
    after = await upsert(crm, None, interest(2), record=record)
    await crm.note(a_lead(), after.record, interest(2))

    assert name not in server.bodies[-2]["input"][0]
    assert f"{name} left out: not accepted by Marketo" in after.remarks
    assert "as given, not accepted by Marketo: " in only(server).description
    assert mark(interest(2)) in only(server).description


async def test_several_values_are_left_out_one_after_another(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    names = ("phone", "country", "title")
    for name in names:
        server.answers.append(skipped("1001", f"Invalid value '…'. Required of type '{name}'"))
    upserted = await upsert(crm)

    assert {remark.partition(" ")[0] for remark in upserted.remarks} == set(names)
    assert only(server).values["last_name"] == CONTACT.last_name


async def test_values_that_are_refused_together_are_left_out_together(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    reasons = [
        {"code": "1001", "message": f"Invalid value '…'. Required of type '{name}'"}
        for name in ("phone", "title")
    ]
    answer = {"success": True, "result": [{"status": "skipped", "reasons": reasons}]}
    server.answers.append(JSONResponse(answer))
    await upsert(crm)

    assert (only(server).values["phone"], only(server).values["title"]) == ("", "")
    assert len(server.calls) == 2


async def test_an_e_mail_that_is_refused_leaves_our_id_to_recognise_the_person_by(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.creates_by_any_field = True
    refused = skipped("1003", "Field 'email' is not valid")
    server.answers.append(refused)
    server.faults.extend([Fault.NONE, Fault.NONE, Fault.CUT_AFTER])
    with pytest.raises(CrmOutcomeUnknownError):
        await deliver(crm)

    server.answers.append(refused)
    upserted = await upsert(crm, uncertain=True)

    assert only(server).values["email"] == ""
    assert only(server).lead_id == LEAD_ID
    assert f"E-mail as given, not accepted by Marketo: {CONTACT.email}" in only(server).description
    assert upserted.record.id == only(server).record_id


async def test_an_e_mail_that_is_refused_parks_the_lead_if_there_is_no_id(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    for told in ("Field 'email' is not valid", "Email address is invalid", "Invalid email: …"):
        server.answers.append(skipped("1003", told))
        with pytest.raises(CrmRejectedError, match="set MARKETO_ID_FIELD, then release"):
            await deliver(crm_for(MARKETO_ID_FIELD=""))

    assert server.records() == []


async def test_what_is_not_the_customers_is_never_left_out(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    for name in (ID_FIELD, INTERESTS, "leadStatus", "leadSource", "unsubscribed"):
        server.schema.refuses = {name: "1003"}
        with pytest.raises(CrmSettingsError, match=rf"\({name}\): correct the field in Marketo"):
            await deliver(crm, a_lead(asked=False))

    assert server.records() == []


async def test_an_own_field_with_the_customers_words_is_left_out_and_a_constant_is_not(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    server.schema.types |= {"who": "string", "kind": "string"}
    crm = crm_for(MARKETO_FIELDS=json.dumps({"who": "by {company}", "kind": "Marketplace"}))
    server.answers.append(skipped("1003", "Value for field 'who' exceeds max length"))
    upserted = await upsert(crm)
    assert upserted.remarks == ("who left out: not accepted by Marketo",)
    assert "who" not in server.bodies[-1]["input"][0]

    server.persons.clear()
    server.answers.append(skipped("1001", "Invalid value 'Marketplace'. Required of type 'score'"))
    with pytest.raises(CrmSettingsError, match=r"\(kind\): correct the field"):
        await deliver(crm)


async def test_a_field_is_never_found_in_the_customers_words(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    for message in (
        "Invalid data: phone",
        "Invalid data: Field 'phone' is not valid",
        f"Invalid value '{CONTACT.company}' for Field 'phone' is not valid",
        "Invalid value 'Field 'phone' is not valid'. Required of type 'text'",
        "Field 'region' is not valid",
        "",
    ):
        server.answers.append(skipped("1003", message))
        with pytest.raises(CrmRejectedError, match=r"^1003: ") as raised:
            await deliver(crm)

        assert type(raised.value) is CrmRejectedError
        assert server.records() == []


async def test_a_customer_who_is_called_as_a_field_loses_no_other_value(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    given = replace(CONTACT, title="x'. Required of type 'phone", first_name="phone")
    told = f"Invalid value '{given.title}'. Required of type 'text'"
    server.answers.append(skipped("1001", told))
    upserted = await upsert(crm, a_lead(given))

    assert upserted.remarks == ("title left out: not accepted by Marketo",)
    assert only(server).values["phone"] == CONTACT.phone
