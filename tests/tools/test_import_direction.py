"""The import contracts of pyproject.toml, on the app's imports with one fault at a time."""

import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import grimp
import pytest
from grimp import ImportGraph
from importlinter import Contract
from importlinter.api import read_configuration
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

ROOT = Path(__file__).parents[2]
CONFIGURATION: dict[str, Any] = read_configuration(str(ROOT / "pyproject.toml"))
SESSION = CONFIGURATION["session_options"]
PACKAGES = SESSION["root_packages"]
KINDS: dict[str, type[Contract]] = {
    "forbidden": ForbiddenContract,
    "layers": LayersContract,
    "protected": ProtectedContract,
}


@pytest.fixture(scope="module")
def graph() -> ImportGraph:
    first, *others = PACKAGES
    return grimp.build_graph(first, *others, include_external_packages=True, cache_dir=None)


def check(folder: Path) -> str:
    program = str(Path(sys.executable).with_name("lint-imports"))
    config = ("--config", str(ROOT / "pyproject.toml"))
    command = [program, "--cache-dir", str(folder / ".imports"), "--no-logo", *config]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def is_kept(options: dict[str, Any], graph: ImportGraph) -> bool:
    contract = KINDS[options["type"]](
        name=options["name"], session_options=SESSION, contract_options=options
    )
    return contract.check(deepcopy(graph), verbose=False).kept


def test_the_app_keeps_its_direction_and_a_copy_with_a_fault_does_not(tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package)

    assert " 0 broken." in check(tmp_path)
    with (tmp_path / "shared/domain/lead.py").open("a", encoding="utf-8") as module:
        module.write("\nimport azure.core\n")
    assert ", 1 broken." in check(tmp_path)


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
    graph: ImportGraph, importer: str, imported: str
) -> None:
    with_fault = deepcopy(graph)
    top = imported.partition(".")[0]
    if top not in PACKAGES:  # of other packages, their names are all that counts
        imported = top
        with_fault.add_module(top, is_squashed=True)
    name = importer.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    assert {name, imported} <= with_fault.modules

    with_fault.add_import(importer=name, imported=imported)

    assert not all(is_kept(options, with_fault) for options in CONFIGURATION["contracts_options"])
