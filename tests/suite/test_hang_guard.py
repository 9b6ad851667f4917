"""A test that hangs fails, says where, and the others run."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

HANGING = """
import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

@asynccontextmanager
async def opened() -> AsyncIterator[None]:
    await asyncio.Event().wait()  # in opened
    yield

async def test_a_coroutine() -> None:
    async with opened():  # in test_a_coroutine
        pass

def test_a_thread() -> None:
    threading.Event().wait()

async def test_another() -> None:
    await asyncio.sleep(0)
"""


@pytest.mark.parametrize("processes", ["0", "1"])
def test_a_test_that_hangs_is_ended_and_says_where(tmp_path: Path, processes: str) -> None:
    tests = tmp_path / "test_hanging.py"
    tests.write_text(HANGING)
    lines = enumerate(HANGING.splitlines(), start=1)
    line_of = {line.partition("  # ")[2]: number for number, line in lines}
    command = [
        *(sys.executable, "-m", "pytest", "-p", "tests.suite.hang_guard", "--timeout=1"),
        *("-n", processes, "-c", str(ROOT / "pyproject.toml"), f"--rootdir={tmp_path}", str(tests)),
    ]

    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout

    for place in ("in test_a_coroutine", "in opened"):
        assert f'  File "{tests}", line {line_of[place]}, {place}\n' in told
    assert ">       threading.Event().wait()\n" in told
    assert "2 failed, 1 passed in " in told


def test_all_tests_are_guarded(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.pluginmanager.hasplugin("tests.suite.hang_guard")
    assert float(pytestconfig.getini("timeout")) > 0
