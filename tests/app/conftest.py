import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

type RunPython = Callable[[str], str]


@pytest.fixture(scope="session")
def run_python() -> RunPython:
    """Run code in a process of its own, without any setting, and return what it prints."""

    def run(code: str) -> str:
        command = [sys.executable, "-c", code]
        env = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
        done = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
