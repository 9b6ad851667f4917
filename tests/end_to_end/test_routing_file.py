"""A ``routing.toml`` at the top level of the app, and the fake channels that a person starts."""

import asyncio
import json
import os
import shutil
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from local.demo.run import app_settings
from local.fakes.channels import fake_channel
from samples import load
from tests.end_to_end.running import LEADS, eventually, running

ROOT = Path(__file__).parents[2]
FILES = ("function_app.py", "host.json", "local.settings.example.json", "package.json")
PACKAGES = (
    *("act_on_lead", "ingest_lead", "nurture_timer", "route_lead", "shared"),
    *("local", "samples"),
)

URLS = {
    "email": ("EMAIL_ENDPOINT", "EMAIL_ENDPOINT"),
    "slack": ("NOTICE_CHANNEL_URL", "NOTICE_SLACK_URL"),
    "teams": ("NOTICE_CHANNEL_URL", "NOTICE_TEAMS_URL"),
}
"""The setting that a fake says, and the one that the file names: one for each channel."""

A_TEAM = """
[[rules]]
name = "{kind}"
when = {{ company = ["Contoso {kind}"] }}
team = "{kind}"

[teams.{kind}]
name = "Sales by {kind}"
members = ["ada"]
channel = "{kind}"

[channels.{kind}]
kind = "{kind}"
setting = "{setting}"
"""
A_PERSON = """
[default]

[people.ada]
name = "Ada Example"
"""


def routing() -> str:
    """Return the text of a file with a team for each kind of channel."""
    teams = [A_TEAM.format(kind=kind, setting=setting) for kind, (_, setting) in URLS.items()]
    return A_PERSON + "".join(teams).replace(
        'kind = "email"\n', 'kind = "email"\nto = "sales@example.com"\n'
    )


def of_company(kind: str) -> bytes:
    push = json.loads(load()["official"].pushes[0].body)
    push["UserDetails"] |= {"Company": f"Contoso {kind}", "Email": f"{kind}@example.com"}
    return json.dumps(push).encode()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of this repository, as far as an app needs it to run."""
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path)
    for name in PACKAGES:  # with what is compiled of it: it need not be compiled again
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    return tmp_path


@asynccontextmanager
async def running_in(checkout: Path, settings: Mapping[str, str]) -> AsyncIterator[str]:
    """Run the app of a checkout as a person does, and yield its address."""
    ready = checkout / "ready.json"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local", "run", "--memory", "--port", "0"),
        *("--ready-file", str(ready)),
        cwd=checkout,
        env={**os.environ, **app_settings(), **settings},
        stdout=DEVNULL,
    )

    async def started() -> bool:
        assert process.returncode is None
        return ready.exists()

    try:
        await eventually(started)
        yield json.loads(ready.read_text("utf-8"))["url"]
    finally:
        process.terminate()
        await process.wait()


async def test_a_file_at_the_top_level_is_in_force_and_its_teams_are_told(
    checkout: Path, account: str
) -> None:
    (checkout / "routing.toml").write_text(routing(), "utf-8")
    settings = {"LeadStorage": account}
    async with AsyncExitStack() as stack:
        channels = {kind: fake_channel(kind) for kind in URLS}
        for kind, channel in channels.items():
            await stack.enter_async_context(channel.running())
            said, named = URLS[kind]
            settings |= channel.settings() | {named: channel.settings()[said]}
        url = await stack.enter_async_context(running_in(checkout, settings))
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=url))
        for kind in channels:
            await http.post(LEADS, content=of_company(kind))

        async def told() -> dict[str, str]:
            told = {kind: c.arrived[0].text for kind, c in channels.items() if c.arrived}
            return told if len(told) == len(channels) else {}

        texts = await eventually(told)

    for kind, text in texts.items():
        assert f"New lead: Some One, Contoso {kind}" in text
        assert f"Ada Example (Sales by {kind})" in text


@pytest.mark.parametrize("kind", ["email", "slack", "teams"])
async def test_without_a_file_the_channel_of_the_settings_is_told(kind: str, account: str) -> None:
    async with (
        fake_channel(kind).running() as channel,
        running({**channel.settings(), "LeadStorage": account}) as app,
    ):
        await app.post(load()["official"].pushes[0].body)

        async def told() -> list[str]:
            return [one.text for one in channel.arrived]

        [text] = await eventually(told)

    assert "New lead: Some One, Contoso" in text
