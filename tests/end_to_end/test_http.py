"""What a sender is told over HTTP, and what is kept of what was sent."""

import asyncio
import json
from collections.abc import Sequence

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.end_to_end.running import LEADS, App, Row, eventually

CONTACT = {
    "FirstName": "Zoë",
    "LastName": "Quimby",
    "Phone": "+1 617 8675309",
    "Company": "Gräf & Söhne",
}


def lead(name: str, offer: str = "things", **fields: str) -> bytes:
    push = {
        "UserDetails": {**CONTACT, "Email": f"{name}@fabrikam.example"},
        "LeadSource": f"AzureMarketplace-INS|fabrikam.{offer}",
        **fields,
    }
    return json.dumps(push).encode()


async def delivered(app: App, submission_id: str) -> Sequence[Row]:
    """Return the row of a submission in the destination, once it is there."""

    async def look() -> Sequence[Row]:
        rows = await app.rows("MarketplaceLeads")
        return [row for row in rows if row["RowKey"].endswith(submission_id)]

    return await eventually(look)


def problem(answer: httpx.Response, status: int) -> dict[str, object]:
    """Return what an answer says of a problem; it says nothing of the sender's data."""
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    told: dict[str, object] = answer.json()
    assert told["status"] == status
    assert "Quimby" not in answer.text
    return told


async def test_a_lead_is_accepted_recorded_and_delivered(app: App) -> None:
    answer = await app.post(lead("accepted"), **{"Content-Type": "application/json"})

    assert answer.status_code == 202
    assert answer.headers["Content-Type"] == "application/json"
    told = answer.json()
    assert told == {"submissionId": told["submissionId"], "status": "accepted", "warnings": []}
    [row] = await delivered(app, told["submissionId"])
    stored = {row["RowKey"]: row for row in await app.lead_of(told["submissionId"])}
    assert row["PartitionKey"] == stored["lead"]["PartitionKey"]
    assert stored["lead"]["email"] == "accepted@fabrikam.example"
    [pushed] = [row["body"] for key, row in stored.items() if key.startswith("interest|")]
    assert pushed == lead("accepted")


async def test_customers_that_click_at_once_lose_no_click_and_are_one_lead(app: App) -> None:
    answers = await asyncio.gather(*(app.post(lead("busy", f"offer-{n}")) for n in range(64)))

    assert {answer.status_code for answer in answers} == {202}
    ids = {answer.json()["submissionId"] for answer in answers}
    assert len(ids) == 64

    async def all_delivered() -> Sequence[Row]:
        rows = await app.rows("MarketplaceLeads")
        found = [row for row in rows if row["RowKey"].rpartition("|")[2] in ids]
        return found if len(found) == len(ids) else []

    rows = await eventually(all_delivered)
    assert len({row["PartitionKey"] for row in rows}) == 1
    [stored] = [row for row in await app.lead_of(min(ids)) if row["RowKey"] == "lead"]
    assert stored["submissions"] == 64


@pytest.mark.parametrize(
    "body",
    [b"", b"no lead", b'{"UserDetails": {"LastName": "Quimby"}', b"\xff\xfe\xff", b"\x00" * 9],
    ids=["empty", "no JSON", "half of a JSON", "no text", "zeros"],
)
async def test_what_is_no_lead_is_kept_byte_for_byte(app: App, body: bytes) -> None:
    told = problem(await app.post(body, **{"Content-Type": "text/x-own"}), 400)

    kept = await app.quarantined(str(told["quarantineId"]))

    assert kept is not None
    assert b"".join(kept[f"body_{n}"] for n in range(kept["chunks"])) == body
    assert (kept["reason"], kept["state"], kept["content_type"]) == (
        "invalid",
        "held",
        "text/x-own",
    )
    assert kept["faults"].split("\n") == told["errors"]


@pytest.mark.parametrize(
    ("kib", "kept_kib"), [(33, 33), (512, 512), (700, 512)], ids="{} KiB".format
)
async def test_what_is_too_large_is_kept_as_far_as_it_fits(
    app: App, kib: int, kept_kib: int
) -> None:
    body = lead("large", Description="x" * kib * 1024)[: kib * 1024]

    told = problem(await app.post(body), 413)

    kept = await app.quarantined(str(told["quarantineId"]))
    assert kept is not None
    assert b"".join(kept[f"body_{n}"] for n in range(kept["chunks"])) == body[: kept_kib * 1024]
    assert (kept["reason"], kept["size"]) == ("too_large", kib * 1024)
    assert kept["truncated"] is (kept_kib < kib)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_another_method_is_told_the_right_one(app: App, method: str) -> None:
    answer = await app.http.request(method, LEADS)

    assert method in str(problem(answer, 405)["detail"])
    assert answer.headers["Allow"] == "POST"


async def test_a_body_that_grows_when_it_is_read_is_a_lead_all_the_same(app: App) -> None:
    numbers = "[" + ",".join(["1"] * 16_000) + "]"
    body = f'{{"LeadSource": "grows-INS|a.b", "Description": {numbers}}}'.encode()
    assert len(body) < 32 * 1024

    answer = await app.post(body)

    assert answer.status_code == 202
    assert await delivered(app, answer.json()["submissionId"])


TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(["UserDetails", "LeadSource", "ActionCode", "OfferTitle", "Description"])
BODIES = (
    st.binary(max_size=300)
    | TEXTS.map(str.encode)
    | st.dictionaries(KEYS | TEXTS, VALUES, max_size=4).map(lambda v: json.dumps(v).encode())
)
HEADER_TEXT = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=60).map(
    str.strip
)
HEADERS = st.dictionaries(
    st.sampled_from(["Content-Type", "traceparent", "X-Other", "Accept", "Cookie"]), HEADER_TEXT
)
QUERIES = st.dictionaries(TEXTS.filter(bool), TEXTS, max_size=2)


REQUESTS = st.tuples(BODIES, HEADERS, QUERIES)


@settings(max_examples=25)
@given(st.lists(REQUESTS, min_size=10, max_size=10))
async def test_whatever_comes_is_accepted_or_refused_with_a_reason(
    app: App, requests: list[tuple[bytes, dict[str, str], dict[str, str]]]
) -> None:
    answers = await asyncio.gather(
        *(
            app.http.post(LEADS, content=body, headers=headers, params=query)
            for body, headers, query in requests
        )
    )

    for answer in answers:
        if answer.status_code == 202:
            assert answer.json()["submissionId"]
        else:
            assert problem(answer, 400)["quarantineId"]
