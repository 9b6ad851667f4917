"""What the answers of HubSpot mean for a delivery."""

from datetime import UTC, datetime, timedelta

import pytest
from starlette.responses import JSONResponse, Response

from local.fakes.hubspot import HubspotServer, error
from local.fakes.server import Fault
from shared.destinations.hubspot.adapter import HubspotCrm
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmUnavailableError,
)
from tests.destinations.hubspot.world import (
    BY_EMAIL,
    CONTACTS,
    CREATE,
    SECOND,
    WANTED,
    CrmFor,
    deliver,
)
from tests.examples import CONTACT


@pytest.mark.parametrize("status", [408, 423, 425, 429, 477, 500, 502, 503, 504])
@pytest.mark.parametrize("words", ["HubSpot's own", "a proxy's"])
async def test_an_update_waits_for_better_times(
    server: HubspotServer, crm: HubspotCrm, status: int, words: str
) -> None:
    own_words = words == "HubSpot's own"
    answer = error(status, "ANY", "no") if own_words else Response("{}", status)
    answer.headers["Retry-After"] = "40"
    server.answers_at[BY_EMAIL] = answer
    not_done = status in (423, 477) or (own_words and status == 429)
    meant = CrmUnavailableError if not_done else CrmOutcomeUnknownError

    with pytest.raises(meant, match=f"^{status}") as caught:
        await deliver(crm)

    assert getattr(caught.value, "retry_after", None) == timedelta(seconds=40)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (429, CrmOutcomeUnknownError),
        (500, CrmOutcomeUnknownError),
        (502, CrmOutcomeUnknownError),
        (503, CrmOutcomeUnknownError),
        (504, CrmOutcomeUnknownError),
        (520, CrmOutcomeUnknownError),
        (521, CrmOutcomeUnknownError),
        (522, CrmOutcomeUnknownError),
        (523, CrmOutcomeUnknownError),
        (524, CrmOutcomeUnknownError),
        (302, CrmUnavailableError),
        (400, CrmUnavailableError),
        (404, CrmUnavailableError),
        (409, CrmUnavailableError),
        (414, CrmUnavailableError),
        (401, CrmCredentialsError),
        (403, CrmCredentialsError),
    ],
)
async def test_a_create_is_repeated_only_if_nothing_was_done(
    server: HubspotServer, crm: HubspotCrm, status: int, expected: type[CrmError]
) -> None:
    server.answers_at[CREATE] = JSONResponse({"message": "no"}, status)
    if status == 401:  # it is asked twice
        server.faults_at[CREATE] = Fault.UNAUTHORIZED

    with pytest.raises(expected):
        await deliver(crm)


async def test_ten_seconds_of_throttling_are_waited_for_on_our_own_schedule(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.faults.extend([Fault.THROTTLED_WITHOUT_WAIT, Fault.THROTTLED])
    for wait in (None, timedelta(seconds=42)):
        with pytest.raises(CrmUnavailableError, match="429") as caught:
            await deliver(crm)
        assert caught.value.retry_after == wait
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
    daily = "You have reached your daily limit."
    server.answers_at[BY_EMAIL] = error(429, "RATE_LIMITS", daily, policyName="DAILY")

    with pytest.raises(CrmUnavailableError, match=daily) as caught:
        await deliver(crm)

    assert caught.value.retry_after == wait


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

    with pytest.raises(CrmCredentialsError, match=r"MISSING_SCOPES.*crm\.objects\.contacts\.write"):
        await deliver(crm)


async def test_a_refused_property_is_named_without_its_value(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    crm = crm_for(HUBSPOT_LEAD_STATUS="NEWISH")

    with pytest.raises(CrmRejectedError, match=r"400 VALIDATION_ERROR.*hs_lead_status"):
        await deliver(crm)

    assert server.contacts == {}


async def test_an_error_does_not_repeat_what_the_customer_said(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    about = f'Email "{CONTACT.email.upper()}" of {CONTACT.last_name} in de is bad, like NEW'
    server.answers_at[CREATE] = error(400, "VALIDATION_ERROR", about, email=[CONTACT.email])
    server.answers_at[BY_EMAIL] = error(404, "OBJECT_NOT_FOUND", "resource not found")

    with pytest.raises(CrmRejectedError) as caught:
        await deliver(crm)

    assert 'Email "…" of … in … is bad, like NEW' in str(caught.value)
    assert "email: …" in str(caught.value)
    server.answers_at[BY_EMAIL] = error(400, "VALIDATION_ERROR", f"{CONTACT.email} is bad")
    with pytest.raises(CrmRejectedError, match=r"VALIDATION_ERROR, … is bad$"):
        await deliver(crm)


@pytest.mark.parametrize(("version", "path"), [("2099-03", ""), ("2026-09", "/x")])
async def test_a_wrong_address_or_version_never_costs_a_lead(
    server: HubspotServer, crm_for: CrmFor, version: str, path: str
) -> None:
    crm = crm_for(HUBSPOT_API_VERSION=version, HUBSPOT_URL=server.url + path)

    with pytest.raises(CrmUnavailableError, match="HUBSPOT_URL and HUBSPOT_API_VERSION"):
        await deliver(crm)


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.HALF_A_BODY, Fault.REDIRECT, Fault.NO_ID])
async def test_an_update_with_nonsense_for_an_answer_is_not_delivered(
    server: HubspotServer, crm: HubspotCrm, fault: Fault
) -> None:
    record = await deliver(crm)
    server.faults_at[f"PATCH {CONTACTS}/{record.id}"] = fault

    meant = CrmUnavailableError if fault is Fault.REDIRECT else CrmOutcomeUnknownError
    with pytest.raises(meant):
        await deliver(crm, WANTED, SECOND, record=record)


async def test_nobody_is_there(crm: HubspotCrm, server: HubspotServer, crm_for: CrmFor) -> None:
    server.down = True
    with pytest.raises(CrmUnavailableError):
        await deliver(crm)
    crm = crm_for(HUBSPOT_URL="http://127.0.0.1:1")
    with pytest.raises(CrmUnavailableError, match="can't be reached"):
        await deliver(crm)


@pytest.mark.parametrize(
    ("status", "meant"),
    [
        (429, CrmUnavailableError),
        (500, CrmOutcomeUnknownError),
        (503, CrmOutcomeUnknownError),
    ],
)
@pytest.mark.parametrize("words", ["Existing ID: 501", "CONFLICTING_UNIQUE_VALUE"])
async def test_a_fault_that_quotes_a_conflict_is_no_refusal(
    server: HubspotServer, crm: HubspotCrm, status: int, meant: type[CrmError], words: str
) -> None:
    server.answers_at[CREATE] = error(status, "INTERNAL_ERROR", words)

    with pytest.raises(meant, match=str(status)):
        await deliver(crm)
