"""Serve a fake until Ctrl-C, for a person at a terminal."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from local.errors import LocalRunError, StartError
from local.fakes.server import FakeServer
from local.stopping import unless_stopped


def serve(start: Callable[[], Coroutine[Any, Any, None]], farewell: str) -> int:
    """Do what is started until Ctrl-C, and return the exit code."""
    try:
        asyncio.run(unless_stopped(start()))
    except LocalRunError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(farewell)
    return 0


@asynccontextmanager
async def listening(server: FakeServer, port: int) -> AsyncIterator[None]:
    """Run a fake at a port; raise ``StartError`` if it is taken."""
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(server.running(port))
        except OSError:
            raise StartError(f"Port {port} is in use: choose another one by --port.") from None
        yield
