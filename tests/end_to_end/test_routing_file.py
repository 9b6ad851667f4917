"""A ``routing.toml`` at the top level of the app, and the fake channel that a person starts."""

import asyncio
import json
import os
import shutil
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from local.demo.following import RULES
from local.demo.run import app_settings
from local.fakes.channels import fake_channel
from samples import load
from tests.end_to_end.running import LEADS, eventually

ROOT = Path(__file__).parents[2]
FILES = ("function_app.py", "host.json", "local.settings.example.json", "package.json")
PACKAGES = (
    *("act_on_lead", "ingest_lead", "nurture_timer", "route_lead", "shared"),
    *("local", "samples"),
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of this repository, as far as an app needs it to run."""
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path)
    for name in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
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


@pytest.mark.parametrize("kind", ["email", "slack", "teams"])
async def test_a_file_at_the_top_level_is_in_force_and_its_team_is_told(
    checkout: Path, kind: str
) -> None:
    text = RULES.read_text("utf-8").replace('kind = "teams"', f'kind = "{kind}"')
    if kind == "email":
        text = text.replace('"NOTICE_CHANNEL_URL"', '"EMAIL_ENDPOINT"\nto = "sales@example.com"')
    (checkout / "routing.toml").write_text(text, "utf-8")
    async with (
        fake_channel(kind).running() as channel,
        running_in(checkout, channel.settings()) as url,
        httpx.AsyncClient(base_url=url) as http,
    ):
        await http.post(LEADS, content=load()["official"].pushes[0].body)

        async def told() -> list[str]:
            return [one.text for one in channel.arrived if "Sales" in one.text]

        [text, *_] = await eventually(told)

    assert "New lead: Some One, Contoso" in text
    assert "Ada Example (Sales)" in text or "Grace Example (Sales)" in text


@pytest.mark.parametrize("kind", ["email", "slack", "teams"])
async def test_without_a_file_the_channel_of_the_settings_is_told(
    checkout: Path, kind: str
) -> None:
    async with (
        fake_channel(kind).running() as channel,
        running_in(checkout, channel.settings()) as url,
        httpx.AsyncClient(base_url=url) as http,
    ):
        await http.post(LEADS, content=load()["official"].pushes[0].body)

        async def told() -> list[str]:
            return [one.text for one in channel.arrived]

        [text] = await eventually(told)

    assert "New lead: Some One, Contoso" in text
