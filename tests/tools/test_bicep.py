"""The compiler checks the sources, and its snapshots are kept as they would be made today."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.fake_bicep import FakeBicep
from tools.bicep.checks import check, renew
from tools.bicep.compiler import Program, find
from tools.bicep.sources import INFRA, Sources

PARAMETERS = "using 'main.bicep'\nparam crm = readEnvironmentVariable('CRM', '')\n"


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """Return a small folder whose snapshots are up to date."""
    (tmp_path / "snapshots").mkdir()
    for name, text in {
        "main.bicep": "param crm string\n",
        "main.bicepparam": PARAMETERS,
        "bicepconfig.json": "{}\n",
        "snapshots/installations.toml": '[defaults]\n[hubspot]\nCRM = "hubspot"\n',
        "snapshots/values.toml": '[[taken]]\nCRM = " a"\n[[refused]]\nCRM = "b"\n',
    }.items():
        (tmp_path / name).write_text(text, "utf-8")
    sources = Sources(tmp_path)
    assert renew(sources, FakeBicep({"b"})) == []
    return sources


def change(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def test_what_was_renewed_is_up_to_date(sources: Sources) -> None:
    assert check(sources, FakeBicep({"b"})) == []
    assert sources.changed() == []


def test_a_snapshot_is_what_the_variables_deploy(sources: Sources) -> None:
    snapshot = json.loads((sources.snapshots / "hubspot.json").read_text("utf-8"))

    assert snapshot["outputs"] == {"CRM": "hubspot"}


def test_a_refusal_is_kept_without_what_the_compiler_says_around_it(sources: Sources) -> None:
    told = json.loads((sources.snapshots / "values.json").read_text("utf-8"))

    assert told == [
        {"variables": {"CRM": " a"}, "refusal": []},
        {"variables": {"CRM": "b"}, "refusal": ["CRM: is 'b'"]},
    ]


@pytest.mark.parametrize(
    ("name", "more", "told"),
    [
        ("main.bicep", "var WARN = 1\n", "(1,1) : Warning no-unused-vars"),
        ("main.bicep", "SYNTAX\n", "(1,1) : Error BCP007: This"),
        ("main.bicepparam", "// WARN\n", "(1,1) : Warning no-unused-vars"),
        ("main.bicep", "\tvar a = 1\n", "main.bicep: is not formatted"),
    ],
)
def test_what_the_compiler_says_of_a_source_is_told(
    sources: Sources, name: str, more: str, told: str
) -> None:
    change(sources.folder / name, more)

    assert any(fault.endswith(told) for fault in check(sources, FakeBicep({"b"})))


def test_a_snapshot_that_is_out_of_date_is_shown_line_by_line(sources: Sources) -> None:
    change(sources.parameters, "// more\n")

    faults = check(sources, FakeBicep({"b"}))

    assert {"--- hubspot.json, as committed", "+++ hubspot.json, now"} <= set(faults)
    assert "--- made_from.json, as committed" in faults


def test_a_snapshot_of_nothing_is_shown_and_removed(sources: Sources) -> None:
    stray = sources.snapshots / "pipedrive.json"
    stray.write_text("{}\n", "utf-8")

    assert "-{}" in check(sources, FakeBicep({"b"}))
    assert renew(sources, FakeBicep({"b"})) == []
    assert not stray.exists()


def test_a_source_that_cannot_be_read_is_left_as_it_is(sources: Sources) -> None:
    change(sources.folder / "main.bicep", "SYNTAX\n")

    assert renew(sources, FakeBicep({"b"})) != []
    assert (sources.folder / "main.bicep").read_text("utf-8").endswith("\nSYNTAX\n")


def test_what_is_not_formatted_is_formatted_when_snapshots_are_written(sources: Sources) -> None:
    change(sources.folder / "main.bicep", "\tvar a = 1\n")

    assert renew(sources, FakeBicep({"b"})) == []
    assert (sources.folder / "main.bicep").read_text("utf-8").endswith("\n  var a = 1\n")


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        ({"b", "hubspot"}, "hubspot.json: CRM: is 'hubspot'"),
        ({"b", " a"}, "values.json: {'CRM': ' a'} should be taken, but: CRM: is ' a'"),
        (set(), "values.json: {'CRM': 'b'} should be refused, but is taken"),
    ],
)
def test_nothing_is_written_where_a_deployment_does_not_do_what_it_should(
    sources: Sources, refused: set[str], told: str
) -> None:
    change(sources.parameters, "// more\n")

    assert told in renew(sources, FakeBicep(refused))
    assert sources.changed() == ["main.bicepparam"]


def program(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text(
        f"#!{sys.executable}\nimport os, sys\nprint(os.getcwd(), sorted(sys.argv[1:]))\n"
        "print([os.environ.get(name) for name in ('CRM', 'TEST_LEADS')], file=sys.stderr)\n"
        "sys.exit('fail' in sys.argv)\n",
        "utf-8",
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_the_compiler_is_the_one_that_bicep_names_or_else_the_one_on_the_path(
    tmp_path: Path,
) -> None:
    on_the_path, named = program(tmp_path, "bicep"), program(tmp_path, "bicep-next")

    assert find({"PATH": str(tmp_path)}) == str(on_the_path)
    assert find({"PATH": str(tmp_path), "BICEP": str(named)}) == str(named)
    assert find({"PATH": "", "BICEP": ""}) is None


def test_a_compiler_that_is_named_and_not_there_is_told() -> None:
    with pytest.raises(
        FileNotFoundError, match="BICEP is '/nowhere/bicep', which is not a program"
    ):
        find({"PATH": "", "BICEP": "/nowhere/bicep"})


def test_the_compiler_sees_only_the_variables_that_it_is_given(tmp_path: Path) -> None:
    bicep = Program(str(program(tmp_path, "bicep")), {"CRM": "hubspot"})

    answer = bicep.run(tmp_path, "lint", "a.bicep", variables={"TEST_LEADS": "record"})

    assert answer.ok
    assert answer.output == f"{tmp_path} ['a.bicep', 'lint']\n"
    assert answer.told == "['hubspot', 'record']"
    assert not bicep.run(tmp_path, "fail").ok


@pytest.mark.parametrize(
    ("environment", "arguments", "ended", "told"),
    [
        ({}, [], 0, "No Bicep compiler here: install it, and put bicep on the PATH or its path"),
        ({}, ["--write"], 2, "No Bicep compiler here: install it"),
        ({"BICEP": "/nowhere/bicep"}, [], 2, "BICEP is '/nowhere/bicep', which is not a program"),
    ],
)
def test_without_a_compiler_one_line_says_so(
    environment: dict[str, str], arguments: list[str], ended: int, told: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.bicep", *arguments],
        env={"PATH": "", **environment},
        cwd=INFRA.parent,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == ended
    assert done.stdout.startswith(told)
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
