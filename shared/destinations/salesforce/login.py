"""The login: client credentials, on the My Domain host only."""

from datetime import UTC, datetime, timedelta

from shared.destinations.http.answers import Request, json_object
from shared.destinations.http.client import HttpClient
from shared.destinations.http.tokens import Token, token_in
from shared.destinations.salesforce.answers import login_refused
from shared.destinations.salesforce.faults import RECORD_ID
from shared.destinations.salesforce.settings import SalesforceSettings

SESSION = timedelta(hours=24)
"""A token's end is not told; it is used until it is refused (``INVALID_SESSION_ID``), see
https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm
"""


class Login:
    """The way to a token."""

    def __init__(self, settings: SalesforceSettings) -> None:
        """Take settings that were checked; nothing is sent yet."""
        self._form = {
            "grant_type": "client_credentials",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
        }
        self.user_id = ""
        self._http = HttpClient(settings.url, classify=login_refused)

    async def close(self) -> None:
        """Close the connection."""
        await self._http.close()

    async def token(self) -> Token:
        """Fetch a token."""
        request = Request(
            method="POST", path="/services/oauth2/token", form=self._form, writes=False
        )
        answer = json_object(request, await self._http.call(request))
        token = token_in(answer, datetime.now(UTC), SESSION)
        self.user_id = _user(answer.get("id"))
        return token


def _user(identity: object) -> str:
    """Return the id of the user from the address that tells about them, "" if that is none.

    See https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_using_openid.htm
    """
    user_id = identity.rpartition("/")[2] if isinstance(identity, str) else ""
    return user_id if RECORD_ID.fullmatch(user_id) else ""
