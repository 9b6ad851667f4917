"""Run a command: one event loop, clients closed, every expected error one line and an exit code."""

import asyncio
import sys
from collections.abc import Coroutine

import typer

from ops.errors import CommandError, UsageError
from shared import bootstrap
from shared.errors import RelayError, SettingsError


def run[T](command: Coroutine[object, object, T]) -> T:
    """Run a command to its end; raise ``typer.Exit`` with its exit code if it fails."""
    try:
        return asyncio.run(_and_close(command))
    except* (CommandError, RelayError, OSError) as group:
        error = _first(group)
    print(f"leads: {error}", file=sys.stderr)
    raise typer.Exit(_exit_code(error))


async def _and_close[T](command: Coroutine[object, object, T]) -> T:
    try:
        return await command
    finally:
        await bootstrap.close()


def _first(group: BaseExceptionGroup) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _exit_code(error: BaseException) -> int:
    if isinstance(error, CommandError):
        return error.exit_code
    return UsageError.exit_code if isinstance(error, SettingsError) else CommandError.exit_code
