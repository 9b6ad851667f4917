import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = """
import signal

def test_default() -> None:
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
"""


def test_what_tests_start_can_be_interrupted_where_they_run_in_the_background(
    tmp_path: Path,
) -> None:
    tests = tmp_path / "test_background.py"
    tests.write_text(TESTS)
    command = [
        *("sh", "-c", 'trap "" INT; exec "$@"', "sh"),
        *(sys.executable, "-m", "pytest", "-p", "tests.suite.interruptible", "-n", "1"),
        *("-c", str(ROOT / "pyproject.toml"), f"--rootdir={tmp_path}", str(tests)),
    ]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert "1 passed in " in done.stdout
