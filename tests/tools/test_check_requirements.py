from pathlib import Path

import pytest

from tools import check_requirements

HASH = "--hash=sha256:" + "0" * 64
PROJECT = """
[project]
dependencies = ["Some_Package[fast]>=1.2,<2"]

[project.optional-dependencies]
dev = ["checker>=3"]
"""


def pinned(*pins: str) -> str:
    return "# written by a tool\n" + "".join(
        f"{pin} \\\n    {HASH}\n    # via us\n" for pin in pins
    )


def faults_of(
    folder: Path,
    *,
    project: str = PROJECT,
    runtime: str = pinned("some-package==1.9"),
    dev: str = pinned("checker==3.0", "some-package==1.9"),
) -> list[str]:
    (folder / "pyproject.toml").write_text(project, "utf-8")
    (folder / "requirements.txt").write_text(runtime, "utf-8")
    (folder / "requirements-dev.txt").write_text(dev, "utf-8")
    return check_requirements.check(folder)


def test_files_in_step_have_no_faults(tmp_path: Path) -> None:
    assert faults_of(tmp_path) == []


def test_a_dependency_that_is_not_pinned_is_named(tmp_path: Path) -> None:
    assert faults_of(tmp_path, runtime=pinned("other==1", "some-package==1.9")) == [
        "requirements-dev.txt: other is missing, requirements.txt has 1"
    ]
    assert faults_of(tmp_path, runtime="") == ["requirements.txt: Some_Package is missing"]


def test_a_dev_dependency_belongs_in_the_dev_file(tmp_path: Path) -> None:
    assert faults_of(tmp_path, dev=pinned("some-package==1.9")) == [
        "requirements-dev.txt: checker is missing"
    ]


def test_a_pin_outside_the_allowed_range_is_named(tmp_path: Path) -> None:
    pins = pinned("checker==3.0", "some-package==2.0")
    assert faults_of(tmp_path, runtime=pinned("some-package==2.0"), dev=pins) == [
        "requirements.txt: Some_Package==2.0 is outside <2,>=1.2"
    ]


def test_both_files_pin_the_same_version(tmp_path: Path) -> None:
    assert faults_of(tmp_path, dev=pinned("checker==3.0", "some-package==1.8")) == [
        "requirements-dev.txt: some-package is 1.8, requirements.txt has 1.9"
    ]


def test_a_pin_without_hash_is_named(tmp_path: Path) -> None:
    assert faults_of(tmp_path, runtime="some-package==1.9\n") == [
        "requirements.txt: some-package has no hash"
    ]


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://mirror.example/simple",
        "--find-links wheels",
        "--editable .",
        "extra @ https://mirror.example/extra.whl",
        "extra>=1",
        "./extra.whl",
    ],
)
def test_anything_but_a_pin_is_named(tmp_path: Path, line: str) -> None:
    runtime = f"{line}\n" + pinned("some-package==1.9")
    assert faults_of(tmp_path, runtime=runtime) == [
        f"requirements.txt: not a pinned package: {line}"
    ]


def test_the_exit_status_tells_whether_the_files_match(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check_requirements, "__file__", str(tmp_path / "tools" / "check.py"))
    faults_of(tmp_path)
    assert check_requirements.main() == 0
    assert capsys.readouterr().out == "Both requirement files match pyproject.toml.\n"
    faults_of(tmp_path, runtime="")
    assert check_requirements.main() == 1
    assert "Some_Package is missing\n`make lock` renews them." in capsys.readouterr().out
