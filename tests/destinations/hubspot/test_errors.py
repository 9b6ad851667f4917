"""What the answers of HubSpot mean for a delivery."""

from datetime import UTC, datetime, timedelta

import pytest
from starlette.responses import JSONResponse, Response

from local.fakes.faults import Fault, Reply
from local.fakes.hubspot import HubspotServer, error
from shared.destinations.hubspot.adapter import HubspotCrm
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmSettingsError,
    CrmUnavailableError,
)
from tests.destinations.hubspot.world import (
    BY_EMAIL,
    CREATE,
    MOVED,
    SECOND,
    CrmFor,
    deliver,
    update_of,
)

WAITS = CrmUnavailableError
UNKNOWN = CrmOutcomeUnknownError


def no_error() -> Response:
    return JSONResponse({"message": "no"})


ANSWERS = {
    "HubSpot's own": error(400, "VALIDATION_ERROR", "no"),
    "{}": Response("{}"),
    "[]": Response("[]"),
    "a page": Response("<!doctype html><p>Existing ID: 501</p>", media_type="text/html"),
    "nothing": Response(),
    "a text": Response('"CONFLICT"'),
    "another shape": JSONResponse({"category": "VALIDATION_ERROR", "message": "no"}),
    "odd types": JSONResponse({"status": "error", "message": ["no"], "category": {"a": 1}}),
}


def answer(status: int, words: str) -> Response:
    """Return an answer of a status, which asks to wait for 40 s."""
    response = ANSWERS[words]
    again = Response(response.body, status, media_type=response.media_type)
    again.headers["Retry-After"] = "40"
    return again


OFTEN = ("HubSpot's own", "{}", "a page")
WORDS = [
    words if words in OFTEN else pytest.param(words, marks=pytest.mark.thorough)
    for words in ANSWERS
]

STATUSES: dict[int, type[CrmError]] = {
    **dict.fromkeys((400, 409, 422), CrmRejectedError),
    **dict.fromkeys((401, 403), CrmCredentialsError),
    **dict.fromkeys((402, 404, 405, 406, 410, 412, 413, 414, 415, 417, 418), WAITS),
    **dict.fromkeys((421, 423, 424, 426, 428, 429, 431, 451, 477, 499), WAITS),
    **dict.fromkeys((302, 408, 425, 500, 502, 503, 504, 521, 523, 524), UNKNOWN),
}
"""What an answer to a write means in HubSpot's own words; in any others, nothing is known."""


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("status", STATUSES)
async def test_only_hubspots_own_words_say_what_became_of_a_create(
    server: HubspotServer, crm: HubspotCrm, status: int, words: str
) -> None:
    server.answers_at[CREATE] = answer(status, words)
    if status == 401:  # it is asked twice
        server.faults_at[CREATE] = Fault.UNAUTHORIZED
    if status == 409:  # the contact is looked for, and created again
        body = bytes(server.answers_at[CREATE].body)
        server.faults_at[CREATE] = Reply(status=status, body=body)

    with pytest.raises(CrmError, match=f"^{status}") as caught:
        await deliver(crm)

    assert type(caught.value) is (STATUSES[status] if words == "HubSpot's own" else UNKNOWN)


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("status", STATUSES)
async def test_only_hubspots_own_words_say_what_became_of_an_update(
    server: HubspotServer, crm: HubspotCrm, status: int, words: str
) -> None:
    if status == 404 and words == "HubSpot's own":
        words = "{}"  # its own says that the contact is gone: it is looked for again
    record = await deliver(crm)
    server.answers_at[update_of(record)] = answer(status, words)
    if status == 401:  # it is asked twice
        server.faults_at[update_of(record)] = Fault.UNAUTHORIZED

    with pytest.raises(CrmError, match=f"^{status}") as caught:
        await deliver(crm, MOVED, SECOND, record=record)

    assert type(caught.value) is (STATUSES[status] if words == "HubSpot's own" else UNKNOWN)
    if type(caught.value) in (WAITS, UNKNOWN):
        assert getattr(caught.value, "retry_after", None) == timedelta(seconds=40)


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("status", [s for s in STATUSES if s not in (401, 403)])
async def test_whatever_a_look_up_is_answered_the_lead_waits(
    server: HubspotServer, crm: HubspotCrm, status: int, words: str
) -> None:
    if status == 404 and words == "HubSpot's own":
        words = "{}"  # its own says that there is no such contact
    server.answers_at[BY_EMAIL] = answer(status, words)

    with pytest.raises(CrmUnavailableError, match=f"^{status}"):
        await deliver(crm)

    assert server.contacts == {}


async def test_ten_seconds_of_throttling_are_waited_for_on_our_own_schedule(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.faults.extend([Fault.THROTTLED_WITHOUT_WAIT, Fault.THROTTLED])
    for wait in (None, timedelta(seconds=42)):
        with pytest.raises(CrmUnavailableError, match="429 RATE_LIMITS") as caught:
            await deliver(crm)
        assert (caught.value.retry_after, caught.value.daily_quota) == (wait, False)
    await deliver(crm)


@pytest.mark.parametrize(
    ("now", "zone", "wait"),
    [
        (datetime(2026, 11, 2, 22, 30, tzinfo=UTC), "Europe/Berlin", timedelta(minutes=30)),
        (datetime(2026, 11, 2, 23, 0, tzinfo=UTC), "Europe/Berlin", timedelta(hours=24)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), "Europe/Berlin", timedelta(hours=25)),
        (datetime(2026, 11, 2, 3, 20, tzinfo=UTC), "US/Eastern", timedelta(hours=1, minutes=40)),
        (datetime(2026, 11, 2, 3, 20, tzinfo=UTC), "", timedelta(minutes=40)),
        (datetime(2026, 11, 2, 4, 0, tzinfo=UTC), "", timedelta(hours=1)),
    ],
)
async def test_the_daily_limit_ends_at_midnight_of_the_account(
    server: HubspotServer, now: datetime, zone: str, wait: timedelta, crm_for: CrmFor
) -> None:
    crm = crm_for(now=now, HUBSPOT_TIME_ZONE=zone)
    daily = {"errorType": "RATE_LIMIT", "policyName": "DAILY", "message": "Daily limit."}
    server.answers_at[CREATE] = JSONResponse({"status": "error", **daily}, 429)

    with pytest.raises(CrmUnavailableError, match="429 RATE_LIMIT DAILY") as caught:
        await deliver(crm)

    assert (caught.value.retry_after, caught.value.daily_quota) == (wait, True)


async def test_a_refused_key_is_tried_once_more(server: HubspotServer, crm: HubspotCrm) -> None:
    server.faults.append(Fault.UNAUTHORIZED)

    await deliver(crm)

    assert len(server.contacts) == 1


async def test_a_key_that_is_refused_twice_is_the_operators_and_not_shown(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    crm = crm_for(HUBSPOT_TOKEN="pat-eu1-secret")

    with pytest.raises(CrmCredentialsError, match="INVALID_AUTHENTICATION") as caught:
        await deliver(crm)

    assert "secret" not in str(caught.value)


async def test_a_missing_scope_is_named(server: HubspotServer, crm: HubspotCrm) -> None:
    server.scopes.remove("crm.objects.contacts.write")

    with pytest.raises(CrmSettingsError, match=r"MISSING_SCOPES.*crm\.objects\.contacts\.write"):
        await deliver(crm)


@pytest.mark.parametrize(("version", "path"), [("2099-03", ""), ("2026-09", "/x")])
async def test_a_wrong_address_or_version_never_costs_a_lead(
    server: HubspotServer, crm_for: CrmFor, version: str, path: str
) -> None:
    crm = crm_for(HUBSPOT_API_VERSION=version, HUBSPOT_URL=server.url + path)

    with pytest.raises(CrmUnavailableError, match="HUBSPOT_URL and HUBSPOT_API_VERSION"):
        await deliver(crm)


@pytest.mark.parametrize(
    ("fault", "meant"),
    [
        (Fault.HTML, UNKNOWN),
        (Fault.HALF_A_BODY, UNKNOWN),
        (Fault.NO_ID, UNKNOWN),
        (Fault.CUT_BEFORE, UNKNOWN),
        (Fault.CUT_AFTER, UNKNOWN),
        (Fault.UNAVAILABLE_AFTER, UNKNOWN),
        (Fault.REDIRECT, UNKNOWN),
    ],
)
async def test_an_update_with_nonsense_for_an_answer_is_not_delivered(
    server: HubspotServer, crm: HubspotCrm, fault: Fault, meant: type[CrmError]
) -> None:
    record = await deliver(crm)
    server.faults_at[update_of(record)] = fault

    with pytest.raises(meant):
        await deliver(crm, MOVED, SECOND, record=record)
    await deliver(crm, MOVED, SECOND, record=record)

    assert server.records()[0].values["title"] == "CTO"


async def test_nobody_is_there(crm: HubspotCrm, server: HubspotServer, crm_for: CrmFor) -> None:
    server.down = True
    with pytest.raises(CrmUnavailableError):
        await deliver(crm)
    crm = crm_for(HUBSPOT_URL="http://127.0.0.1:1")
    with pytest.raises(CrmUnavailableError, match="can't be reached"):
        await deliver(crm)


@pytest.mark.parametrize("where", ["requiredGranularScopes", "requiredScopes", "missingScopes"])
async def test_a_scope_is_told_only_where_hubspot_says_that_it_is_one(
    server: HubspotServer, crm: HubspotCrm, where: str
) -> None:
    context = {where: ["crm.objects.contacts.write"], "propertyValue": ["fabrikam.secret-example"]}
    lacking = {"status": "error", "category": "MISSING_SCOPES", "message": "no"}
    said = lacking | {"errors": [{"message": "no", "context": context}]}
    server.answers_at[CREATE] = JSONResponse(said, 403)

    with pytest.raises(CrmSettingsError, match=r"the scope crm\.objects\.contacts\.write$"):
        await deliver(crm)
