"""Bearer tokens: one for all calls of a process."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

REFRESH_BEFORE = timedelta(minutes=5)


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
