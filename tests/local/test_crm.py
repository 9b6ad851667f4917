"""``python -m local crm``: a person starts a fake, delivers to it and sees what it holds."""

import asyncio
import os
import re
import shlex
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from local.crm import crm, run_command
from shared.destinations.https_endpoint.adapter import HttpsEndpointCrm
from shared.destinations.https_endpoint.settings import HttpsEndpointSettings
from shared.domain.lead import CONTACT_FIELDS
from shared.ports.crm import Changed
from shared.settings import CRMS
from tests.examples import CONTACT, interest, lead

ROOT = Path(__file__).parent.parent.parent


@asynccontextmanager
async def started(*arguments: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local", "crm", *arguments),
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "100"},
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def read_until(process: Process, text: str) -> str:
    assert process.stdout
    told = ""
    async with asyncio.timeout(60):
        while text not in told:
            line = (await process.stdout.readline()).decode()
            assert line, f"it ended after: {told}"
            told += line
    return told


async def test_a_fake_tells_how_to_deliver_to_it_and_shows_what_comes() -> None:
    async with started("https_endpoint") as process:
        told = await read_until(process, "Ctrl-C stops")
        settings = dict(re.findall(r"^  (\w+)=(.*) \\$", told, re.MULTILINE))
        settings = {name: shlex.split(value)[0] for name, value in settings.items()}
        assert "A FAKE of https_endpoint" in told
        assert settings.pop("CRM") == "https_endpoint"

        endpoint = HttpsEndpointCrm(HttpsEndpointSettings.model_validate(settings))
        new = Changed(record=None, fields=frozenset(CONTACT_FIELDS), interests=[interest(1)])
        await endpoint.upsert(lead(), new, uncertain=False)
        await endpoint.close()
        shown = await read_until(process, "do not contact")

        process.send_signal(signal.SIGINT)
        stopped, complained = await process.communicate()

    assert "Record R-1" in shown
    assert all(value in shown for value in (CONTACT.last_name, CONTACT.company, CONTACT.email))
    assert stopped.decode().endswith("Stopped; its records are gone.\n")
    assert (process.returncode, complained) == (0, b"")


async def test_the_settings_hold_for_one_command_of_a_shell_and_no_longer() -> None:
    lines = run_command("x", {"X_URL": "http://a/?b=1&c='2'"})
    script = "\n".join(lines).replace("make run", "env") + '\necho "after:$CRM$X_URL"'

    shell = await asyncio.create_subprocess_exec("sh", "-c", script, stdout=PIPE)
    told = (await shell.communicate())[0].decode()

    assert lines[-1] == "make run"
    assert {"CRM=x", "X_URL=http://a/?b=1&c='2'"} <= set(told.splitlines())
    assert told.endswith("after:\n")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("azure_table", "azure_table needs no fake: `make run` keeps its table in Azurite.\n"),
        ("hubspt", f"There is no fake of 'hubspt', only of: {', '.join(CRMS)}.\n"),
    ],
)
def test_a_crm_without_a_fake_is_told(
    name: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert crm(name, 0) == 2
    assert capsys.readouterr() == ("", told)


def test_a_port_in_use_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert crm("https_endpoint", port) == 2

    assert capsys.readouterr().err == f"Port {port} is in use: choose another one by --port.\n"
