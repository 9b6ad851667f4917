"""The fake Marketo answers in Marketo's codes and words, with HTTP 200."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from local.fakes.marketo import MarketoServer
from shared.destinations.http.client import certificates

PERSON = {"email": "zoe@fabrikam.example", "lastName": "O'Hara"}


@pytest.fixture
async def server() -> AsyncIterator[MarketoServer]:
    async with MarketoServer().running() as running:
        yield running


@pytest.fixture
async def client(server: MarketoServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, verify=certificates()) as opened:
        token = (await login(server, opened))["access_token"]
        opened.headers["Authorization"] = f"Bearer {token}"
        yield opened


async def login(server: MarketoServer, client: httpx.AsyncClient) -> dict[str, Any]:
    asked = {
        "grant_type": "client_credentials",
        "client_id": server.settings()["MARKETO_CLIENT_ID"],
        "client_secret": server.client_secret,
    }
    answer = await client.get("/identity/oauth/token", params=asked)
    return dict(answer.json())


async def write(
    client: httpx.AsyncClient, person: dict[str, Any], action: str = "createOnly", **more: str
) -> dict[str, Any]:
    body = {"action": action, "lookupField": "email", "input": [person], **more}
    answer = await client.post("/rest/v1/leads.json", json=body)
    assert answer.status_code == 200
    return dict(answer.json())


def reasons(answer: dict[str, Any]) -> tuple[str, str]:
    [result] = answer["result"]
    assert (answer["success"], result["status"]) == (True, "skipped")
    [reason] = result["reasons"]
    return reason["code"], reason["message"]


@pytest.mark.parametrize(
    ("person", "refused", "code", "said"),
    [
        ({"colour": "red"}, "", "1006", "Field 'colour' not found"),
        ({"id": 7}, "", "1003", "Invalid value for field 'id'"),
        ({"phone": "'1005'"}, "1003", "1003", "Invalid value for field 'phone'"),
        (
            {"phone": "'1005'"},
            "1001",
            "1001",
            "Invalid value ''1005''. Required of type 'string'",
        ),
        ({"doNotCall": "yes"}, "", "1001", "Invalid value 'yes'. Required of type 'boolean'"),
    ],
)
async def test_a_person_is_skipped_with_the_field_or_the_value_named(
    server: MarketoServer,
    client: httpx.AsyncClient,
    person: dict[str, Any],
    refused: str,
    code: str,
    said: str,
) -> None:
    server.schema.refuses = dict.fromkeys(person, refused) if refused else {}

    assert reasons(await write(client, PERSON | person)) == (code, said)
    assert server.persons == {}


async def test_a_workspace_with_partitions_wants_one_that_we_may_write_to(
    server: MarketoServer, client: httpx.AsyncClient
) -> None:
    server.schema.partitions = {"Default", "EMEA"}

    assert reasons(await write(client, PERSON))[0] == "1009"
    assert reasons(await write(client, PERSON, partitionName="APAC")) == (
        "1008",
        "Access denied to partition 'APAC'",
    )
    assert (await write(client, PERSON, partitionName="EMEA"))["result"][0]["status"] == "created"
    moved = await write(client, PERSON, "updateOnly", partitionName="Default")
    assert reasons(moved)[0] == "1010"
    assert (await write(client, PERSON, "updateOnly"))["result"][0]["status"] == "updated"


async def test_a_daily_quota_ends(server: MarketoServer, client: httpx.AsyncClient) -> None:
    server.calls_left = 1

    first, second = await write(client, PERSON), await write(client, PERSON)

    assert first["success"]
    assert second["errors"] == [{"code": "607", "message": "Daily quota reached"}]


async def test_the_end_of_a_token_may_be_told_as_text(server: MarketoServer) -> None:
    server.tells_expiry_as_text = True
    async with httpx.AsyncClient(base_url=server.url, verify=certificates()) as client:
        assert (await login(server, client))["expires_in"] in ("3600", "3599")
