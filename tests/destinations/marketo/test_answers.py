"""What Marketo's errors mean."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from starlette.responses import JSONResponse

from local.fakes.marketo import MarketoServer
from local.fakes.marketo.answers import failed, skipped
from shared.destinations.marketo.adapter import MarketoCrm
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmSettingsError,
    CrmUnavailableError,
)
from tests.destinations.marketo.world import CrmFor, deliver, found, question
from tests.examples import CONTACT
from tests.fakes import Clock

OF_A_WRITE: Mapping[type[CrmError], Sequence[str]] = {
    CrmCredentialsError: ["603"],
    CrmUnavailableError: ["606", "607", "608", "614", "615", "713"],
    CrmSettingsError: [
        *("605", "609", "610", "612", "613", "616", "703"),
        *("1002", "1006", "1009", "1011"),
    ],
    CrmRejectedError: ["701", "702", "704", "709", "710", "1001", "1003", "1007", "1018", "1077"],
    CrmOutcomeUnknownError: ["500", "502", "604", "611", "799", "1999"],
}
WAITS = {"606": timedelta(seconds=20), "607": timedelta(hours=21)}

OF_A_QUESTION: Mapping[type[CrmError], Sequence[str]] = {
    **OF_A_WRITE,
    CrmUnavailableError: [
        code
        for error in (CrmUnavailableError, CrmRejectedError, CrmOutcomeUnknownError)
        for code in OF_A_WRITE[error]
    ],
    CrmRejectedError: [],
    CrmOutcomeUnknownError: [],
}


@pytest.mark.parametrize("error", OF_A_WRITE)
async def test_errors_in_an_answer_of_200_are_told_as_what_they_are(
    server: MarketoServer, crm_for: CrmFor, error: type[CrmError]
) -> None:
    server.now = clock = Clock(datetime(2026, 11, 2, 9, 0, tzinfo=UTC))
    server.end_tokens()
    crm = crm_for(clock)
    for code in OF_A_WRITE[error]:
        for answer in (failed(code), skipped(code, "no")):
            server.answers.append(answer)
            with pytest.raises(error, match=f"^{code}: ") as raised:
                await deliver(crm)

            assert type(raised.value) is error
            assert getattr(raised.value, "retry_after", None) == WAITS.get(code)
    assert server.records() == []


@pytest.mark.parametrize("error", OF_A_QUESTION)
async def test_an_error_of_a_question_parks_nobody(
    server: MarketoServer, crm: MarketoCrm, error: type[CrmError]
) -> None:
    record = await deliver(crm)
    for code in OF_A_QUESTION[error]:
        server.answers.append(failed(code))
        with pytest.raises(error, match=f"^{code}: ") as raised:
            await crm.follow_ups([question(record, datetime.now(UTC))])

        assert type(raised.value) is error


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
    server.end_tokens()
    server.answers.append(failed("607"))
    with pytest.raises(CrmUnavailableError, match="607") as raised:
        await deliver(crm_for(clock))

    assert raised.value.retry_after == timedelta(hours=hours)
    assert raised.value.daily_quota


async def test_a_person_who_is_refused_is_parked_with_the_reason_but_not_the_values(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.answers.append(skipped("1003", f"Invalid data: {CONTACT.email}, {CONTACT.phone}"))
    with pytest.raises(CrmRejectedError) as raised:
        await deliver(crm)

    assert str(raised.value) == "1003: …"


async def test_a_message_that_quotes_a_value_is_told_without_it(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    told = "Invalid value 'open sesame'. Required of type 'score'"
    server.answers.append(skipped("1001", told))
    with pytest.raises(CrmRejectedError, match=r"^1001: Invalid value '…'\. Required of type 's"):
        await deliver(crm)


@pytest.mark.parametrize(
    ("code", "message", "told"),
    [
        ("1002", "Missing value for the required parameter 'region'", "set the field in MARKETO_F"),
        ("1006", "Field 'marketplaceLeadId' not found", "create the field"),
        ("1008", "Access denied to partition 'EMEA'", "correct MARKETO_PARTITION"),
        ("1009", "Partition name must be specified", "set MARKETO_PARTITION"),
        ("1011", "Field 'marketplaceLeadId' not supported", "set MARKETO_ID_FIELD"),
    ],
)
async def test_what_the_settings_lack_is_named_and_parks_nobody(
    server: MarketoServer, crm: MarketoCrm, code: str, message: str, told: str
) -> None:
    server.answers.append(skipped(code, message))
    with pytest.raises(CrmSettingsError, match=f"^{code}: {message}: {told}"):
        await deliver(crm)


async def test_a_person_in_a_partition_that_is_not_for_us_is_parked(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    looked = JSONResponse(found(record))
    server.answers.extend([looked, skipped("1008", "Access denied to partition 'EMEA'")])
    with pytest.raises(CrmRejectedError, match=r"^1008: Access denied to partition 'EMEA'$"):
        await deliver(crm, None, record=record, fields={"title"})


async def test_a_required_field_is_named(server: MarketoServer, crm: MarketoCrm) -> None:
    server.schema.required.add("region")
    with pytest.raises(CrmSettingsError, match=r"1002: Missing value .* 'region'"):
        await deliver(crm)
