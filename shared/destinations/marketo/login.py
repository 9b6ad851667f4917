"""The login to Marketo, by client id and secret.

https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/authentication
"""

import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx

from shared.destinations.http.answers import Request, json_object, json_of, meaning
from shared.destinations.http.client import HttpClient
from shared.destinations.http.tokens import REFRESH_BEFORE, Token
from shared.destinations.marketo.answers import not_marketos
from shared.destinations.marketo.codes import LOGIN_REFUSED
from shared.destinations.marketo.settings import MarketoSettings
from shared.domain.errors import CrmCredentialsError, CrmError, CrmUnavailableError

TOKEN = re.compile("[!-~]+")
LONGEST_SECONDS = 86_400


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
        token, seconds = body.get("access_token"), _seconds(body.get("expires_in"))
        if not isinstance(token, str) or not TOKEN.fullmatch(token) or seconds is None:
            raise CrmUnavailableError("the answer to the login has no token")
        return Token(token, self._clock() + timedelta(seconds=seconds) + REFRESH_BEFORE)

    async def close(self) -> None:
        """Close the connection."""
        await self._http.close()

    def _refused(self, request: Request, response: httpx.Response) -> CrmError:
        """Tell credentials that are refused, in Marketo's words, from whatever may pass."""
        body = json_of(response)
        error = body.get("error") if isinstance(body, dict) else None
        if isinstance(error, str) and error in LOGIN_REFUSED:
            return CrmCredentialsError(
                f"{response.status_code} {error}: Marketo refuses MARKETO_CLIENT_ID and"
                " MARKETO_CLIENT_SECRET"
            )
        known = not_marketos(request, response, self._clock()) or meaning(request, response)
        return known if isinstance(known, CrmUnavailableError) else CrmUnavailableError(str(known))


def _seconds(given: object) -> int | None:
    """Return how long a token lasts, which may come as a text; None if that is not told."""
    try:
        seconds = float(given) if isinstance(given, int | float | str) else math.nan
    except (ValueError, OverflowError):
        return None
    return None if math.isnan(seconds) else int(min(max(seconds, 0), LONGEST_SECONDS))
