"""Run a command: one event loop, clients closed, every expected error one line and an exit code."""

import asyncio
import logging
import os
import sys
from collections.abc import Collection, Coroutine
from contextvars import ContextVar

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

OTHER_VERSION = "use the version of the command that belongs to the app"

MOST_NAMED = 20
"""Leads that can't be read: the others are counted."""

_unread: ContextVar[set[str]] = ContextVar("unread leads")

REFUSALS = ("401", "403", "AzureSigningError", "ClientAuthenticationError")
"""Parts of what storage says where it does not let us in."""


def unread_leads() -> set[str]:
    """Return where to note leads that are left out, which the command that runs tells at its end.

    Only a newer version of the app can read them.
    """
    return _unread.get(set[str]())


def run(command: Coroutine[object, object, None]) -> None:
    """Run a command to its end; raise ``typer.Exit`` with its exit code if it fails.

    It has failed, too, if leads were left out that can't be read.
    """
    unread = set[str]()
    _unread.set(unread)
    logging.getLogger("azure.identity").setLevel(logging.CRITICAL)  # it fills a screen; we say it
    try:
        asyncio.run(_and_close(command))
        sys.stdout.flush()
    except* (RelayError, OSError) as group:
        error = _first(group)
    else:
        if unread:
            print(f"leads: {_unread_sentence(unread)}", file=sys.stderr)
            raise typer.Exit(FAILED)
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


def _unread_sentence(lead_ids: Collection[str]) -> str:
    """Name the leads that were left out, in the words of one that can't be read."""
    if len(lead_ids) == 1:
        return sentence(UnreadableLeadError(*lead_ids))
    named = ", ".join(sorted(lead_ids)[:MOST_NAMED])
    more = f" and {len(lead_ids) - MOST_NAMED} more" if len(lead_ids) > MOST_NAMED else ""
    told = f"this version of the app can't read the rows of {len(lead_ids)} leads: {named}{more}"
    return f"{told}: {OTHER_VERSION}"


def sentence(error: BaseException) -> str:
    """Return what happened, and what to do."""
    if isinstance(error, UnreadableLeadError):
        return f"{error}: {OTHER_VERSION}"
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
