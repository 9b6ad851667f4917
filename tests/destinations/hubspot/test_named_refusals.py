"""Where HubSpot names what it refuses: in the details of an error, or in a list that is long."""

import json

import pytest
from starlette.responses import JSONResponse

from local.fakes.hubspot import HubspotServer, error
from shared.destinations.hubspot.adapter import HubspotCrm
from shared.destinations.hubspot.refusals import existing_id
from shared.domain.errors import CrmRejectedError
from tests.destinations.hubspot.world import CREATE, WANTED, deliver, delivered
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
