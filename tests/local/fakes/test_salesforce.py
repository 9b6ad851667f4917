"""The fake Salesforce refuses what orgs refuse, in their words and shapes."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from local.fakes.salesforce import SalesforceServer
from local.fakes.salesforce.org import US, ValidationRule
from shared.destinations.http.client import certificates

SOBJECTS = "/services/data/v68.0/sobjects"
LEAD = {"LastName": "O'Hara", "Company": "Fabrikam"}


@pytest.fixture
async def server() -> AsyncIterator[SalesforceServer]:
    async with SalesforceServer().running() as running:
        yield running


@pytest.fixture
async def client(server: SalesforceServer) -> AsyncIterator[httpx.AsyncClient]:
    server.tokens.add("t")
    headers = {"Authorization": "Bearer t"}
    async with httpx.AsyncClient(
        base_url=server.url + SOBJECTS, headers=headers, verify=certificates()
    ) as opened:
        yield opened


async def refusal(client: httpx.AsyncClient, table: str, **values: str) -> dict[str, Any]:
    answer = await client.post(f"/{table}", json=values)
    assert answer.status_code == 400
    [told] = answer.json()
    return dict(told)


@pytest.mark.parametrize(
    ("field", "value", "taken"),
    [("CountryCode", "USA", "US"), ("Country", "USA", "United States"), ("Country", "DE", "")],
)
async def test_where_country_picklists_are_on_only_what_they_list_is_taken(
    server: SalesforceServer, client: httpx.AsyncClient, field: str, value: str, taken: str
) -> None:
    server.country_picklists = True

    told = await refusal(client, "Lead", **LEAD, **{field: value})

    assert told["errorCode"] == "FIELD_INTEGRITY_EXCEPTION"
    assert told["fields"] == [field]
    await client.post("/Lead", json={**LEAD, field: taken})
    [row] = server.live("Lead")
    if taken:
        assert (row["Country"], row["CountryCode"]) == ("United States", "US")


async def test_a_code_is_no_field_where_they_are_off(client: httpx.AsyncClient) -> None:
    told = await refusal(client, "Lead", **LEAD, CountryCode="DE")

    assert told["errorCode"] == "INVALID_FIELD"


async def test_a_validation_rule_names_its_field_and_quotes_the_value(
    server: SalesforceServer, client: httpx.AsyncClient
) -> None:
    server.validation_rules.append(
        ValidationRule(
            message="{Phone} is not a number that we dial",
            breaks=lambda row: row.get("Phone") and not row["Phone"].startswith("+"),
            field="Phone",
        )
    )

    told = await refusal(client, "Lead", **LEAD, Phone="030 1234567")

    assert told == {
        "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "message": "030 1234567 is not a number that we dial",
        "fields": ["Phone"],
    }
    assert (await client.post("/Lead", json=LEAD)).status_code == 201


async def test_a_refused_create_may_come_with_201(
    server: SalesforceServer, client: httpx.AsyncClient
) -> None:
    server.says_no_with_201 = True

    answer = await client.post("/Lead", json={"LastName": "O'Hara"})

    assert answer.status_code == 201
    told = answer.json()
    assert (told["id"], told["success"]) == (None, False)
    assert told["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert server.live("Lead") == []


async def test_tasks_go_neither_to_a_converted_lead_nor_to_a_contact_that_is_gone(
    server: SalesforceServer, client: httpx.AsyncClient
) -> None:
    lead = server.insert("Lead", LEAD, US)["Id"]
    server.sales_converts(lead)
    contact = server.tables["Lead"][lead]["ConvertedContactId"]
    assert (await client.post("/Task", json={"WhoId": contact})).status_code == 201

    server.sales_deletes_contact(contact)

    told = await refusal(client, "Task", WhoId=lead)
    assert told["errorCode"] == "CANNOT_UPDATE_CONVERTED_LEAD"
    told = await refusal(client, "Task", WhoId=contact)
    assert told["errorCode"] == "ENTITY_IS_DELETED"
    assert server.live("Task") == []


async def test_a_task_does_not_go_to_a_deleted_lead(
    server: SalesforceServer, client: httpx.AsyncClient
) -> None:
    lead = server.insert("Lead", LEAD, US)["Id"]
    server.sales_deletes(lead)

    assert (await refusal(client, "Task", WhoId=lead))["errorCode"] == "ENTITY_IS_DELETED"
