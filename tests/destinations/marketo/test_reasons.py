"""Reasons are Marketo's words without the customer's, whatever it repeats and however."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

import pytest
from starlette.responses import JSONResponse, Response

from local.fakes.marketo import MarketoServer
from local.fakes.marketo.answers import skipped
from shared.destinations.http.answers import Request
from shared.destinations.marketo.adapter import MarketoCrm
from shared.destinations.marketo.answers import failure
from shared.destinations.marketo.problems import problems
from shared.domain.errors import CrmError
from tests.destinations.marketo.world import a_lead, deliver
from tests.examples import CONTACT, interest

SAID = "Our budget is 5,000,000 a year."
PLANTED = [*CONTACT.given().values(), SAID]
CODES = ["500", "603", "607", "608", "610", "701", "1001", "1002", "1003", "1006", "1007", "1999"]


def spellings() -> Iterator[str]:
    """Give all that was planted, in each way in which an answer may spell it."""
    for spelled in (str, json.dumps, quote, escape, str.upper, str.swapcase):
        yield " | ".join(spelled(value) for value in PLANTED)


def assert_nothing_planted(error: CrmError) -> None:
    said = str(error)
    for value in PLANTED:
        assert not re.search(rf"(?<!\w){re.escape(value)}(?!\w)", said, re.IGNORECASE)


@pytest.mark.parametrize("code", CODES)
async def test_no_reason_repeats_what_was_written(
    server: MarketoServer, crm: MarketoCrm, code: str
) -> None:
    new = interest(1, description=SAID)
    for planted in spellings():
        errors = {"success": False, "errors": [{"code": code, "message": f"no: {planted}"}]}
        for answer in (JSONResponse(errors), skipped(code, f"no: {planted}")):
            server.answers.append(answer)
            with pytest.raises(CrmError, match=f"^{code}: ") as raised:
                await deliver(crm, None, new)
            assert_nothing_planted(raised.value)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 409, 413, 429, 500, 503])
async def test_no_reason_repeats_what_an_answer_over_http_says(
    server: MarketoServer, crm: MarketoCrm, status: int
) -> None:
    new = interest(1, description=SAID)
    for planted in spellings():
        for body in (f"<html>{planted}</html>", json.dumps({"error": planted})):
            answers = [Response(body, status)] * (2 if status == 401 else 1)
            server.answers.extend(answers)
            with pytest.raises(CrmError, match=f"^{status}") as raised:
                await deliver(crm, None, new)
            assert_nothing_planted(raised.value)


async def test_no_reason_repeats_what_was_known_before(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    server.has(int(record.id), phone="+49 40 999999")
    told = f"{CONTACT.email} has +49 40 999999 there, and had +49 40 888888"
    server.meanwhile.extend(
        [lambda: None, lambda: server.answers.append(skipped("1003", told))] * 2
    )
    with pytest.raises(CrmError, match=r"^1003: …$"):
        await deliver(crm, None, record=record, fields={"title"})
    noted = await crm.note(a_lead(), record, interest(2))
    assert noted.remarks == ("interest not noted: 1003: …",)


async def test_no_reason_repeats_what_was_asked_for(server: MarketoServer, crm: MarketoCrm) -> None:
    for planted in spellings():
        server.answers.append(skipped("1005", "Lead already exists"))
        server.answers.append(
            JSONResponse({"success": False, "errors": [{"code": "1003", "message": planted}]})
        )
        with pytest.raises(CrmError, match=r"^1003: ") as raised:
            await deliver(crm)
        assert CONTACT.email not in str(raised.value).lower()


def test_of_many_errors_the_first_are_told() -> None:
    errors = problems([{"code": "709", "message": f"rule {number}."} for number in range(300)])
    person = {"company": "Fabrikam"}
    request = Request(method="POST", path="/", writes=True, json={"input": [person]})

    assert str(failure(request, errors, datetime.now(UTC))).endswith("rule 9.")


@pytest.mark.parametrize(
    ("code", "message", "told"),
    [
        ("1006", "Field 'Plantagenet' not found", "1006: Field '…' not found"),
        ("1006", "Field 'Title' not found", "1006: Field 'Title' not found"),
        ("1011", "Field 'Plantagenet' not supported", "1011: Field '…' not supported"),
        (
            "1001",
            "Invalid value 'x'. Required of type 'Plantagenet'",
            "1001: Invalid value '…'. Required of type '…'",
        ),
        (
            "1001",
            "Invalid value 'x'. Required of type 'Boolean'",
            "1001: Invalid value '…'. Required of type 'Boolean'",
        ),
        (
            "1002",
            "Missing value for the required parameter 'Plantagenet'",
            "1002: Missing value for the required parameter '…'",
        ),
        (
            "1002",
            "Missing value for the required parameter 'industry'",
            "1002: Missing value for the required parameter 'industry'",
        ),
    ],
)
async def test_a_name_is_told_if_it_can_not_be_the_customers(
    server: MarketoServer, crm: MarketoCrm, code: str, message: str, told: str
) -> None:
    customer = a_lead(replace(CONTACT, last_name="Plantagenet"))
    for answer in (skipped(code, message), JSONResponse(errors_of(code, message))):
        server.answers.append(answer)
        with pytest.raises(CrmError) as raised:
            await deliver(crm, customer)
        assert str(raised.value).startswith(told)


@pytest.mark.parametrize(
    ("name", "told"), [("title", "title"), ("filterType", "filterType"), ("Plantagenet", "…")]
)
async def test_a_name_that_a_question_did_not_have_is_not_told(
    server: MarketoServer, crm: MarketoCrm, name: str, told: str
) -> None:
    record = await deliver(crm)
    server.answers.append(JSONResponse(errors_of("1006", f"Field '{name}' not found")))

    with pytest.raises(CrmError, match=f"^1006: Field '{told}' not found"):
        await deliver(crm, None, record=record)


def errors_of(code: str, message: str) -> dict[str, object]:
    return {"success": False, "errors": [{"code": code, "message": message}]}
