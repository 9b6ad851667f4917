"""The Bicep files themselves: what no snapshot shows, and whether they have changed since."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.infra.bicep import BicepSyntaxError, parse, read
from tests.infra.deployed import SOURCES
from tests.infra.platform_rules import REFUSED_PROPERTIES
from tools.bicep.sources import MADE_FROM, Sources

MAIN = (SOURCES.folder / "main.bicep").read_text("utf-8")
TEMPLATE = read(MAIN)


@pytest.fixture
def copy(tmp_path: Path) -> Sources:
    """Return a copy that may be changed, with the snapshots as if they were new."""
    copy = Sources(Path(shutil.copytree(SOURCES.folder, tmp_path / "infra")))
    (copy.snapshots / MADE_FROM).write_text(json.dumps(copy.fingerprints()), "utf-8")
    return copy


@pytest.mark.parametrize("path", SOURCES.templates, ids=lambda path: path.name)
def test_no_branch_sets_what_flex_consumption_refuses(path: Path) -> None:
    assert read(path.read_text("utf-8")).keys & REFUSED_PROPERTIES == set()


def test_a_property_that_is_set_in_one_case_only_is_found() -> None:
    text = MAIN.replace(
        "minTlsVersion:", "ftpsState: zoneRedundant ? 'Disabled' : null\n      minTlsVersion:"
    )

    assert read(text).keys & REFUSED_PROPERTIES == {"ftpsState"}


def test_every_parameter_is_described() -> None:
    assert TEMPLATE.params.keys() == TEMPLATE.described


def test_the_app_waits_for_its_roles_and_for_what_it_takes_leads_from() -> None:
    kinds = ("/roleAssignments@", "/queues@", "/tables@")
    needed = {
        name for name, (kind, _) in TEMPLATE.resources.items() if any(k in kind for k in kinds)
    }

    assert needed == set(re.findall(r"\w+", TEMPLATE.resources["app"][1]))


def test_names_do_not_change_from_one_deployment_to_the_next() -> None:
    assert not re.search(r"newGuid|utcNow", MAIN)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("targetScope = 'resourceGroup'", "targetScope 'resourceGroup'"),
        ("properties: { publicAccess: 'None' }", "properties: { publicAccess: 'None'"),
        ("param tablePrefix string = ''", "param tablePrefix string ="),
    ],
)
def test_what_is_not_bicep_is_told_with_its_line(old: str, new: str) -> None:
    with pytest.raises(BicepSyntaxError, match=r"line \d+: "):
        parse(MAIN.replace(old, new))


@pytest.mark.parametrize(
    "name", ["main.bicep", "values.bicep", "main.bicepparam", "snapshots/values.toml"]
)
def test_a_change_without_new_snapshots_is_noticed(copy: Sources, name: str) -> None:
    with (copy.folder / name).open("a", encoding="utf-8") as file:
        file.write("\n")

    assert copy.changed() == [name]


def test_a_file_more_or_less_is_noticed(copy: Sources) -> None:
    (copy.folder / "more.bicep").write_text("", "utf-8")
    (copy.folder / "destinations.bicep").unlink()

    assert copy.changed() == ["destinations.bicep", "more.bicep"]


def test_line_ends_of_another_system_are_no_change(copy: Sources) -> None:
    path = copy.folder / "main.bicep"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert copy.changed() == []
