"""checkov on what is deployed, by `make infra`: it has an environment of its own."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.infra.app import ROOT
from tests.infra.deployed import SOURCES, text_of

VAULTS = "Microsoft.KeyVault/vaults"
STORAGE = "Microsoft.Storage/storageAccounts"
PLAN = "Microsoft.Web/serverfarms"
APP = "Microsoft.Web/sites"

NO_NETWORK = "the app has no network of its own; only Entra identities with a data role get in"
OBJECTIONS = {
    ("CKV_AZURE_35", STORAGE): NO_NETWORK,
    ("CKV_AZURE_59", STORAGE): f"{NO_NETWORK}; nothing in it can be read anonymously",
    ("CKV_AZURE_206", STORAGE): "three zones of one region; STORAGE_SKU can ask for a second one",
    ("CKV_AZURE_109", VAULTS): NO_NETWORK,
    ("CKV_AZURE_189", VAULTS): f"{NO_NETWORK}, which would cost more than all the rest",
    ("CKV_AZURE_225", PLAN): "not offered in every region; costs instances that are always on",
    ("CKV_AZURE_222", APP): "Microsoft's marketplace calls this app from the internet",
    (
        "CKV_AZURE_78",
        APP,
    ): "Flex Consumption refuses ftpsState; publishing by FTP is off by its policy",
    ("CKV_AZURE_17", APP): "Microsoft's marketplace sends no client certificate",
    ("CKV_AZURE_212", APP): "Flex Consumption sets the number of instances",
    ("CKV_AZURE_213", APP): "Flex Consumption has no health check",
}
"""What checkov objects to, and why it stays as it is."""


@dataclass(frozen=True)
class Report:
    """What checkov said, by check, and by file and type of the resource."""

    parsing_errors: int
    failed: frozenset[tuple[str, str, str]]
    looked_at: frozenset[tuple[str, str]]

    def failed_in(self, file: str) -> set[tuple[str, str]]:
        """Return the checks that one file failed, with the types of the resources."""
        return {(check, kind) for check, name, kind in self.failed if name == file}


def template(snapshot: str) -> str:
    """Return what a snapshot holds as a template of Azure Resource Manager."""
    resources = json.loads(snapshot)["predictedResources"]
    return json.dumps(
        {
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "resources": resources,
        },
        indent=2,
    )


def run(checkov: Path, folder: Path) -> Report:
    # Nothing is downloaded: checks and their texts come with the package.
    command = [str(checkov), "--directory", str(folder), "--framework", "arm", "--output", "json"]
    done = subprocess.run(
        [*command, "--skip-download"], capture_output=True, text=True, timeout=300, check=False
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        pytest.fail(f"checkov gave no JSON: {done.stdout}{done.stderr}")
    return read_report(answer)


def read_report(answer: dict[str, Any]) -> Report:
    results: Mapping[str, list[dict[str, Any]]] = answer["results"]

    def place(check: Mapping[str, Any]) -> tuple[str, str]:
        return Path(check["file_path"]).stem, ".".join(check["resource"].split(".")[:2])

    return Report(
        parsing_errors=answer["summary"]["parsing_errors"],
        failed=frozenset((each["check_id"], *place(each)) for each in results["failed_checks"]),
        looked_at=frozenset(
            place(each) for kind in ("passed_checks", "failed_checks") for each in results[kind]
        ),
    )


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Look at all installations, and at faulty ones, in one run: checkov takes seconds to start."""
    folder = tmp_path_factory.mktemp("templates")
    everything = text_of("everything")
    texts = {name: text_of(name) for name in SOURCES.installations}
    texts["faulty"] = everything.replace('"httpsOnly": true', '"httpsOnly": false')
    for name, text in texts.items():
        (folder / f"{name}.json").write_text(template(text), "utf-8")
    (folder / "unreadable.json").write_text(template(everything)[:-9], "utf-8")
    return run(ROOT / os.environ["CHECKOV"], folder)


def test_checkov_looks_at_every_resource_that_it_has_checks_for(report: Report) -> None:
    kinds = {VAULTS, STORAGE, f"{STORAGE}/blobServices/containers", PLAN, APP}

    for installation in SOURCES.installations:
        looked_at = {kind for file, kind in report.looked_at if file == installation}
        assert looked_at >= kinds - {PLAN}
    assert ("defaults", PLAN) in report.looked_at


@pytest.mark.parametrize("installation", SOURCES.installations)
def test_checkov_objects_to_nothing_that_is_not_explained(
    report: Report, installation: str
) -> None:
    assert report.failed_in(installation) - OBJECTIONS.keys() == set()


def test_every_explanation_is_needed(report: Report) -> None:
    assert report.failed_in("defaults") == OBJECTIONS.keys()
    assert [reason for reason in OBJECTIONS.values() if len(reason.split()) < 4] == []


def test_checkov_finds_a_fault(report: Report) -> None:
    assert ("CKV_AZURE_14", APP) in report.failed_in("faulty")


def test_what_checkov_cannot_read_is_a_parsing_error(report: Report) -> None:
    assert report.parsing_errors == 1
