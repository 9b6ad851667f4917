"""Run a command: one event loop, clients closed, every expected error one line and an exit code."""

import asyncio
import logging
import os
import sys
from collections.abc import Coroutine

import typer

from cli.where import storage_name
from shared import bootstrap
from shared.domain.errors import (
    ContendedLeadError,
    RelayError,
    SettingsError,
    StorageUnavailableError,
    UnreadableLeadError,
)
from shared.operations.errors import UsageError

FAILED, USAGE = 1, 2

REFUSALS = ("401", "403", "ClientAuthenticationError")
"""Parts of what storage says where it does not let us in."""


def run(command: Coroutine[object, object, None]) -> None:
    """Run a command to its end; raise ``typer.Exit`` with its exit code if it fails."""
    logging.getLogger("azure.identity").setLevel(logging.CRITICAL)  # it fills a screen; we say it
    try:
        asyncio.run(_and_close(command))
        sys.stdout.flush()
    except* (RelayError, OSError) as group:
        error = _first(group)
    else:
        return
    if isinstance(error, BrokenPipeError):
        # Whoever reads our output has seen enough; Python would write the rest at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    else:
        print(f"leads: {sentence(error)}", file=sys.stderr)
    raise typer.Exit(_exit_code(error))


async def _and_close(command: Coroutine[object, object, None]) -> None:
    try:
        await command
    finally:
        await bootstrap.close()


def _first(group: BaseExceptionGroup) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def sentence(error: BaseException) -> str:
    """Return what happened, and what to do."""
    if isinstance(error, UnreadableLeadError):
        return f"{error}: use the version of the command that belongs to the app"
    if isinstance(error, ContendedLeadError):
        return f"{error}: try again"
    if isinstance(error, SettingsError) and len(error.faults) == 1:
        return str(error).replace("settings:\n- ", "setting: ")
    if not isinstance(error, StorageUnavailableError):
        return str(error)
    said = str(error).removeprefix("storage: ")
    refused = any(part in said for part in REFUSALS)
    return f"no usable answer from storage at {storage_name()} ({said}): " + (
        "is its key right, or your login (`az login`) and the login's roles?"
        if refused
        else "is LeadStorage right, and does it run?"
    )


def _exit_code(error: BaseException) -> int:
    return USAGE if isinstance(error, UsageError | SettingsError) else FAILED
