"""How the app is let in: with the client secret of an app registration, or a managed identity."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx

from shared.destinations.dynamics.settings import DynamicsSettings
from shared.destinations.http.answers import (
    Request,
    json_object,
    retry_after,
)
from shared.destinations.http.client import HttpClient
from shared.destinations.http.said import LONGEST_REASON
from shared.destinations.http.tokens import Token, login_fault, token_in
from shared.domain.errors import CrmCredentialsError, CrmError, CrmUnavailableError

REFUSALS = {
    "access_denied",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_resource",
    "invalid_scope",
    "unauthorized_client",
    "unsupported_grant_type",
}
"""How Entra says that the app is not let in, see
https://learn.microsoft.com/entra/identity-platform/reference-error-codes#handling-error-codes-in-your-application
"""
PASSING = {"server_error", "temporarily_unavailable"}

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
            return token_in(json_object(request, await http.call(request)), datetime.now(UTC))
        finally:
            await http.close()

    return fetch


def _not_let_in(request: Request, response: httpx.Response) -> CrmError | None:
    """Return what an error of Microsoft Entra means; it names the fault, and no secret."""
    if response.is_redirect:
        return None
    code, words = login_fault(response)
    if not response.is_client_error or not words or code not in REFUSALS:
        told = code if code in PASSING else "not in its own words, check DYNAMICS_AUTHORITY"
        return CrmUnavailableError(
            f"Microsoft Entra gives no token: {response.status_code} {told}",
            retry_after=retry_after(response),
        )
    secret = (request.form or {}).get("client_secret", "")
    told = words.partition("Trace ID")[0].strip()
    said = told.replace(secret, "…") if secret else told
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
