import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

TESTS = """
import pytest

def test_short() -> None:
    pass

@pytest.mark.thorough
def test_long() -> None:
    pass
"""


@pytest.mark.parametrize(
    ("option", "outcome"), [("", "1 passed, 1 deselected in "), ("--thorough", "2 passed in ")]
)
def test_a_long_search_is_run_if_asked_for(tmp_path: Path, option: str, outcome: str) -> None:
    tests = tmp_path / "test_two.py"
    tests.write_text(TESTS)
    command = [
        *(sys.executable, "-m", "pytest", "-p", "tests.suite.thorough", *filter(None, [option])),
        *("-n", "0", "-c", str(ROOT / "pyproject.toml"), f"--rootdir={tmp_path}", str(tests)),
    ]

    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout

    assert outcome in told
