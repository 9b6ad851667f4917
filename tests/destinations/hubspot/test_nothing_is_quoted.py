"""Whatever HubSpot, or a proxy, answers to whichever call: no reason has what the customer said."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from starlette.responses import JSONResponse, Response

from local.fakes.hubspot import HubspotServer, error
from shared.domain.errors import CrmError
from shared.domain.lead import Contact
from tests.destinations.hubspot.world import (
    BATCH,
    CONTACTS,
    CREATE,
    NOTES,
    REMINDER,
    SECOND,
    TASKS,
    WANTED,
    CrmFor,
    changed,
    question,
    update_of,
)
from tests.examples import interest

PLANTED = Contact(
    first_name="Qwafn",
    last_name='O\'Zukj "Plyx"',
    email="qwafn.zukj@plyx.example",
    phone="+49 170 7351924",
    country="Vrgk",
    company="Vrgk & Söhne <Hjq>",
    title="Xbz",
)
SAID = "Wfkp zmgl trqv"
CUSTOMER = replace(WANTED, contact=PLANTED)
SOMEBODY = replace(CUSTOMER, contact=replace(PLANTED, email="zukj.qwafn@plyx.example"))
MOVED = replace(CUSTOMER, contact=replace(PLANTED, title="Xbz Xbz"))
UNWANTED_ONE = replace(CUSTOMER, suppressed=True)
THEIR_REMINDER = replace(REMINDER, subject="Overdue", text="Nobody has answered")
OPT_OUT = f"POST /communication-preferences/2026-09/statuses/{PLANTED.email}/unsubscribe-all"
FIRST = interest(1, description=SAID)
SECOND_OF_THEIRS = replace(
    interest(2, description=SAID), submission=replace(SECOND.submission, contact=PLANTED)
)
VALUES = [*PLANTED.given().values(), SAID]
PIECES = ["qwafn", "zukj", "plyx", "7351924", "vrgk", "hjq", "xbz", "wfkp", "zmgl", "trqv"]
ALL = " | ".join(VALUES)

WORDS = " / ".join(
    [ALL, ALL.upper(), json.dumps(ALL)[1:-1], quote(ALL), quote_plus(ALL.lower()), escape(ALL)]
)
"""Whatever they said, in all the ways in which it may be spelled."""


def own(status: int) -> Response:
    return error(status, "VALIDATION_ERROR", f"No: {WORDS}.")


def own_list(status: int) -> Response:
    listed = json.dumps([{"isValid": False, "message": WORDS, "error": WORDS, "name": WORDS}])
    return error(status, "VALIDATION_ERROR", f"Property values were not valid: {listed}")


def own_details(status: int) -> Response:
    return error(status, "CONFLICT", WORDS, propertyName=[WORDS, *VALUES], scopes=VALUES)


def own_code(status: int) -> Response:
    return error(status, WORDS, WORDS, policyName="DAILY", errorType=WORDS)


def page(status: int) -> Response:
    return Response(f"<!doctype html><p>{WORDS}</p>", status, media_type="text/html")


def text(status: int) -> Response:
    return JSONResponse(WORDS, status)


def another_shape(status: int) -> Response:
    return JSONResponse({"error": {"code": WORDS, "message": WORDS}, "errors": VALUES}, status)


BODIES = [own, own_list, own_details, own_code, page, text, another_shape]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 409, 429, 477, 500])
async def test_no_reason_and_no_remark_has_what_the_customer_said(
    server: HubspotServer, crm_for: CrmFor, status: int, body: Callable[[int], Response]
) -> None:
    crm = crm_for(HUBSPOT_FIELDS='{"product": "{company}, {title}"}')
    known = await crm.upsert(CUSTOMER, changed(FIRST), uncertain=False)
    record = known.record
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        f"GET {CONTACTS}/{record.id}": lambda: crm.upsert(
            CUSTOMER, changed(record=record), uncertain=False
        ),
        update_of(record): lambda: crm.upsert(MOVED, changed(record=record), uncertain=False),
        f"POST {NOTES}": lambda: crm.note(CUSTOMER, record, SECOND_OF_THEIRS),
        f"POST {TASKS}": lambda: crm.remind(CUSTOMER, record, THEIR_REMINDER),
        BATCH: lambda: crm.follow_ups([question(record)]),
        f"GET {CONTACTS}/{PLANTED.email}": lambda: crm.upsert(
            CUSTOMER, changed(FIRST), uncertain=False
        ),
        OPT_OUT: lambda: crm.upsert(UNWANTED_ONE, changed(record=record), uncertain=False),
        CREATE: lambda: crm.upsert(SOMEBODY, changed(FIRST), uncertain=False),
    }
    for call, ask in calls.items():
        server.answers_at[call] = body(status)
        told = await said_by(ask())
        assert [piece for piece in PIECES if piece in told.lower()] == [], call
        server.answers_at.clear()


async def said_by(asked: Awaitable[object]) -> str:
    """Return what is told of a call: the error, or the remarks."""
    try:
        return str(getattr(await asked, "remarks", ""))
    except CrmError as error_:
        return str(error_)
