"""How the app is let in, and what is told if it is not."""

import pytest

from local.fakes.dynamics import DynamicsServer
from local.fakes.server import Fault
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.destinations.dynamics.fields import key
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmCredentialsError, CrmError, CrmUnavailableError
from tests.destinations.dynamics.world import CrmFor, customer, delivered
from tests.examples import LEAD_ID, interest


async def test_a_token_that_is_refused_is_fetched_anew_once(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    await delivered(crm)
    server.tokens.clear()
    await crm.note(customer(), CrmRecord(id=key("lead", LEAD_ID)), interest(2))
    assert server.token_calls == 2
    server.faults.extend([Fault.UNAUTHORIZED, Fault.UNAUTHORIZED])
    with pytest.raises(CrmCredentialsError, match="401"):
        await delivered(crm)
    assert server.token_calls == 3


async def test_a_wrong_secret_is_told_without_it(crm_for: CrmFor, server: DynamicsServer) -> None:
    crm = crm_for(DYNAMICS_CLIENT_SECRET="not-the-secret")
    with pytest.raises(CrmCredentialsError, match="AADSTS7000215: Invalid client secret") as caught:
        await delivered(crm)
    assert "not-the-secret" not in str(caught.value)
    assert "Trace ID" not in str(caught.value)


async def test_an_authority_that_answers_otherwise_is_told(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    with pytest.raises(CrmUnavailableError, match="404 not in its own words, check DYNAMICS_AUTH"):
        await delivered(crm_for(DYNAMICS_AUTHORITY=f"{server.url}/nowhere"))
    server.down = True
    with pytest.raises(CrmUnavailableError, match="503"):
        await delivered(crm_for())
    server.down, server.answers["token"] = False, {"expires_in": 3599}
    with pytest.raises(CrmUnavailableError, match="has no token"):
        await delivered(crm_for())


ALARM, WAITS = CrmCredentialsError, CrmUnavailableError


@pytest.mark.parametrize(
    ("status", "answer", "raised"),
    [
        (401, {"error": "invalid_client", "error_description": "AADSTS7000222: expired"}, ALARM),
        (400, {"error": "unauthorized_client", "error_description": "AADSTS700016: who?"}, ALARM),
        (400, {"error": "temporarily_unavailable", "error_description": "AADSTS90033"}, WAITS),
        (503, {"error": "temporarily_unavailable", "error_description": "AADSTS90033"}, WAITS),
        (500, {"error": "invalid_client", "error_description": "AADSTS7000222: expired"}, WAITS),
        (401, {"error": "invalid_client", "error_description": None}, WAITS),
        (403, {"error": ["invalid_client"], "error_description": "no"}, WAITS),
        (403, ["invalid_client"], WAITS),
        (407, {}, WAITS),
        (429, {}, WAITS),
    ],
)
async def test_only_entras_own_words_are_an_alarm_about_credentials(
    crm: DynamicsCrm,
    server: DynamicsServer,
    status: int,
    answer: object,
    raised: type[CrmError],
) -> None:
    server.login_error = (status, answer)
    with pytest.raises(raised, match="Microsoft Entra"):
        await delivered(crm)


async def test_a_managed_identity_needs_no_secret(
    crm_for: CrmFor, server: DynamicsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{server.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", server.identity_header)
    crm = crm_for(DYNAMICS_CREDENTIAL="managedidentity", DYNAMICS_CLIENT_SECRET="")
    await delivered(crm)
    server.tokens.clear()
    await crm.note(customer(), CrmRecord(id=key("lead", LEAD_ID)), interest(2))
    assert server.token_calls == 2
    server.tokens.clear()
    server.refuses_tokens = True
    with pytest.raises(CrmCredentialsError, match="managed identity gets no token"):
        await delivered(crm)
