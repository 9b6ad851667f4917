"""checkov on infra/, by `make infra`: it has an environment of its own, see conftest.py."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.infra.app import ROOT
from tests.infra.bicep import Expression, read

TEXT = (ROOT / "infra/main.bicep").read_text("utf-8")

# Types that checkov has checks for. Besides these it counts parameters that are text.
CHECKED = (
    "Microsoft.KeyVault/vaults",
    "Microsoft.Storage/storageAccounts",
    "Microsoft.Storage/storageAccounts/blobServices/containers",
    "Microsoft.Web/serverfarms",
    "Microsoft.Web/sites",
)

# What its parser can't read, in a file that is good Bicep.
LAMBDA = "\nvar names = map(['a', 'b'], name => '${tablePrefix}${name}')\n"


@dataclass(frozen=True)
class Report:
    """What checkov said."""

    summary: Mapping[str, int]
    failed: Mapping[tuple[str, str], str]
    skipped: Mapping[tuple[str, str], str]
    parsing_errors: list[str]
    resources: frozenset[str]
    """Those that a check looked at."""


@pytest.fixture(scope="session")
def checkov() -> Path:
    return ROOT / os.environ["CHECKOV"]


@pytest.fixture(scope="session")
def report(checkov: Path) -> Report:
    return run(checkov, ROOT / "infra")


@pytest.fixture(scope="session")
def faulty(checkov: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Look at several faulty files in one run, since it takes seconds to start."""
    folder = tmp_path_factory.mktemp("faulty")
    mutants = {
        "http": TEXT.replace("httpsOnly: true", "httpsOnly: false"),
        "reason": "\n".join(line for line in TEXT.splitlines() if "CKV_AZURE_35:" not in line),
        "unreadable": TEXT + LAMBDA,
    }
    for name, text in mutants.items():
        assert text != TEXT
        (folder / f"{name}.bicep").write_text(text, "utf-8")
    return run(checkov, folder)


def run(checkov: Path, folder: Path) -> Report:
    # Nothing is downloaded: checks and their texts come with the package.
    command = [str(checkov), "--directory", str(folder), "--framework", "bicep", "--output", "json"]
    done = subprocess.run(
        [*command, "--skip-download"], capture_output=True, text=True, timeout=300, check=False
    )
    try:
        return read_report(json.loads(done.stdout))
    except ValueError:
        pytest.fail(f"checkov gave no JSON: {done.stdout}{done.stderr}")


def read_report(answer: dict[str, Any]) -> Report:
    results: dict[str, Any] = answer["results"]

    def by_file(kind: str) -> dict[tuple[str, str], str]:
        return {
            (f"{check['check_id']} {check['file_path']}", check["resource"]): check["check_name"]
            if kind == "failed_checks"
            else check["check_result"]["suppress_comment"]
            for check in results.get(kind, [])
        }

    kinds = ("passed_checks", "failed_checks", "skipped_checks")
    looked_at = [check["resource"] for kind in kinds for check in results.get(kind, [])]
    return Report(
        summary=answer["summary"],
        failed=by_file("failed_checks"),
        skipped=by_file("skipped_checks"),
        parsing_errors=results.get("parsing_errors", []),
        resources=frozenset(looked_at),
    )


def test_checkov_reads_the_whole_of_main_bicep(report: Report) -> None:
    template = read(TEXT)
    known = {f"{kind}.{each.symbol}" for kind in CHECKED for each in template.of(kind)}
    texts = [
        each for each in template.params.values() if isinstance(each.default, str | Expression)
    ]

    assert report.summary["parsing_errors"] == 0
    assert report.resources == known
    assert report.summary["resource_count"] == len(known) + len(texts)


def test_checkov_finds_nothing_wrong_with_main_bicep(report: Report) -> None:
    assert report.failed == {}


def test_every_suppression_has_its_reason_and_is_needed(report: Report) -> None:
    assert len(report.skipped) == TEXT.count("// checkov:skip=")
    assert [reason for reason in report.skipped.values() if len(reason.split()) < 4] == []


def test_checkov_finds_a_fault(faulty: Report) -> None:
    assert ("CKV_AZURE_14 /http.bicep", "Microsoft.Web/sites.app") in faulty.failed


def test_checkov_finds_what_is_not_suppressed_any_more(faulty: Report) -> None:
    found = ("CKV_AZURE_35 /reason.bicep", "Microsoft.Storage/storageAccounts.storage")

    assert found in faulty.failed


def test_a_file_that_checkov_cannot_read_is_a_parsing_error(faulty: Report) -> None:
    assert read(TEXT + LAMBDA).resources.keys() == read(TEXT).resources.keys()
    assert faulty.summary["parsing_errors"] == 1
    assert [Path(path).name for path in faulty.parsing_errors] == ["unreadable.bicep"]
