"""What ``leads check`` tells."""

import json

import pytest
from starlette.responses import JSONResponse

from local.fakes.marketo import MarketoServer
from local.fakes.marketo.answers import done
from local.fakes.marketo.schema import INTERESTS
from shared.destinations.marketo.adapter import MarketoCrm
from tests.destinations.marketo.world import CrmFor


async def failing(crm: MarketoCrm) -> dict[str, str]:
    return {result.what: result.mend for result in await crm.check() if not result.ok}


async def test_a_check_of_an_instance_that_has_it_all_finds_nothing(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    results = await crm.check()

    assert all(result.ok and not result.mend for result in results)
    assert len(results) > 10
    assert server.records() == []


async def test_a_check_names_the_fields_that_are_missing(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    del server.schema.types[INTERESTS]
    own = '{"offer": "{offer}", "updatedAt": "now"}'
    found = await failing(crm_for(MARKETO_ID_FIELD="ourId", MARKETO_FIELDS=own))

    assert list(found) == [
        "field ourId can be written",
        f"field {INTERESTS} can be written",
        "field offer can be written",
        "field updatedAt can be written",
        "persons can be found by ourId",
    ]
    assert found["field offer can be written"].startswith("create the field offer (Admin, Field")


async def test_a_check_names_required_fields_that_nothing_fills(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    server.schema.types |= {"region": "string", "offer": "string"}
    described = server.schema.described()
    for field in described["fields"]:
        field["required"] = field["name"] in {"id", "lastName", "leadSource", "region", "offer"}
    server.answers.append(done(described))
    found = await failing(crm_for(MARKETO_FIELDS='{"offer": "{offer}"}'))

    assert list(found) == ["field region, which is required, is filled"]
    assert found.popitem()[1].startswith("set region in MARKETO_FIELDS, or make it optional")


@pytest.mark.parametrize(
    "described",
    [
        {"fields": None, "searchableFields": None},
        {"fields": {"name": "email"}, "searchableFields": {}},
        {"fields": ["email", None, {"name": None}], "searchableFields": ["email", [None], [[]]]},
    ],
)
async def test_an_odd_description_is_checked_as_one_without_fields(
    server: MarketoServer, crm: MarketoCrm, described: dict[str, object]
) -> None:
    server.answers.append(done(described))

    assert "field email can be written" in await failing(crm)


async def test_a_check_says_what_is_lost_without_fields_of_our_own(crm_for: CrmFor) -> None:
    found = await failing(crm_for(MARKETO_ID_FIELD="", MARKETO_INTEREST_FIELD=""))

    assert list(found) == ["MARKETO_ID_FIELD is set", "MARKETO_INTEREST_FIELD is set"]
    assert found["MARKETO_ID_FIELD is set"].endswith("leads without e-mail are parked")


async def test_a_check_tells_a_permission_that_is_missing(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.may_write = False
    found = await failing(crm)

    assert list(found) == ["persons can be written (603: Access denied)"]
    assert "Read-Write Lead" in next(iter(found.values()))


async def test_a_check_tells_wrong_credentials_and_a_wrong_address(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    for given in ({"MARKETO_CLIENT_ID": "wrong"}, {"MARKETO_URL": f"{server.url}/wrong"}):
        [(what, mend)] = (await failing(crm_for(None, **given))).items()
        assert what.startswith("Marketo answers, and persons can be read (")
        assert mend.startswith("check MARKETO_URL, MARKETO_CLIENT_ID and MARKETO_CLIENT_SECRET")


async def test_an_answer_of_nothing_is_checked_as_an_instance_without_fields(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.answers.append(JSONResponse({"success": True, "result": []}))

    assert "field email can be written" in await failing(crm)


async def test_a_check_tells_values_that_are_of_another_type_than_their_field(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    kinds = {"isPartner": "boolean", "weight": "integer", "budget": "currency", "offer": "string"}
    server.schema.types |= kinds
    right = {"isPartner": True, "weight": 20, "budget": 1.5, "offer": "{offer}"}
    assert await failing(crm_for(MARKETO_FIELDS=json.dumps(right))) == {}

    choice = {"of": "{offer}", "values": {"things": 1, "others": "many"}}
    wrong = {"isPartner": "true", "weight": True, "budget": choice}
    found = await failing(crm_for(MARKETO_FIELDS=json.dumps(wrong)))

    assert list(found) == [f"field {name} takes its values" for name in wrong]
    assert list(found.values()) == [
        'write "true" in MARKETO_FIELDS as JSON of the type boolean',
        "write true in MARKETO_FIELDS as JSON of the type integer",
        'write "many" in MARKETO_FIELDS as JSON of the type currency',
    ]


async def test_a_check_tells_a_field_of_interests_that_is_too_short(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.schema.types[INTERESTS] = "string"

    assert list(await failing(crm)) == [f"field {INTERESTS} takes long texts"]
