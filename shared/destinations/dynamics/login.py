"""How the app is let in: with the client secret of an app registration, or a managed identity."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx

from shared.destinations.dynamics.settings import DynamicsSettings
from shared.destinations.http.answers import (
    TRY_LATER,
    Request,
    json_object,
    unanswered,
)
from shared.destinations.http.client import HttpClient
from shared.destinations.http.said import LONGEST_REASON
from shared.destinations.http.tokens import Token
from shared.domain.errors import CrmCredentialsError, CrmError, CrmUnavailableError

type FetchToken = Callable[[], Awaitable[Token]]


def login(settings: DynamicsSettings, scope: str) -> FetchToken:
    """Return how a token is had."""
    if settings.credential == "managedidentity":
        return _identity_login(settings.identity_client_id, scope)
    return _secret_login(settings, scope)


def _secret_login(settings: DynamicsSettings, scope: str) -> FetchToken:
    """Return how a token is had for a client secret.

    See https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
    """
    http = HttpClient(settings.authority, classify=_not_let_in)
    request = Request(
        method="POST",
        path=f"/{settings.tenant_id}/oauth2/v2.0/token",
        writes=False,
        form={
            "grant_type": "client_credentials",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
            "scope": scope,
        },
    )

    async def fetch() -> Token:
        try:
            given = json_object(request, await http.call(request))
            lasts = timedelta(seconds=int(given["expires_in"]))
            return Token(str(given["access_token"]), datetime.now(UTC) + lasts)
        except (LookupError, TypeError, ValueError):
            raise unanswered(request, f"{http.where} answered without a token") from None
        finally:
            await http.close()

    return fetch


def _not_let_in(_request: Request, response: httpx.Response) -> CrmError | None:
    """Return what an error of Microsoft Entra means; it names the fault, and no secret."""
    if not response.is_client_error or response.status_code in TRY_LATER:
        return None
    try:
        said = str(response.json()["error_description"]).partition("Trace ID")[0].strip()
    except (ValueError, LookupError, TypeError):
        said = f"{response.status_code}, not in its own words: check DYNAMICS_AUTHORITY"
    return CrmCredentialsError(f"Microsoft Entra refuses the app: {said[:LONGEST_REASON]}")


def _identity_login(client_id: str | None, scope: str) -> FetchToken:
    """Return how a token is had for a managed identity.

    A credential keeps its tokens, also one that was refused, so each is had from a new one.
    """

    async def fetch() -> Token:
        from azure.core.exceptions import (  # noqa: PLC0415 - most have a client secret
            AzureError,
            ClientAuthenticationError,
        )
        from azure.identity.aio import ManagedIdentityCredential  # noqa: PLC0415 - as above

        try:
            async with ManagedIdentityCredential(client_id=client_id) as credential:
                given = await credential.get_token(scope)
        except AzureError as error:
            refused = isinstance(error, ClientAuthenticationError)
            meant = CrmCredentialsError if refused else CrmUnavailableError
            said = str(error)[:LONGEST_REASON]
            raise meant(f"the managed identity gets no token: {said}") from None
        return Token(given.token, datetime.fromtimestamp(given.expires_on, UTC))

    return fetch
