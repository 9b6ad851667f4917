"""Bearer tokens: one for all calls of a process."""

import asyncio
import math
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from shared.destinations.http.answers import json_of
from shared.domain.errors import CrmUnavailableError

REFRESH_BEFORE = timedelta(minutes=5)
LONGEST = timedelta(days=1)
TEXT = re.compile("[!-~]+")
"""What a header can carry."""


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token and when it ends."""

    text: str
    ends_at: datetime


class Tokens:
    """One token for all calls of a process: refreshed before it ends, once for many that wait."""

    def __init__(
        self,
        fetch: Callable[[], Awaitable[Token]],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take how a token is fetched."""
        self._fetch = fetch
        self._clock = clock
        self._token: Token | None = None
        self._refreshing = asyncio.Lock()

    async def get(self, *, instead_of: str = "") -> str:
        """Return a token that is good for some minutes; ``instead_of`` one that was refused."""
        async with self._refreshing:
            token = self._token
            stale = token is None or token.ends_at - self._clock() < REFRESH_BEFORE
            if token is None or stale or token.text == instead_of:
                token = self._token = await self._fetch()
            return token.text


def token_in(answer: Mapping[str, object], now: datetime, lasts: timedelta | None = None) -> Token:
    """Return the token in the answer to a login; ``lasts`` is how long, where none is told.

    Raises ``CrmUnavailableError`` for an answer that has none, or none that can be sent.
    """
    text = answer.get("access_token")
    lasts = lasts or _told(answer.get("expires_in"))
    if not isinstance(text, str) or not TEXT.fullmatch(text) or lasts is None:
        raise CrmUnavailableError("the answer to the login has no token")
    return Token(text, now + lasts)


def login_fault(response: httpx.Response) -> tuple[str, str]:
    """Return code and words of a login's error as OAuth 2.0 has it, "" for what is not there.

    See https://datatracker.ietf.org/doc/html/rfc6749#section-5.2
    """
    body = json_of(response)
    given = body if isinstance(body, dict) else {}
    code, words = given.get("error"), given.get("error_description")
    return code if isinstance(code, str) else "", words if isinstance(words, str) else ""


def _told(seconds: object) -> timedelta | None:
    """Return how long a token lasts, which may come as a text; None if that is not told."""
    try:
        told = float(seconds) if isinstance(seconds, int | float | str) else math.nan
    except (ValueError, OverflowError):
        return None
    longest = LONGEST.total_seconds()
    return None if math.isnan(told) else timedelta(seconds=min(max(told, 0), longest))
