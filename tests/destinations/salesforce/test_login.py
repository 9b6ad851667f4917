"""The login and its tokens."""

import asyncio

import pytest

from local.fakes.salesforce import SalesforceServer
from shared.destinations.salesforce.adapter import SalesforceCrm
from shared.domain.errors import CrmCredentialsError, CrmError, CrmUnavailableError
from tests.destinations.salesforce.world import CrmFor, deliver, question, refusal, says


async def test_a_token_that_ended_is_fetched_anew_once_for_all_that_wait(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.tokens.clear()

    await asyncio.gather(*(crm.follow_ups([question(record)]) for _ in range(5)))

    assert server.logins == 2


async def test_a_token_that_is_refused_twice_is_a_matter_of_credentials(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.refuses_tokens = True

    error = await refusal(crm)

    assert type(error) is CrmCredentialsError
    assert "INVALID_SESSION_ID" in str(error)
    assert server.logins == 2


@pytest.mark.parametrize(
    ("status", "answer", "cls"),
    [
        (400, {"error": "invalid_grant", "error_description": "no user"}, CrmCredentialsError),
        (
            400,
            {"error": "invalid_grant", "error_description": "login rate exceeded"},
            CrmUnavailableError,
        ),
        (
            400,
            {"error": "invalid_grant", "error_description": "no login rate exceeded here"},
            CrmCredentialsError,
        ),
        (400, {"error": "rate_limit_exceeded"}, CrmUnavailableError),
        (400, {"error": "temporarily_unavailable"}, CrmUnavailableError),
        (503, {"error": "temporarily_unavailable"}, CrmUnavailableError),
        (503, {"error": "server_error"}, CrmUnavailableError),
        (500, {"error": "invalid_client"}, CrmUnavailableError),
        (401, {"error": None, "error_description": 7}, CrmUnavailableError),
        (403, ["invalid_client"], CrmUnavailableError),
        (403, {}, CrmUnavailableError),
        (200, {"scope": "api"}, CrmUnavailableError),
    ],
)
async def test_a_refused_login_is_told_apart_from_a_busy_one(
    server: SalesforceServer,
    crm: SalesforceCrm,
    status: int,
    answer: object,
    cls: type[CrmError],
) -> None:
    server.login_error = (status, answer)

    assert type(await refusal(crm)) is cls


async def test_wrong_credentials_are_never_shown(server: SalesforceServer, crm_for: CrmFor) -> None:
    server.login_error = (
        400,
        {"error": "invalid_client", "error_description": "wrong secret: not-that-one"},
    )

    error = await refusal(crm_for(SALESFORCE_CLIENT_SECRET="not-that-one"))

    assert str(error) == "login refused: invalid_client: wrong secret: …"


async def test_a_login_at_the_wrong_address_never_parks_a_lead(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    told = await refusal(crm_for(SALESFORCE_URL=f"{server.url}/elsewhere"))
    assert type(told) is CrmUnavailableError
    assert str(told) == "no login: 404 not in Salesforce's words, check SALESFORCE_URL"


@pytest.mark.parametrize("identity", ["http://[x", "\x01", 7, None, "https://x.example/id/00D/us"])
async def test_who_we_are_may_be_told_in_any_way(
    server: SalesforceServer, crm: SalesforceCrm, identity: object
) -> None:
    answer = {"access_token": "t", "id": identity}
    server.tokens.add("t")
    server.faults_at["POST /services/oauth2/token"] = says(answer, 200)

    await deliver(crm)

    assert len(server.records()) == 1
