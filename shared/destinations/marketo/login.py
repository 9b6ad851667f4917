"""The login to Marketo, by client id and secret.

https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/authentication
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import httpx

from shared.destinations.http.answers import Request, json_object, meaning
from shared.destinations.http.client import HttpClient
from shared.destinations.http.tokens import REFRESH_BEFORE, Token, login_fault, token_in
from shared.destinations.marketo.answers import not_marketos
from shared.destinations.marketo.codes import LOGIN_REFUSED
from shared.destinations.marketo.settings import MarketoSettings
from shared.domain.errors import CrmCredentialsError, CrmError, CrmUnavailableError


class Login:
    """Gets tokens."""

    def __init__(
        self, base_url: str, settings: MarketoSettings, clock: Callable[[], datetime]
    ) -> None:
        """Take who we are."""
        self._settings = settings
        self._clock = clock
        self._http = HttpClient(base_url, classify=self._refused)

    async def token(self) -> Token:
        """Return a token, which Marketo gives again until it ends: to ask earlier is of no use."""
        asked = {
            "grant_type": "client_credentials",
            "client_id": self._settings.client_id,
            "client_secret": self._settings.client_secret,
        }
        path = "/identity/oauth/token"
        request = Request(method="GET", path=path, writes=False, params=asked)
        token = token_in(json_object(request, await self._http.call(request)), self._clock())
        return replace(token, ends_at=token.ends_at + REFRESH_BEFORE)

    async def close(self) -> None:
        """Close the connection."""
        await self._http.close()

    def _refused(self, request: Request, response: httpx.Response) -> CrmError:
        """Tell credentials that are refused, in Marketo's words, from whatever may pass."""
        code, _ = login_fault(response)
        if code in LOGIN_REFUSED:
            return CrmCredentialsError(
                f"{response.status_code} {code}: Marketo refuses MARKETO_CLIENT_ID and"
                " MARKETO_CLIENT_SECRET"
            )
        known = not_marketos(request, response, self._clock()) or meaning(request, response)
        return known if isinstance(known, CrmUnavailableError) else CrmUnavailableError(str(known))
