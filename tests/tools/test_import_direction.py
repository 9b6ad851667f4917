"""The import contracts of pyproject.toml, on a copy of the app with one fault at a time.

What a file imports is remembered while the file is as it was.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (
    *("act_on_lead", "ingest_lead", "nurture_timer", "route_lead", "shared"),
    *("cli", "local", "samples"),
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package)
    return copy


def check(folder: Path) -> str:
    program = str(Path(sys.executable).with_name("lint-imports"))
    config = ("--config", str(ROOT / "pyproject.toml"))
    command = [program, "--cache-dir", str(folder / ".imports"), "--no-logo", *config]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def test_the_app_keeps_its_direction(copy: Path) -> None:
    assert " 0 broken." in check(copy)


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("ingest_lead/ingest.py", "ingest_lead.blueprint"),
        ("route_lead/route.py", "shared.bootstrap"),
        ("ingest_lead/blueprint.py", "shared.bootstrap"),
        ("route_lead/take.py", "route_lead.wiring"),
        ("shared/bootstrap/stores.py", "route_lead.changes"),
        ("shared/ports/crm.py", "shared.intake.parse"),
        ("ingest_lead/blueprint.py", "shared.destinations.azure_table.adapter"),
        ("route_lead/route.py", "shared.destinations.azure_table.adapter"),
        ("shared/storage/leads.py", "shared.destinations.azure_table.adapter"),
        ("shared/destinations/dynamics/fields.py", "shared.destinations.hubspot.settings"),
        ("shared/destinations/http/answers.py", "shared.destinations.dynamics.answers"),
        ("shared/intake/parse.py", "route_lead.route"),
        ("nurture_timer/nurture.py", "shared.intake.parse"),
        ("route_lead/route.py", "nurture_timer.nurture"),
        ("shared/destinations/azure_table/adapter.py", "route_lead.route"),
        ("shared/domain/lead.py", "shared.intake.parse"),
        ("shared/domain/lead.py", "shared.ports.leads"),
        ("route_lead/route.py", "shared.settings"),
        ("shared/domain/lead.py", "azure.core"),
        ("shared/ports/leads.py", "azure.data.tables"),
        ("route_lead/route.py", "azure.functions"),
        ("shared/bootstrap/stores.py", "local.azurite"),
        ("shared/operations/listing.py", "rich.table"),
        ("shared/operations/listing.py", "shared.storage.lead_lists"),
        ("shared/operations/listing.py", "cli.console"),
        ("cli/send.py", "local.azurite"),
        ("cli/send.py", "tests.fakes"),
        ("local/crm.py", "tests.fakes"),
        ("local/crm.py", "cli.console"),
        ("samples/__init__.py", "local.azurite"),
        ("route_lead/blueprint.py", "tests.fakes"),
    ],
)
def test_an_import_against_the_direction_breaks_a_contract(
    copy: Path, importer: str, imported: str
) -> None:
    module = copy / importer
    before = module.read_text("utf-8")
    module.write_text(f"{before}\nimport {imported}\n", "utf-8")
    try:
        assert re.search(r", [1-9]\d* broken\.", check(copy))
    finally:
        module.write_text(before, "utf-8")
