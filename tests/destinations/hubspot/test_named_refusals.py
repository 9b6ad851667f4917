"""Where HubSpot names what it refuses: in the details of an error, or in a list that is long."""

import json
import re

import pytest
from starlette.responses import JSONResponse

from local.fakes.hubspot import HubspotServer, error
from shared.destinations.hubspot.adapter import HubspotCrm
from shared.destinations.hubspot.refusals import existing_id, refused_properties
from shared.domain.errors import CrmRejectedError, CrmSettingsError
from tests.destinations.hubspot.world import CREATE, WANTED, CrmFor, deliver, delivered
from tests.examples import interest


def found_in(detail: dict[str, object]) -> JSONResponse:
    said = {"status": "error", "category": "VALIDATION_ERROR", "message": "no", "errors": [detail]}
    return JSONResponse(said, 400)


@pytest.mark.parametrize("detail", [{}, {"context": {}}, {"context": {"propertyName": []}}])
async def test_a_property_that_is_named_as_the_place_of_the_error_is_left_out(
    server: HubspotServer, crm: HubspotCrm, detail: dict[str, object]
) -> None:
    where: dict[str, object] = {"message": "no", "in": "phone", "code": "INVALID_PHONE"}
    server.answers_at[CREATE] = found_in(where | detail)

    done = await delivered(crm)

    assert done.remarks == ("phone left out: not accepted by HubSpot",)


@pytest.mark.parametrize(
    "name", ["PHONE", "Phone", " phone ", "properties.phone", "properties[Phone]"]
)
async def test_a_property_is_recognised_however_hubspot_spells_it(
    server: HubspotServer, crm: HubspotCrm, name: str
) -> None:
    why: dict[str, object] = {"message": "no", "code": "INVALID_PHONE"}
    listed = json.dumps([{"error": "INVALID_PHONE", "name": name}])
    for answer in (
        error(400, "VALIDATION_ERROR", f"Property values were not valid: {listed}"),
        found_in(why | {"in": name}),
        found_in(why | {"context": {"propertyName": name}}),
        found_in(why | {"context": {"properties": [name]}}),
        JSONResponse(said("VALIDATION_ERROR", context={"propertyName": [name]}), 400),
        JSONResponse(said("VALIDATION_ERROR", validationResults=json.loads(listed)), 400),
    ):
        server.contacts.clear()
        server.answers_at[CREATE] = answer

        done = await delivered(crm)

        assert done.remarks == ("phone left out: not accepted by HubSpot",)


def test_thousands_of_spaces_beside_a_name_are_read_at_once() -> None:
    spaces = " " * 10_000
    places = (f"{spaces}phone{spaces}[[", f"{spaces}[{spaces}phone{spaces}]{spaces}")
    faults = [{"in": place, "code": "INVALID_PHONE"} for place in places]

    found = refused_properties({"message": "no", "errors": faults}, {"phone"})

    assert found == {"phone": "INVALID_PHONE"}


def said(category: str, **more: object) -> dict[str, object]:
    return {"status": "error", "category": category, "message": "no", **more}


@pytest.mark.parametrize("name", ["Product", "hsPersona", "my-prop", "1st_choice", "prod.uct"])
async def test_a_property_that_does_not_exist_is_a_fault_of_the_settings_whatever_its_name(
    server: HubspotServer, crm_for: CrmFor, name: str
) -> None:
    crm = crm_for(HUBSPOT_FIELDS=json.dumps({name: "{offer}"}))
    why = {"error": "PROPERTY_DOESNT_EXIST", "name": name}
    listed = f"Property values were not valid: {json.dumps([why])}"
    server.answers_at[CREATE] = error(400, "VALIDATION_ERROR", listed)

    with pytest.raises(CrmSettingsError, match=rf": {re.escape(name)} \(PROPERTY_DOESNT_EXIST\)"):
        await deliver(crm)


@pytest.mark.parametrize(
    "body",
    [
        said("PROPERTY_DOESNT_EXIST"),
        said("VALIDATION_ERROR", subCategory="contacts.PROPERTY_DOESNT_EXIST"),
        said("VALIDATION_ERROR", errors=[{"code": "PROPERTY_DOESNT_EXIST"}]),
        said(
            "VALIDATION_ERROR", errors=[{"code": "PROPERTY_DOESNT_EXIST", "in": "Fabrikam, Inc."}]
        ),
        said("VALIDATION_ERROR", errors=[{"subCategory": "crm.READ_ONLY_VALUE", "in": "body"}]),
        said("VALIDATION_ERROR", validationResults=[{"error": "REQUIRED_FIELD", "name": "?"}]),
    ],
)
async def test_a_code_about_the_account_waits_wherever_it_stands(
    server: HubspotServer, crm: HubspotCrm, body: dict[str, object]
) -> None:
    server.answers_at[CREATE] = JSONResponse(body, 400)

    with pytest.raises(CrmSettingsError, match="correct HUBSPOT_FIELDS") as caught:
        await deliver(crm)

    assert "Fabrikam" not in str(caught.value)


async def test_a_place_that_is_no_property_parks_the_lead(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    where: dict[str, object] = {"message": "no", "in": "body", "code": "INVALID_JSON"}
    server.answers_at[CREATE] = found_in(where)

    with pytest.raises(CrmRejectedError, match="VALIDATION_ERROR"):
        await deliver(crm)


async def test_a_long_text_that_hubspot_quotes_in_its_refusal_is_left_out(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    said = interest(1, description="Открой, сезам! " * 1_000)
    why = {"isValid": False, "message": f"{said} is no", "error": "INVALID_STRING"}
    listed = json.dumps([why | {"name": "message"}])
    server.answers_at[CREATE] = error(
        400, "VALIDATION_ERROR", f"Property values were not valid: {listed}"
    )
    done = await delivered(crm, WANTED, said)

    assert "message left out: not accepted by HubSpot" in done.remarks


@pytest.mark.parametrize(("said", "found"), [("501", "501"), ("\u0665", ""), ("5, 6", "")])
def test_the_id_of_a_contact_that_is_in_the_way_is_of_plain_digits(said: str, found: str) -> None:
    told = {"message": f"Contact already exists. Existing ID: {said}", "category": "CONFLICT"}

    assert existing_id(told) == found
