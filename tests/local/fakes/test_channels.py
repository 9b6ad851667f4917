"""The fake channels refuse what the vendors refuse, in their words."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from local.fakes.channels.email import EmailServer
from local.fakes.channels.slack import SlackServer
from local.fakes.channels.teams import CARD, TeamsServer
from shared.destinations.http.client import certificates


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(verify=certificates()) as client:
        yield client


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": plain(text)}


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ({"blocks": [section("x")]}, "no_text"),
        ([], "invalid_payload"),
        ({"text": "t", "blocks": [section("x")] * 51}, "invalid_blocks"),
        ({"text": "t", "blocks": [section("x" * 3_001)]}, "invalid_blocks"),
        ({"text": "t", "blocks": [section("")]}, "invalid_blocks"),
        ({"text": "t", "blocks": [section("x" * 2_900)] * 5}, "msg_blocks_too_long"),
        ({"text": "t", "blocks": [{"type": "header", "text": plain("x" * 151)}]}, "invalid_blocks"),
        (
            {"text": "t", "blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]},
            "invalid_blocks",
        ),
        (
            {"text": "t", "blocks": [{"type": "section", "fields": [plain("x")] * 11}]},
            "invalid_blocks",
        ),
        ({"text": "t", "blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"text": "t", "blocks": [{"type": "actions", "elements": []}]}, "invalid_blocks"),
        ({"text": "t", "blocks": [{"type": "marquee"}]}, "invalid_blocks"),
        (
            {
                "text": "t",
                "blocks": [
                    {
                        "type": "actions",
                        "elements": [
                            {"type": "button", "text": plain("x"), "url": "mailto:a@b.example"}
                        ],
                    }
                ],
            },
            "invalid_blocks",
        ),
    ],
)
async def test_slack_refuses_the_whole_message_for_one_part(
    client: httpx.AsyncClient, told: object, word: str
) -> None:
    async with SlackServer().running() as server:
        answer = await client.post(server.settings()["NOTICE_CHANNEL_URL"], json=told)

    assert (answer.status_code, answer.text, server.arrived) == (400, word, [])


async def test_slack_pings_whoever_an_unescaped_text_names(client: httpx.AsyncClient) -> None:
    async with SlackServer().running() as server:
        markup = {"type": "section", "text": {"type": "mrkdwn", "text": "<!channel> <@U012AB3CD>"}}
        told = {"text": "t", "blocks": [markup]}
        answer = await client.post(server.settings()["NOTICE_CHANNEL_URL"], json=told)

    assert answer.text == "ok"
    assert server.arrived[0].mentions == ("channel", "U012AB3CD")


async def test_slack_takes_one_message_a_second_in_the_long_run(client: httpx.AsyncClient) -> None:
    async with SlackServer(lambda: 0.0).running() as server:
        url = server.settings()["NOTICE_CHANNEL_URL"]
        answers = [await client.post(url, json={"text": "t"}) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].headers["retry-after"] == "4"


async def test_slack_knows_no_other_address(client: httpx.AsyncClient) -> None:
    async with SlackServer().running() as server:
        wrong = await client.post(f"{server.url}/services/T/B/x", json={"text": "t"})
        read = await client.get(server.settings()["NOTICE_CHANNEL_URL"])

    assert (wrong.status_code, wrong.text) == (404, "no_service")
    assert read.status_code == 405


def message(**card: object) -> dict[str, Any]:
    content = {"type": "AdaptiveCard", "version": "1.4", "body": [], **card}
    return {"type": "message", "attachments": [{"contentType": CARD, "content": content}]}


BUTTON = {"type": "Action.OpenUrl", "title": "x", "url": "https://x.example"}


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"type": "AdaptiveCard"}, "finds none"),
        (message(version="1.6"), "Teams shows 1.5 at most"),
        (message(type="Card"), "not an Adaptive Card"),
        (message(body=[{"type": "TextBlock", "text": "x" * 25_000}]), "bytes"),
        (message(body=[{"type": "Table"}]), "type Table"),
        (message(body=[{"type": "RichTextBlock", "inlines": []}]), "without texts"),
        (message(actions=[BUTTON] * 7), "7 actions"),
        (message(actions=[{**BUTTON, "type": "Action.Submit"}]), "Action.Submit"),
        (message(actions=[{**BUTTON, "url": "mailto:a@b.example"}]), "opens nothing"),
        (
            message(
                msteams={"entities": [{"text": "<at>Ann</at>", "mentioned": {"id": "ann"}}]},
            ),
            "text is not in the card",
        ),
    ],
)
async def test_a_flow_takes_a_card_and_fails_afterwards(
    client: httpx.AsyncClient, told: object, why: str
) -> None:
    async with TeamsServer().running() as server:
        answer = await client.post(server.settings()["NOTICE_CHANNEL_URL"], json=told)

    assert (answer.status_code, answer.content, server.arrived) == (202, b"", [])
    assert why in server.failed_runs[0]


async def test_teams_reads_markdown_and_dates_in_a_text_block(client: httpx.AsyncClient) -> None:
    text = "[x](https://evil.example) {{DATE(2026-01-01T00:00:00Z)}}"
    body = [
        {"type": "TextBlock", "text": text},
        {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text}]},
    ]
    async with TeamsServer().running() as server:
        await client.post(server.settings()["NOTICE_CHANNEL_URL"], json=message(body=body))
    [arrived] = server.arrived

    assert arrived.links == ("https://evil.example",)
    assert arrived.text == "x (a date)\n[x](https://evil.example) (a date)"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}])
async def test_a_flow_for_anyone_takes_the_whole_address_and_nothing_else(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    async with TeamsServer().running() as server:
        url = server.settings()["NOTICE_CHANNEL_URL"]
        address = url if headers else url.partition("&sig=")[0]
        answer = await client.post(address, json=message(), headers=headers)

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "DirectApiAuthorizationRequired"


async def test_a_flow_reads_json_only(client: httpx.AsyncClient) -> None:
    async with TeamsServer().running() as server:
        answer = await client.post(server.settings()["NOTICE_CHANNEL_URL"], content=b"{")

    assert answer.json()["error"]["code"] == "InvalidRequestContent"


GUID = "0e1b6a52-6f0f-4d6c-9a39-0f6a3c1c4f5e"
MAIL = {
    "senderAddress": "leads@fabrikam.example",
    "recipients": {"to": [{"address": "ann@fabrikam.example"}]},
    "content": {"subject": "s", "plainText": "t"},
}


@pytest.mark.parametrize(
    ("mail", "headers", "status", "code"),
    [
        (MAIL, {"Authorization": "Bearer other"}, 401, "Denied"),
        (MAIL, {"Operation-Id": "1"}, 400, "BadRequest"),
        (MAIL, {"Repeatability-Request-Id": GUID}, 400, "BadRequest"),
        ({}, {}, 400, "BadRequest"),
        ({**MAIL, "content": {"subject": "s"}}, {}, 400, "BadRequest"),
        ({**MAIL, "recipients": {"to": []}}, {}, 400, "InvalidArgument"),
        ({**MAIL, "recipients": {"to": [{"address": "a"}]}}, {}, 400, "InvalidArgument"),
        (
            {**MAIL, "recipients": {"to": [{"address": "a@b.example"}] * 51}},
            {},
            400,
            "InvalidArgument",
        ),
        ({**MAIL, "senderAddress": "a@other.example"}, {}, 404, "DomainNotLinked"),
        (
            {**MAIL, "content": {"subject": "s", "plainText": "x" * 10 * 1024 * 1024}},
            {},
            413,
            "RequestEntityTooLarge",
        ),
    ],
)
async def test_the_mail_service_refuses_with_a_code(
    client: httpx.AsyncClient, mail: object, headers: dict[str, str], status: int, code: str
) -> None:
    async with EmailServer().running() as server:
        answer = await client.post(
            f"{server.url}/emails:send?api-version=2025-09-01",
            json=mail,
            headers={"Authorization": "Bearer local", **headers},
        )

    assert (answer.status_code, answer.headers["x-ms-error-code"]) == (status, code)
    assert server.arrived == []


async def test_the_mail_service_knows_its_versions_only(client: httpx.AsyncClient) -> None:
    async with EmailServer().running() as server:
        answer = await client.post(
            f"{server.url}/emails:send?api-version=1", headers={"Authorization": "Bearer local"}
        )

    assert answer.headers["x-ms-error-code"] == "UnsupportedApiVersion"


async def test_a_request_is_recognised_for_five_minutes(client: httpx.AsyncClient) -> None:
    now = 0.0
    headers = {
        "Authorization": "Bearer local",
        "Repeatability-Request-Id": GUID,
        "Repeatability-First-Sent": "Sat, 28 Nov 2026 16:00:00 GMT",
    }
    async with EmailServer(lambda: now).running() as server:
        url = f"{server.url}/emails:send?api-version=2025-09-01"
        for at in (0.0, 299.0, 301.0):
            now = at
            answer = await client.post(url, json=MAIL, headers=headers)
            assert answer.status_code == 202

    assert len(server.arrived) == 2
