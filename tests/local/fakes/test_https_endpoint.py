"""The fake receiver keeps to what is asked of receivers."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from local.fakes.https_endpoint import HttpsEndpointServer
from shared.destinations.http.client import certificates
from shared.domain.lead import CONTACT_FIELDS


@pytest.fixture
async def server() -> AsyncIterator[HttpsEndpointServer]:
    async with HttpsEndpointServer().running() as running:
        running.secret = ""
        yield running


async def post(server: HttpsEndpointServer, version: int, title: str, part: str = "") -> int:
    contact = {
        "".join([n.split("_")[0], *map(str.title, n.split("_")[1:])]): "" for n in CONTACT_FIELDS
    }
    told: dict[str, Any] = {
        "leadId": "a1",
        "version": version,
        "owner": "",
        "doNotContact": False,
        "contact": contact | {"title": title},
        "changedFields": ["title"],
        "newInterests": [],
    }
    async with httpx.AsyncClient(verify=certificates()) as client:
        url = server.settings()["HTTPS_ENDPOINT_URL"]
        headers = {"webhook-id": f"a1-{version}{part}"}
        answer = await client.post(url, content=json.dumps(told), headers=headers)
    return answer.status_code


async def test_an_older_version_that_arrives_late_changes_nothing(
    server: HttpsEndpointServer,
) -> None:
    for version, title in [(3, "Boss"), (2, "Clerk")]:
        assert await post(server, version, title) == 200

    [record] = server.records()
    assert record.values["title"] == "Boss"


async def test_a_further_part_of_a_version_is_taken_and_a_repeated_one_is_not(
    server: HttpsEndpointServer,
) -> None:
    await post(server, 2, "Clerk", "-1")
    await post(server, 2, "Boss", "-2")

    assert await post(server, 2, "Clerk", "-1") == 202

    [record] = server.records()
    assert record.values["title"] == "Boss"


async def test_a_body_above_the_limit_is_refused(server: HttpsEndpointServer) -> None:
    server.longest_body = 100

    assert await post(server, 1, "Boss") == 413
    assert server.records() == []
