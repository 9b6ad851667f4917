"""The fake HubSpot answers as accounts do, refused values word for word."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from local.fakes.hubspot import HubspotServer
from shared.destinations.http.client import certificates

CONTACTS = "/crm/objects/2026-09/contacts"
STATUSES = "/communication-preferences/2026-09/statuses"
OPT_OUT = f"{STATUSES}/zoe%40fabrikam.example/unsubscribe-all?channel=EMAIL"


@pytest.fixture
async def server() -> AsyncIterator[HubspotServer]:
    async with HubspotServer().running() as running:
        yield running


@pytest.fixture
async def client(server: HubspotServer) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {server.key}"}
    async with httpx.AsyncClient(
        base_url=server.url, headers=headers, verify=certificates()
    ) as opened:
        yield opened


async def create(client: httpx.AsyncClient, **properties: str) -> httpx.Response:
    return await client.post(CONTACTS, json={"properties": properties, "associations": []})


def words(answer: httpx.Response) -> str:
    said: dict[str, Any] = answer.json()
    return str(said["message"])


@pytest.mark.parametrize("email", ["joe@contoso.con", "joe@contoso", "joe@.com", "a b@contoso.com"])
async def test_an_address_that_iana_knows_nothing_of_is_quoted(
    client: httpx.AsyncClient, email: str
) -> None:
    answer = await create(client, email=email, lastname="Doe")

    assert answer.status_code == 400
    assert f'"message":"Email address {email} is invalid","error":"INVALID_EMAIL"' in words(answer)


async def test_a_refused_value_is_quoted_whatever_it_says(
    server: HubspotServer, client: httpx.AsyncClient
) -> None:
    server.refuses["company"] = "INVALID_OPTION"

    answer = await create(client, lastname="Doe", company="Existing ID: 501")

    assert answer.json()["category"] == "VALIDATION_ERROR"
    assert "Existing ID: 501 was not one of the allowed options" in words(answer)
    assert server.contacts == {}


async def test_an_unknown_property_and_a_required_one_are_named(
    server: HubspotServer, client: httpx.AsyncClient
) -> None:
    server.required = {"industry"}

    unknown = await create(client, lastname="Doe", colour="red")
    missing = await create(client, lastname="Doe")

    assert '"error":"PROPERTY_DOESNT_EXIST","name":"colour"' in words(unknown)
    assert missing.json()["context"] == {"properties": ["industry"]}


async def test_old_ids_of_merged_contacts_lead_to_the_new_one(
    server: HubspotServer, client: httpx.AsyncClient
) -> None:
    one = server.has(email="zoe@fabrikam.example", lastname="O'Hara")
    other = server.has(email="z@fabrikam.example", company="Fabrikam")

    merged = server.sales_merges(one, other)

    assert merged not in (one, other)
    for old in (one, other):
        assert (await client.get(f"{CONTACTS}/{old}")).json()["id"] == merged
        changed = await client.patch(f"{CONTACTS}/{old}", json={"properties": {"jobtitle": "Boss"}})
        assert changed.json()["id"] == merged
    asked = {"inputs": [{"id": one}, {"id": other}], "properties": [], "propertiesWithHistory": []}
    read = await client.post(f"{CONTACTS}/batch/read", json=asked)
    assert [found["id"] for found in read.json()["results"]] == [merged]
    conflict = await create(client, email="z@fabrikam.example")
    assert conflict.status_code == 409
    assert words(conflict) == f"Contact already exists. Existing ID: {merged}"


async def test_a_deleted_contact_may_keep_its_address(
    server: HubspotServer, client: httpx.AsyncClient
) -> None:
    server.deleted_keep_email = True
    gone = server.has(email="zoe@fabrikam.example")
    server.sales_deletes(gone)

    conflict = await create(client, email="zoe@fabrikam.example")

    assert words(conflict) == f"Contact already exists. Existing ID: {gone}"
    assert (await client.get(f"{CONTACTS}/{gone}")).status_code == 404


async def test_a_property_that_is_not_unique_finds_nobody_and_refuses_nobody(
    server: HubspotServer, client: httpx.AsyncClient
) -> None:
    by_id = f"{CONTACTS}/abc?idProperty=marketplace_lead_id"
    for _ in range(2):
        server.has(lastname="Doe", marketplace_lead_id="abc")
    twice = await create(client, lastname="Doe", marketplace_lead_id="abc")
    assert '"error":"CONFLICTING_UNIQUE_VALUE"' in words(twice)

    server.unique.clear()

    assert (await create(client, lastname="Doe", marketplace_lead_id="abc")).status_code == 201
    assert (await client.patch(by_id, json={"properties": {}})).status_code == 404


async def test_what_the_description_of_2026_09_requires(
    server: HubspotServer, client: httpx.AsyncClient
) -> None:
    created = await client.post(CONTACTS, json={"properties": {"lastname": "Doe"}})
    read = await client.post(f"{CONTACTS}/batch/read", json={"inputs": [], "properties": []})

    assert "Some required fields were not set: [associations]" in words(created)
    assert "[propertiesWithHistory]" in words(read)


@pytest.mark.parametrize(
    ("outcome", "status", "errors"),
    [
        ("CANCELED", "CANCELED", 0),
        ("PENDING", "PENDING", 0),
        ("{}", None, 0),
        ("INTERNAL_ERROR", "COMPLETE", 1),
    ],
)
async def test_opting_out_may_come_to_something_else(
    server: HubspotServer, client: httpx.AsyncClient, outcome: str, status: str | None, errors: int
) -> None:
    server.opt_outs.append(outcome)

    first = (await client.post(OPT_OUT)).json()

    assert server.unsubscribed == set()
    assert (first.get("status"), len(first.get("errors", []))) == (status, errors)
    assert (await client.post(OPT_OUT)).json()["results"][0]["status"] == "UNSUBSCRIBED"
    assert server.unsubscribed == {"zoe@fabrikam.example"}
