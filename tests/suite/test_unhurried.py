import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[2]

TESTS = """
from hypothesis import settings
from tests.suite.unhurried import examples

def test_how_many() -> None:
    assert (settings().max_examples, examples(300)) == {expected}
"""


def test_no_property_has_a_limit_of_time() -> None:
    inherited = settings(max_examples=50)

    assert inherited.deadline is None
    assert HealthCheck.too_slow in inherited.suppress_health_check


@pytest.mark.parametrize(("option", "expected"), [("", (50, 150)), ("--thorough", (100, 300))])
def test_a_thorough_run_tries_twice_as_many_examples(
    tmp_path: Path, option: str, expected: tuple[int, int]
) -> None:
    tests = tmp_path / "test_examples.py"
    tests.write_text(TESTS.format(expected=expected))
    plugins = ("-p", "tests.suite.thorough", "-p", "tests.suite.unhurried")
    command = [
        *(sys.executable, "-m", "pytest", *plugins, *filter(None, [option])),
        *("-n", "0", "-c", str(ROOT / "pyproject.toml"), f"--rootdir={tmp_path}", str(tests)),
    ]

    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout

    assert "1 passed in " in told, told
