"""A run that stops when a signal asks for it, and waiting that ends early then.

Signals are taken whether or not they were ignored when the process started: a shell without job
control starts what runs in the background with SIGINT ignored, and then Python raises no
KeyboardInterrupt.
"""

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType
from typing import Any

STOPPED = 130
"""The exit code of a command that did not come to its end."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def set_by_signals() -> Iterator[asyncio.Event]:
    """Give an event that the first signal sets; a second one ends the process at once."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        loop.call_soon_threadsafe(stopping.set)

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def unless_stopped[T](work: Coroutine[Any, Any, T]) -> T | None:
    """Return what ``work`` returns, or None if a signal came first: it is then cancelled."""
    with set_by_signals() as stopping:
        working = asyncio.create_task(work)
        stopped = asyncio.create_task(stopping.wait())
        await asyncio.wait((working, stopped), return_when=asyncio.FIRST_COMPLETED)
        for task in (working, stopped):
            task.cancel()
        await asyncio.wait((working, stopped))
        return None if working.cancelled() else working.result()


async def set_within(event: asyncio.Event, delay: timedelta) -> bool:
    """Wait for ``event``, at most ``delay``; return whether it is set."""
    try:
        async with asyncio.timeout(delay.total_seconds()):
            await event.wait()
    except TimeoutError:
        return False
    return True
