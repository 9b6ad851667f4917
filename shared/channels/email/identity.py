"""How the app is let in by Azure Communication Services: with its identity, never with a key."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from shared.destinations.http.said import LONGEST_REASON
from shared.destinations.http.tokens import Token
from shared.domain.errors import ChannelSettingsError, ChannelUnavailableError

SCOPE = "https://communication.azure.com//.default"
"""As Microsoft's own client has it, both slashes included."""

type FetchToken = Callable[[], Awaitable[Token]]


async def fetch_token() -> Token:
    """Return a token of the app's identity, or of whoever is logged in on this machine.

    A credential keeps its tokens, also one that was refused, so each is had from a new one.
    """
    from azure.core.exceptions import (  # noqa: PLC0415 - only who sends e-mails needs it
        AzureError,
        ClientAuthenticationError,
    )
    from azure.identity.aio import DefaultAzureCredential  # noqa: PLC0415 - as above

    try:
        async with DefaultAzureCredential() as credential:
            given = await credential.get_token(SCOPE)
    except ClientAuthenticationError as error:
        said = str(error).partition("\n")[0][:LONGEST_REASON]
        raise ChannelSettingsError(f"the app's identity gets no token: {said}") from None
    except AzureError as error:
        gone = f"the app's identity gets no token: {type(error).__name__}"
        raise ChannelUnavailableError(gone) from None
    return Token(given.token, datetime.fromtimestamp(given.expires_on, UTC))
