"""What runs until a signal ends cleanly at one, also where SIGINT was ignored at the start.

That is how a shell without job control starts what it runs in the background.
"""

import asyncio
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from local.stopping import set_by_signals, unless_stopped

ROOT = Path(__file__).parents[2]

SIGINT_IGNORED = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")
RUN = ("run", "--no-settings-file", "--port=0", "--memory")
RUN_STOPPED = "Ctrl-C again ends at once."


async def stopped(command: tuple[str, ...], *, once: str) -> tuple[str, int]:
    """Send SIGINT to a command once it has printed something; return its output and exit code."""
    process = await asyncio.create_subprocess_exec(
        *(*SIGINT_IGNORED, sys.executable, "-m", "local", *command),
        cwd=ROOT,
        env={**os.environ, "CRM": "", "LeadStorage": "", "PYTHONUNBUFFERED": "1"},
        stdout=PIPE,
    )
    assert process.stdout
    told = ""
    while once not in told:
        line = (await process.stdout.readline()).decode()
        assert line, f"it ended after: {told}"
        told += line
    process.send_signal(signal.SIGINT)
    told += (await process.stdout.read()).decode()
    return told, await process.wait()


@pytest.mark.parametrize(
    ("command", "once", "last", "code"),
    [
        (RUN, "Ctrl-C stops.", RUN_STOPPED, 0),
        (("crm", "hubspot"), "Ctrl-C stops.", "Stopped; its records are gone.", 0),
        (("demo",), "Pushing ", "", 130),
    ],
    ids=["run", "crm", "demo"],
)
async def test_sigint_ends_it_cleanly(
    command: tuple[str, ...], once: str, last: str, code: int
) -> None:
    told, exit_code = await stopped(command, once=once)

    assert told.endswith(f"{last}\n")
    assert "Traceback" not in told
    assert exit_code == code
    assert not any(map(listens, re.findall(r"http://127\.0\.0\.1:(\d+)", told)))


def listens(port: str) -> bool:
    with socket.socket() as trying:
        return trying.connect_ex(("127.0.0.1", int(port))) == 0


async def test_what_is_stopped_is_cancelled_and_cleans_up() -> None:
    cleaned = []

    async def endless() -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
            await asyncio.Event().wait()
        finally:
            cleaned.append(1)

    await unless_stopped(endless())

    assert cleaned


async def test_what_is_not_stopped_returns_or_raises_as_it_does() -> None:
    async def fail() -> None:
        raise LookupError("not there")

    assert await unless_stopped(asyncio.sleep(0, "done")) == "done"
    with pytest.raises(LookupError, match="not there"):
        await unless_stopped(fail())


async def test_the_next_signal_is_taken_as_before() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]

    with set_by_signals() as stopping:
        signal.raise_signal(signal.SIGINT)
        await stopping.wait()

    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
