"""``make check`` runs each test once, and its gate looks at code that is there.

Read from what make would run, so that the two parts of the tests can't come apart.
"""

import os
import re
import shlex
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"

HOW = {
    "-n": 1,
    "--maxprocesses": 1,
    "--dist": 1,
    "--no-loadscope-reorder": 0,
    "--thorough": 0,
    "--cov": 0,
    "--cov-report=": 0,
}
"""Options of pytest that leave out no test, and how many values follow."""


@pytest.fixture(scope="module")
def commands() -> list[str]:
    env = {"PATH": os.environ["PATH"]}  # without what a make that runs this test hands down
    make = ("make", "--dry-run", "check")
    done = subprocess.run(make, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_each_test_is_run_once(commands: list[str]) -> None:
    runs = [command for command in commands if " -m pytest " in command]
    of_all = Counter(path for run in runs for path in files(run))

    assert len(runs) == 3
    assert of_all == dict.fromkeys(TESTS.rglob("test_*.py"), 1)
    assert all(" --thorough " in run for run in runs if "CHECKOV=" not in run)


def files(run: str) -> Iterator[Path]:
    """Yield the files whose tests a command of pytest runs."""
    setting, _, arguments = run.partition(" -m pytest ")
    named, ignored = places(shlex.split(arguments))
    if "CHECKOV=" not in setting:
        ignored.append(TESTS / "infra/test_checkov.py")  # see tests/infra/conftest.py
    for path in TESTS.rglob("test_*.py"):
        is_named = any(map(path.is_relative_to, named or [TESTS]))
        if is_named and not any(map(path.is_relative_to, ignored)):
            yield path


def places(arguments: list[str]) -> tuple[list[Path], list[Path]]:
    """Return what is named, and what is ignored; nothing else may choose between tests."""
    rest = iter(arguments)
    named, ignored = [], []
    for argument in rest:
        if argument in HOW:
            for _ in range(HOW[argument]):
                next(rest)
        elif argument.startswith("--ignore="):
            ignored.append(ROOT / argument.removeprefix("--ignore="))
        else:
            assert not argument.startswith("-"), f"does {argument} leave out tests?"
            named.append(ROOT / argument)
    return named, ignored


def test_the_gate_of_coverage_looks_at_what_is_there(commands: list[str]) -> None:
    [report] = [command for command in commands if " -m coverage report " in command]
    [patterns] = re.findall("--include='(.*?)'", report)
    for pattern in patterns.split(","):
        assert any(path.suffix == ".py" for path in ROOT.glob(pattern)), pattern
