"""What answers mean: no lead is lost, and nothing that is secret is told."""

from datetime import timedelta

import pytest

from local.fakes.https_endpoint import HttpsEndpointServer
from local.fakes.server import Fault
from shared.destinations.https_endpoint.adapter import HttpsEndpointCrm
from shared.domain.delivery import CrmRecord
from shared.domain.errors import (
    CrmCredentialsError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmUnavailableError,
)
from tests.destinations.https_endpoint.world import CrmFor, Saying, upsert
from tests.examples import LEAD_ID


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        (Fault.THROTTLED, timedelta(seconds=42)),
        (Fault.THROTTLED_WITHOUT_WAIT, None),
        (Fault.UNAVAILABLE, None),
        (Fault.CUT_BEFORE, None),
        (Fault.CUT_AFTER, None),
        (Fault.HALF_A_BODY, None),
    ],
)
async def test_what_may_have_been_taken_is_unknown(
    server: HttpsEndpointServer, fault: Fault, wait: timedelta | None, crm: HttpsEndpointCrm
) -> None:
    server.faults.append(fault)

    with pytest.raises(CrmOutcomeUnknownError) as caught:
        await upsert(crm)

    assert caught.value.retry_after == wait
    await upsert(crm)
    assert len(server.records()) == 1


async def test_a_web_page_is_no_success(server: HttpsEndpointServer, crm: HttpsEndpointCrm) -> None:
    server.faults.append(Fault.HTML)

    with pytest.raises(CrmUnavailableError, match="with a web page: check"):
        await upsert(crm)


async def test_an_answer_without_an_id_is_a_success_under_our_own(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm
) -> None:
    server.faults.append(Fault.NO_ID)

    assert await upsert(crm) == CrmRecord(id=LEAD_ID)
    assert len(server.records()) == 1


async def test_a_redirect_is_not_followed(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm
) -> None:
    server.faults.append(Fault.REDIRECT)

    with pytest.raises(CrmUnavailableError, match=r"^302: redirected elsewhere, check"):
        await upsert(crm)

    assert len(server.calls) == 1


async def test_a_refusal_is_rejected_in_its_own_words(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm
) -> None:
    server.faults.append(Fault.REJECTED)

    with pytest.raises(CrmRejectedError, match=r"^400 Bad Request: .*properties are missing"):
        await upsert(crm)


@pytest.mark.parametrize(
    ("status", "words", "error"),
    [
        (410, "gone", CrmRejectedError),
        (413, "too large", CrmRejectedError),
        (403, "who?", CrmCredentialsError),
        (500, "oh", CrmOutcomeUnknownError),
        (504, "late", CrmOutcomeUnknownError),
        (404, "nothing here", CrmUnavailableError),
        (405, "GET only", CrmUnavailableError),
        (400, '{"error":{"code":"WorkflowTriggerIsNotEnabled"}}', CrmUnavailableError),
    ],
)
async def test_what_is_wrong_with_the_endpoint_is_no_fault_of_the_lead(
    status: int, words: str, error: type[Exception], crm_for: CrmFor
) -> None:
    async with Saying(status, words).running() as server:
        with pytest.raises(error, match=f"^{status} "):
            await upsert(crm_for(server))


async def test_no_error_repeats_what_is_secret(
    server: HttpsEndpointServer, crm_for: CrmFor
) -> None:
    parts = [
        *server.settings()["HTTPS_ENDPOINT_URL"].split("?"),
        server.sig,
        server.secret,
        "t0ken",
    ]
    async with Saying(400, f"no: {' '.join(parts)}").running() as saying:
        saying.sig, saying.secret, saying.bearer = server.sig, server.secret, "t0ken"
        with pytest.raises(CrmRejectedError) as caught:
            await upsert(crm_for(saying))

    assert "no: " in str(caught.value)
    assert all(secret not in str(caught.value) for secret in (server.sig, server.secret, "t0ken"))


async def test_no_log_has_the_query_of_the_address(
    server: HttpsEndpointServer, caplog: pytest.LogCaptureFixture, crm: HttpsEndpointCrm
) -> None:
    caplog.set_level("DEBUG")

    await upsert(crm)

    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("uvicorn")]
    assert ours
    assert not any(server.sig in line for line in ours)
