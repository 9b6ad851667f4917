"""What answers mean: no lead is lost, and nothing that is secret is told."""

import json
import re
from datetime import timedelta
from html import escape
from urllib.parse import quote

import pytest

from local.fakes.https_endpoint import HttpsEndpointServer
from local.fakes.server import Fault
from shared.destinations.https_endpoint.adapter import HttpsEndpointCrm
from shared.domain.delivery import CrmRecord
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmSettingsError,
    CrmUnavailableError,
)
from tests.destinations.https_endpoint.world import CrmFor, Saying, changed, upsert
from tests.examples import CONTACT, LEAD_ID, interest

PAGE = "<html><head><title>Please wait</title></head></html>"


@pytest.mark.parametrize(
    ("fault", "wait"),
    [(Fault.THROTTLED, timedelta(seconds=42)), (Fault.THROTTLED_WITHOUT_WAIT, None)],
)
async def test_a_flow_that_says_so_itself_has_done_nothing(
    server: HttpsEndpointServer, fault: Fault, wait: timedelta | None, crm: HttpsEndpointCrm
) -> None:
    server.faults.append(fault)

    with pytest.raises(CrmUnavailableError, match=r"^429 Too Many Requests: Too") as caught:
        await upsert(crm)

    assert caught.value.retry_after == wait
    await upsert(crm)
    assert len(server.records()) == 1


@pytest.mark.parametrize(
    "fault",
    [Fault.UNAVAILABLE, Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.HALF_A_BODY, Fault.HTML],
)
async def test_a_post_without_a_usable_answer_may_have_arrived_and_is_sent_again(
    server: HttpsEndpointServer, fault: Fault, crm: HttpsEndpointCrm
) -> None:
    server.faults.append(fault)

    with pytest.raises(CrmOutcomeUnknownError):
        await upsert(crm)

    await upsert(crm)
    assert len(server.records()) == 1


async def test_an_answer_without_an_id_is_a_success_under_our_own(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm
) -> None:
    server.faults.append(Fault.NO_ID)

    assert await upsert(crm) == CrmRecord(id=LEAD_ID)
    assert len(server.records()) == 1


async def test_credentials_that_something_on_the_way_refuses_are_a_trouble_of_unknown_outcome(
    crm_for: CrmFor,
) -> None:
    async with Saying(401, PAGE).running() as server:
        with pytest.raises(CrmOutcomeUnknownError, match=r"^401 Unauthorized$") as caught:
            await upsert(crm_for(server))

    assert caught.value.trouble


async def test_a_redirect_is_not_followed(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm
) -> None:
    server.faults.append(Fault.REDIRECT)

    with pytest.raises(CrmOutcomeUnknownError, match=r"^302: redirected elsewhere, check"):
        await upsert(crm)

    assert len(server.calls) == 1


async def test_a_refusal_is_rejected_in_its_own_words(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm
) -> None:
    server.faults.append(Fault.REJECTED)

    with pytest.raises(CrmRejectedError, match=r"^400 Bad Request: .*properties are missing"):
        await upsert(crm)


LONG_JSON = json.dumps({"detail": [{"msg": "Field required", "input": "<form>" * 20_000}]})
DEEP_JSON = "[" * 3_000 + '"x"' + "]" * 3_000


@pytest.mark.parametrize(
    ("status", "words", "error"),
    [
        (400, "upstream said no", CrmOutcomeUnknownError),
        (400, '{"detail": "The field title is unknown."}', CrmRejectedError),
        (422, '[{"loc": ["body"], "msg": "unknown field"}]', CrmRejectedError),
        (410, "", CrmRejectedError),
        (410, PAGE, CrmOutcomeUnknownError),
        (413, "", CrmRejectedError),
        (413, PAGE, CrmRejectedError),
        (400, "", CrmOutcomeUnknownError),
        (400, "{}", CrmOutcomeUnknownError),
        (400, "[]", CrmOutcomeUnknownError),
        (400, "null", CrmOutcomeUnknownError),
        (400, '{"status": 400, "error": null}', CrmOutcomeUnknownError),
        (400, '{"error": {"code": "Inva', CrmOutcomeUnknownError),
        (400, '["The field', CrmOutcomeUnknownError),
        (400, PAGE, CrmOutcomeUnknownError),
        (409, PAGE, CrmOutcomeUnknownError),
        (422, PAGE.upper(), CrmOutcomeUnknownError),
        (451, f"<!-- proxy -->{PAGE}", CrmOutcomeUnknownError),
        (451, '{"detail": "Not here."}', CrmUnavailableError),
        (404, "nothing here", CrmOutcomeUnknownError),
        (404, '{"error": {"code": "X", "message": "No such thing."}}', CrmSettingsError),
        (405, '"GET only"', CrmSettingsError),
        (400, '{"error":{"code":"WorkflowTriggerIsNotEnabled"}}', CrmSettingsError),
        (400, '{"error":{"code":"MissingApiVersionParameter"}}', CrmSettingsError),
        (400, '{"error":{"code":"TriggerInputSchemaMismatch"}}', CrmSettingsError),
        (404, '{"error":{"code":"WorkflowNotFound"}}', CrmSettingsError),
        (403, "who?", CrmOutcomeUnknownError),
        (403, '["who?"]', CrmCredentialsError),
        (408, "late", CrmOutcomeUnknownError),
        (425, "early", CrmOutcomeUnknownError),
        (429, "slow down", CrmOutcomeUnknownError),
        (429, PAGE, CrmOutcomeUnknownError),
        (500, "oh", CrmOutcomeUnknownError),
        (503, "{}", CrmOutcomeUnknownError),
        (504, "late", CrmOutcomeUnknownError),
        (200, PAGE, CrmOutcomeUnknownError),
        (202, "<form action='/login'>", CrmOutcomeUnknownError),
        (422, LONG_JSON, CrmRejectedError),
        (401, LONG_JSON, CrmCredentialsError),
        (404, LONG_JSON, CrmSettingsError),
        (429, LONG_JSON, CrmOutcomeUnknownError),
        (500, LONG_JSON, CrmOutcomeUnknownError),
        (422, DEEP_JSON, CrmRejectedError),
        (422, PAGE + "x" * 70_000, CrmOutcomeUnknownError),
    ],
)
async def test_the_lead_is_parked_only_if_the_endpoint_itself_refuses_it(
    status: int, words: str, error: type[Exception], crm_for: CrmFor
) -> None:
    async with Saying(status, words).running() as server:
        with pytest.raises(error, match=f"^{status}"):
            await upsert(crm_for(server))


@pytest.mark.parametrize(
    "words",
    [
        '["WorkflowTriggerIsNotEnabled"]',
        '{"error": {"code": "Invalid", "message": "WorkflowTriggerIsNotEnabled"}}',
        '{"error": "WorkflowTriggerIsNotEnabled"}',
    ],
)
async def test_a_flow_is_switched_off_only_if_its_error_code_says_so(
    words: str, crm_for: CrmFor
) -> None:
    async with Saying(400, words).running() as server:
        with pytest.raises(CrmRejectedError):
            await upsert(crm_for(server))


@pytest.mark.parametrize("words", ["OK", "", "Thanks <b>a lot</b>", '{"note": "<form>"}', "null"])
async def test_whatever_else_comes_with_a_success_is_one(words: str, crm_for: CrmFor) -> None:
    async with Saying(200, words, "text/html").running() as server:
        assert await upsert(crm_for(server)) == CrmRecord(id=LEAD_ID)


async def test_an_answer_is_read_up_to_64_kib(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm
) -> None:
    server.faults.append(Fault.ENDLESS)

    assert await upsert(crm) == CrmRecord(id=LEAD_ID)
    assert len(server.records()) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 413, 422, 429, 500, 503])
async def test_no_error_repeats_what_the_customer_said(status: int, crm_for: CrmFor) -> None:
    planted = [*CONTACT.given().values(), "Our budget is 5,000,000 a year."]
    new = changed(interest(1, description=planted[-1]))
    async with Saying(status, "").running() as server:
        crm = crm_for(server)
        for spelled in (str, json.dumps, quote, escape, str.upper):
            spellings = [spelled(value) for value in planted]
            server.words = "not taken: " + " | ".join(spellings)
            with pytest.raises(CrmError, match=f"^{status} ") as caught:
                await upsert(crm, new)

            said = str(caught.value)
            for one in (*planted, *spellings):
                assert not re.search(rf"(?<!\w){re.escape(one)}(?!\w)", said, re.IGNORECASE)


async def test_a_message_that_quotes_the_customer_is_told_by_its_code_alone(
    crm_for: CrmFor,
) -> None:
    quoting = f"{CONTACT.email} is there already, with the phone number +49 40 999999"
    error = {"error": {"code": "Conflict", "message": quoting}}
    async with Saying(409, json.dumps(error)).running() as server:
        with pytest.raises(CrmRejectedError, match=r"^409 Conflict: Conflict; …$"):
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
    async with Saying(400, json.dumps(f"no: {' '.join(parts)}")).running() as saying:
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


async def test_of_many_texts_the_first_are_told(crm_for: CrmFor) -> None:
    texts = json.dumps([f"rule {number}." for number in range(1_000)])
    async with Saying(400, texts).running() as server:
        with pytest.raises(CrmRejectedError, match=r"rule 8\.; rule 9\.$"):
            await upsert(crm_for(server))
