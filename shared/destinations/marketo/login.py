"""The login to Marketo, by client id and secret.

https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/authentication
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus

import httpx

from shared.destinations.http.answers import Request, json_object, meaning
from shared.destinations.http.client import HttpClient
from shared.destinations.http.tokens import REFRESH_BEFORE, Token
from shared.destinations.marketo.answers import wrong_address
from shared.destinations.marketo.settings import MarketoSettings
from shared.domain.errors import CrmCredentialsError, CrmError, CrmUnavailableError

REFUSED = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}


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
        body = json_object(request, await self._http.call(request))
        token, seconds = body.get("access_token"), body.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int):
            raise CrmUnavailableError("the answer to the login has no token")
        return Token(token, self._clock() + timedelta(seconds=seconds) + REFRESH_BEFORE)

    async def close(self) -> None:
        """Close the connection."""
        await self._http.close()

    def _refused(self, request: Request, response: httpx.Response) -> CrmError:
        if response.status_code in REFUSED:
            return CrmCredentialsError(
                f"{response.status_code}: Marketo refuses MARKETO_CLIENT_ID and"
                " MARKETO_CLIENT_SECRET"
            )
        return wrong_address(request, response) or meaning(request, response)
