"""What Marketo's errors mean."""

from datetime import UTC, datetime, timedelta

import pytest
from starlette.responses import JSONResponse, Response

from local.fakes.marketo import MarketoServer
from local.fakes.marketo.answers import failed, skipped
from shared.destinations.marketo.adapter import MarketoCrm
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmUnavailableError,
)
from tests.destinations.marketo.world import CrmFor, deliver
from tests.examples import CONTACT
from tests.fakes import Clock


@pytest.mark.parametrize(
    ("code", "error", "wait"),
    [
        ("603", CrmCredentialsError, None),
        ("606", CrmUnavailableError, timedelta(seconds=20)),
        ("608", CrmUnavailableError, None),
        ("610", CrmUnavailableError, None),
        ("614", CrmUnavailableError, None),
        ("615", CrmUnavailableError, None),
        ("713", CrmUnavailableError, None),
        ("500", CrmOutcomeUnknownError, None),
        ("502", CrmOutcomeUnknownError, None),
        ("604", CrmOutcomeUnknownError, None),
        ("611", CrmOutcomeUnknownError, None),
        ("605", CrmRejectedError, None),
        ("609", CrmRejectedError, None),
        ("612", CrmRejectedError, None),
        ("701", CrmRejectedError, None),
        ("710", CrmRejectedError, None),
    ],
)
async def test_errors_in_an_answer_of_200_are_told_as_what_they_are(
    server: MarketoServer, crm: MarketoCrm, code: str, error: type[CrmError], wait: timedelta | None
) -> None:
    server.answers.append(failed(code))
    with pytest.raises(error, match=f"^{code}: ") as raised:
        await deliver(crm)

    assert getattr(raised.value, "retry_after", None) == wait
    assert server.records() == []


@pytest.mark.parametrize("code", ["500", "502", "604", "611"])
async def test_what_may_be_done_twice_is_simply_done_again(
    server: MarketoServer, crm: MarketoCrm, code: str
) -> None:
    record = await deliver(crm)
    server.answers.append(failed(code))
    with pytest.raises(CrmUnavailableError):
        await deliver(crm, None, record=record, fields={"title"})


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (datetime(2026, 11, 2, 9, 0, tzinfo=UTC), 21),
        (datetime(2026, 11, 2, 5, 0, tzinfo=UTC), 1),
        (datetime(2026, 7, 2, 5, 30, tzinfo=UTC), 0.5),
        (datetime(2026, 7, 2, 6, 0, tzinfo=UTC), 24),
    ],
)
async def test_a_daily_quota_is_waited_for_until_midnight(
    server: MarketoServer, crm_for: CrmFor, now: datetime, hours: float
) -> None:
    server.now = clock = Clock(now)
    server.expire()
    server.answers.append(failed("607"))
    with pytest.raises(CrmUnavailableError, match="607") as raised:
        await deliver(crm_for(clock))

    assert raised.value.retry_after == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("1001", "Invalid value '{email}'. Required of type 'email'"),
        ("1006", "Field 'marketplaceLeadId' not found"),
        ("1008", "Access denied to partition 'EMEA'"),
        ("1018", "CRM Enabled"),
    ],
)
async def test_a_person_who_is_skipped_is_parked_with_the_reason_but_not_the_values(
    server: MarketoServer, crm: MarketoCrm, code: str, message: str
) -> None:
    server.answers.append(skipped(code, message.format(email=CONTACT.email)))
    with pytest.raises(CrmRejectedError) as raised:
        await deliver(crm)

    assert str(raised.value) == f"{code}: {message.format(email='…')}"


async def test_a_required_field_is_named(server: MarketoServer, crm: MarketoCrm) -> None:
    server.schema.required.add("region")
    with pytest.raises(CrmRejectedError, match=r"1002: Missing value .* 'region'"):
        await deliver(crm)


@pytest.mark.parametrize(
    ("answer", "error", "match"),
    [
        (Response(status_code=404), CrmUnavailableError, "check MARKETO_URL"),
        (Response(status_code=413), CrmUnavailableError, "413"),
        (Response(status_code=429, headers={"Retry-After": "42"}), CrmOutcomeUnknownError, "429"),
        (Response(status_code=503), CrmOutcomeUnknownError, "503"),
        (Response(status_code=502), CrmOutcomeUnknownError, "502"),
        (Response("null"), CrmOutcomeUnknownError, "no JSON object"),
        (JSONResponse({"success": True}), CrmOutcomeUnknownError, "neither a result nor"),
        (JSONResponse({"success": False}), CrmOutcomeUnknownError, "neither a result nor"),
        (
            JSONResponse({"success": True, "result": [{"status": "created"}]}),
            CrmOutcomeUnknownError,
            "no id of a person",
        ),
        (JSONResponse({"success": True, "result": []}), CrmOutcomeUnknownError, "no id"),
    ],
)
async def test_answers_other_than_documented_are_never_a_success(
    server: MarketoServer, crm: MarketoCrm, answer: Response, error: type[CrmError], match: str
) -> None:
    server.answers.append(answer)
    with pytest.raises(error, match=match):
        await deliver(crm)


async def test_a_person_without_an_id_is_no_answer(server: MarketoServer, crm: MarketoCrm) -> None:
    record = await deliver(crm)
    server.answers.append(JSONResponse({"success": True, "result": [{"leadStatus": "New"}]}))
    with pytest.raises(CrmUnavailableError, match="a person without an id"):
        await deliver(crm, None, record=record, fields={"title"})
