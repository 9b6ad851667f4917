"""The recipes of CONTRIBUTING.md, followed on a copy of the code."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.fakes.channels import CHANNELS
from shared.channels.building import KINDS

ROOT = Path(__file__).parents[2]
PACKAGES = ("act_on_lead", "ingest_lead", "route_lead", "nurture_timer", "shared")
RECIPES = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

A_FIELD = """
import asyncio, json
from datetime import UTC, datetime
from shared.destinations.http.own_fields import PLACEHOLDERS
from shared.destinations.https_endpoint.lead_json import ContactJson, LeadJson
from shared.domain.identity import dedupe_key
from shared.domain.merging import MergeRules, merge, new_lead
from shared.intake.parse import parse
from shared.operations.lead_views import LeadView
from shared.domain.retired import InUse
from shared.ports.leads import StoredLead
from shared.storage.lead_rows import lead_row, read_lead
from datetime import timedelta

body = json.dumps({"UserDetails": {"Email": "zoe@example.com", "department": "Weaving"}}).encode()
said = parse(body, "", submission_id="s", received_at=datetime(2026, 11, 28, tzinfo=UTC))
day = timedelta(days=1)
lead, _ = merge(
    new_lead("5" * 32, dedupe_key(said).kind, said),
    said,
    MergeRules(repeat_window=day, follow_up_within=day),
)
stored = read_lead(lead_row(lead))
view = LeadView.of(StoredLead(lead=stored, deliveries={}, etag="1"), InUse())
print(json.dumps({
    "view": view.model_dump()["department"],
    "posted": "department" in ContactJson.model_fields,
    "placeholder": "department" in PLACEHOLDERS,
}))
"""

A_DESTINATION = """
import asyncio
from shared.bootstrap import ADAPTERS, ConfiguredDestinations
from shared.settings import DESTINATIONS

print(asyncio.run(ConfiguredDestinations(ADAPTERS).get("pipedrive")), "pipedrive" in DESTINATIONS)
"""


A_CHANNEL = """
import asyncio
from shared.channels import ConfiguredChannels
from shared.domain.rules import ChannelKind, ChannelRef

ref = ChannelRef(name="loft", kind=ChannelKind.PIGEON, setting="LOFT")
print(asyncio.run(ConfiguredChannels({"LOFT": " north "}).get(ref)))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package)
    return tmp_path


def run(folder: Path, program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def steps(title: str) -> str:
    section = RECIPES.split(f"## {title}\n")[1]
    return section.split("\n## ")[0]


def add_after(file: Path, pattern: str, line: str) -> None:
    text = file.read_text(encoding="utf-8")
    found = re.search(pattern, text, re.DOTALL)
    assert found, f"{file.name} has no such place"
    file.write_text(text[: found.end()] + line + text[found.end() :], encoding="utf-8")


def test_a_new_contact_field_is_a_line_in_each_of_three_files(copy: Path) -> None:
    recipe = steps("A new contact field")
    edits = re.findall(r"^\d\. `([^`]+)`: `([^`]+)`", recipe, re.MULTILINE)
    assert len(edits) == 3
    places = (
        r"class Contact:.*?    title: str = \"\"\n",
        r"class LeadView\(View\):.*?    title: str\n",
        r"class ContactJson\(JsonPart\):.*?    title: str\n",
    )
    for (file, line), place in zip(edits, places, strict=True):
        add_after(copy / file, place, f"    {line}\n")

    told = json.loads(run(copy, A_FIELD))

    assert told == {"view": "Weaving", "posted": True, "placeholder": True}


def test_a_new_destination_is_a_package_and_its_name(copy: Path) -> None:
    recipe = steps("A new destination")
    assert "`shared/destinations/pipedrive/`" in recipe
    assert "`CRMS` of `shared/settings.py`" in recipe
    package = copy / "shared" / "destinations" / "pipedrive"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "adapter.py").write_text("def create() -> str:\n    return 'the adapter'\n")
    add_after(copy / "shared" / "settings.py", r"CRMS = \(", '"pipedrive", ')

    assert run(copy, A_DESTINATION) == "the adapter True\n"


def test_the_layers_of_destinations_are_those_that_settings_name() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layer = re.search(r'layers = \["(azure_table [^"]*)", "http"\]', project)
    assert layer
    names = (ROOT / "shared" / "destinations").iterdir()

    assert {path.name for path in names if (path / "adapter.py").exists()} == set(
        layer[1].split(" | ")
    )


def test_a_new_channel_is_a_package_and_its_kind(copy: Path) -> None:
    recipe = steps("A new notice channel")
    assert "`shared/channels/pigeon/`" in recipe
    [kind] = re.findall(r"`(PIGEON = [^`]+)` in `ChannelKind` of `shared/domain/rules.py`", recipe)
    package = copy / "shared" / "channels" / "pigeon"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "adapter.py").write_text(
        "def create(given):\n    return 'flies ' + given.value(given.ref.setting)\n"
    )
    place = r"class ChannelKind\(StrEnum\):.*?    SLACK = \"slack\"\n"
    add_after(copy / "shared" / "domain" / "rules.py", place, f"    {kind}\n")

    assert run(copy, A_CHANNEL) == "flies north\n"


def test_the_layers_of_channels_are_those_that_have_a_fake_and_a_kind() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layer = re.search(r'containers = \["shared.channels"\]\nlayers = \["([^"]*)"', project)
    assert layer
    folders = (ROOT / "shared" / "channels").iterdir()
    packages = {path.name for path in folders if (path / "adapter.py").exists()}

    assert packages == set(layer[1].split(" | ")) == set(CHANNELS) == set(KINDS)
