"""``python -m local channel``: a person starts a fake, sends to it and sees what arrives."""

import asyncio
import os
import re
import shlex
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from local.channel import channel, message_panel
from local.fakes.channels.server import Arrived
from shared.channels import build_channel
from shared.domain.rules import ChannelRef
from shared.notice_settings import NoticeSettings, default_channel
from tests.channels.examples import NEW_LEAD, TEAM

ROOT = Path(__file__).parent.parent.parent


async def read_until(process: Process, text: str) -> str:
    assert process.stdout
    told = ""
    async with asyncio.timeout(60):
        while text not in told:
            line = (await process.stdout.readline()).decode()
            assert line, f"it ended after: {told}"
            told += line
    return told


@pytest.mark.parametrize("name", ["email", "https_endpoint", "slack", "teams"])
async def test_a_fake_tells_how_to_send_to_it_and_shows_what_arrives(name: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local", "channel", name),
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "100"},
        stdout=PIPE,
        stderr=PIPE,
    )
    told = await read_until(process, "Ctrl-C stops")
    found = dict(re.findall(r"^  (\w+)=(.*) \\$", told, re.MULTILINE))
    settings = {setting: shlex.split(value)[0] for setting, value in found.items()}
    ref = default_channel(NoticeSettings.model_validate(settings))
    assert isinstance(ref, ChannelRef)
    built = build_channel(ref, settings)
    await built.send(NEW_LEAD, TEAM)
    await built.close()

    seen = await read_until(process, "-> tel:+16175550123")
    assert "New lead: Jane Doe, Contoso" in seen
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert b"Stopped; what arrived is gone." in out


def test_a_channel_without_a_fake_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert channel("pigeon", 0) == 2
    assert "no fake of 'pigeon', only of: email, https_endpoint, slack, teams" in (
        capsys.readouterr().err
    )


def test_markup_in_a_message_is_shown_as_characters() -> None:
    shown = message_panel(Arrived(text="[bold]x[/bold]", mentions=("ann",)))
    assert "[bold]x[/bold]" in str(shown.renderable)
