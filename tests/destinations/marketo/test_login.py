"""Tokens and the login."""

import asyncio
import logging
from datetime import timedelta

import pytest
from starlette.responses import JSONResponse, Response

from local.fakes.marketo import MarketoServer
from local.fakes.server import Fault
from shared.destinations.http.texts import mark
from shared.destinations.http.tokens import REFRESH_BEFORE, Token
from shared.destinations.marketo.adapter import MarketoCrm
from shared.destinations.marketo.login import Login
from shared.destinations.marketo.settings import MarketoSettings
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmCredentialsError, CrmUnavailableError
from tests.destinations.marketo.world import CrmFor, a_lead, deliver, only, question
from tests.examples import LEAD_ID, interest
from tests.fakes import START, Clock


async def test_many_calls_at_once_share_one_login(server: MarketoServer, crm: MarketoCrm) -> None:
    await asyncio.gather(*(crm.follow_ups([question(CrmRecord(id="1"), START)]) for _ in range(20)))

    assert server.logins == 1


async def test_a_token_is_fetched_anew_when_it_has_ended_and_not_before(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    server.now = clock = Clock(START)
    server.end_tokens()
    crm = crm_for(clock)
    record = await deliver(crm)
    clock.advance(timedelta(minutes=58))  # to ask now is to get the same token again
    await crm.note(a_lead(), record, interest(2))
    assert server.logins == 1

    clock.advance(timedelta(minutes=3))
    await crm.note(a_lead(), record, interest(3))
    assert server.logins == 2
    assert mark(interest(3)) in only(server).description


async def test_a_token_that_is_refused_costs_one_login(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    server.end_tokens()
    await crm.note(a_lead(), record, interest(2))

    assert server.logins == 2
    assert mark(interest(2)) in only(server).description


async def test_a_token_that_is_refused_twice_is_a_matter_of_credentials(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.faults.extend([Fault.UNAUTHORIZED] * 2)
    with pytest.raises(CrmCredentialsError, match="601: Access token invalid"):
        await deliver(crm)

    assert server.records() == []


async def test_a_wrong_secret_is_told_without_the_secret(
    crm_for: CrmFor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    crm = crm_for(MARKETO_CLIENT_SECRET="another-secret")
    with pytest.raises(CrmCredentialsError, match="refuses MARKETO_CLIENT_ID") as raised:
        await deliver(crm)

    logged = [r.getMessage() for r in caplog.records if not r.name.startswith("uvicorn")]
    assert logged
    assert "another-secret" not in f"{raised.value!r} {logged}"


async def test_a_login_without_a_token_is_tried_again(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    answers: list[object] = [
        {},
        {"access_token": "t"},
        {"access_token": "", "expires_in": 1},
        {"access_token": "t", "expires_in": None},
        {"access_token": "t", "expires_in": "soon"},
        {"access_token": "t", "expires_in": [3599]},
        {"access_token": None, "expires_in": 3599},
        {"access_token": "t\r\n", "expires_in": 3599},
        {"access_token": "tökén", "expires_in": 3599},
        [],
        None,
    ]
    for answer in answers:
        server.login_answer = JSONResponse(answer)
        with pytest.raises(CrmUnavailableError, match=r"has no token|no JSON object"):
            await deliver(crm)


async def test_a_token_is_taken_however_its_end_is_written(server: MarketoServer) -> None:
    login = Login(server.url, MarketoSettings.model_validate(server.settings()), Clock(START))
    for expires_in, seconds in (
        ("3599", 3599),
        (" 3599 ", 3599),
        ("3599.0", 3599),
        (3599.5, 3599.5),
        (10**30, 86_400),
        ("1e99", 86_400),
        (0, 0),
        ("-1", 0),
    ):
        server.login_answer = JSONResponse({"access_token": "t", "expires_in": expires_in})

        ends_at = START + timedelta(seconds=seconds)
        assert await login.token() == Token("t", ends_at + REFRESH_BEFORE)
    await login.close()


LOGIN_PAGE = "<html><title>Please wait</title></html>"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
async def test_a_login_that_fails_in_other_words_is_no_matter_of_credentials(
    server: MarketoServer, crm: MarketoCrm, status: int
) -> None:
    for body in (
        LOGIN_PAGE,
        "",
        "{}",
        "[]",
        '{"error": null}',
        '{"error": ["unauthorized"]}',
        '{"error": "temporarily_unavailable"}',
        '{"error": "server_error", "error_description": "unauthorized"}',
        f"no {server.client_secret}",
    ):
        server.login_answer = Response(body, status)
        with pytest.raises(CrmUnavailableError, match=f"^{status}") as raised:
            await deliver(crm)

        assert server.client_secret not in str(raised.value)


@pytest.mark.parametrize("error", ["invalid_client", "unauthorized", "unauthorized_client"])
async def test_a_login_that_marketo_refuses_is_a_matter_of_credentials(
    server: MarketoServer, crm: MarketoCrm, error: str
) -> None:
    said = {"error": error, "error_description": f"no {server.client_secret}"}
    server.login_answer = JSONResponse(said, 401)
    with pytest.raises(CrmCredentialsError, match=f"^401 {error}: Marketo refuses") as raised:
        await deliver(crm)

    assert server.client_secret not in str(raised.value)


@pytest.mark.parametrize("end", ["/", "/rest", "/identity"])
async def test_an_address_as_marketo_shows_it_is_understood(
    server: MarketoServer, crm_for: CrmFor, end: str
) -> None:
    await deliver(crm_for(MARKETO_URL=server.url + end))

    assert only(server).lead_id == LEAD_ID
