"""Tokens and the login."""

import asyncio
import logging
from datetime import timedelta

import pytest
from starlette.responses import JSONResponse, Response

from local.fakes.marketo import MarketoServer
from local.fakes.server import Fault
from shared.destinations.http.texts import mark
from shared.destinations.marketo.adapter import MarketoCrm
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmCredentialsError, CrmError, CrmUnavailableError
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
    server.expire()
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
    server.expire()
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


@pytest.mark.parametrize(
    "answer", [{}, {"access_token": "t"}, {"access_token": "", "expires_in": 1}]
)
async def test_a_login_without_a_token_is_tried_again(
    server: MarketoServer, crm_for: CrmFor, answer: dict[str, object]
) -> None:
    server.login_answer = JSONResponse(answer)
    with pytest.raises(CrmUnavailableError, match="has no token"):
        await deliver(crm_for())


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, CrmUnavailableError), (502, CrmUnavailableError), (403, CrmCredentialsError)],
)
async def test_a_login_that_repeats_the_secret_is_told_without_it(
    server: MarketoServer, crm: MarketoCrm, status: int, error: type[CrmError]
) -> None:
    server.login_answer = Response(f"no {server.client_secret}", status)
    with pytest.raises(error, match=f"^{status}") as raised:
        await deliver(crm)

    assert server.client_secret not in str(raised.value)


@pytest.mark.parametrize("end", ["/", "/rest", "/identity"])
async def test_an_address_as_marketo_shows_it_is_understood(
    server: MarketoServer, crm_for: CrmFor, end: str
) -> None:
    await deliver(crm_for(MARKETO_URL=server.url + end))

    assert only(server).lead_id == LEAD_ID
