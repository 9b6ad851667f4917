"""So many messages a second, within one process."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic

from shared.domain.delivery import LONGEST_ASKED_FOR
from shared.domain.errors import ChannelUnavailableError

LONGEST_WAIT_SECONDS = 10


class Pace:
    """Lets one message go at a time, a second after the one before."""

    def __init__(
        self,
        gap_seconds: float = 1.0,
        clock: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Take the time between two messages, and what gives and spends seconds."""
        self._gap = gap_seconds
        self._clock = clock
        self._sleep = sleep
        self._next = 0.0

    async def turn(self) -> None:
        """Wait until a message may go; raise ``ChannelUnavailableError`` if that takes long."""
        now = self._clock()
        wait = max(self._next - now, 0)
        if wait > LONGEST_WAIT_SECONDS:
            raise ChannelUnavailableError(
                "many messages wait for this channel", retry_after=timedelta(seconds=wait)
            )
        self._next = now + wait + self._gap
        if wait:
            await self._sleep(wait)

    def hold(self, wait: timedelta | None) -> None:
        """Let nothing go for as long as the channel has asked for, within limits."""
        if wait:
            longest = min(wait, LONGEST_ASKED_FOR)
            self._next = max(self._next, self._clock() + longest.total_seconds())
