"""All six destinations are under contract, and an app that uses one imports no other."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from local.fakes import fake_of
from shared.bootstrap import ADAPTERS
from tests.crm_contract.subjects import FEATURES

ROOT = Path(__file__).parent.parent.parent
SIX = ("azure_table", "dynamics", "https_endpoint", "hubspot", "marketo", "salesforce")

BUILD = """
import asyncio, json, sys
import function_app
from route_lead.wiring import take_ports
from shared.bootstrap import ADAPTERS
ports, rules = take_ports().routing()
asyncio.run(ports.destinations.get(*rules.destinations))
print(json.dumps([name for name in ADAPTERS if f"shared.destinations.{name}" in sys.modules]))
"""


def test_each_of_the_six_destinations_is_under_contract() -> None:
    assert sorted(ADAPTERS) == list(SIX)
    assert [name for name in sorted(FEATURES) if not name.startswith("in memory")] == list(SIX)


@pytest.mark.parametrize("name", [name for name in SIX if name != "azure_table"])
async def test_a_fake_says_how_to_deliver_to_it(name: str) -> None:
    async with fake_of(name)().running() as server:
        assert server.name == name
        others = [given for given in server.settings() if not given.startswith(name.upper())]
        assert others in ([], ["CRM"])
        assert any(server.url in value for value in server.settings().values())


@pytest.mark.parametrize(
    "name", [SIX[0], *(pytest.param(name, marks=pytest.mark.thorough) for name in SIX[1:])]
)
async def test_an_app_with_one_destination_imports_no_other(name: str) -> None:
    settings = {"CRM": name}
    if name != "azure_table":
        async with fake_of(name)().running() as server:
            settings |= server.settings()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", BUILD),
        cwd=ROOT,
        env={**os.environ, **settings, "LeadStorage": "UseDevelopmentStorage=true"},
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await process.communicate()

    assert process.returncode == 0
    assert json.loads(told) == [name]
