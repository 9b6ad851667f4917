"""Waiting that ends early when the run stops."""

import asyncio
from datetime import timedelta


async def set_within(event: asyncio.Event, delay: timedelta) -> bool:
    """Wait for ``event``, at most ``delay``; return whether it is set."""
    try:
        async with asyncio.timeout(delay.total_seconds()):
            await event.wait()
    except TimeoutError:
        return False
    return True
