"""A test that hangs fails, says where, and the others run."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROCESSES = ("0", "1")

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

def test_its_end() -> None:
    try:
        threading.Event().wait()
    finally:
        threading.Event().wait()  # in test_its_end

async def test_another() -> None:
    await asyncio.sleep(0)
"""


@pytest.fixture(scope="module")
def tests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tests = tmp_path_factory.mktemp("hanging") / "test_hanging.py"
    tests.write_text(HANGING)
    return tests


@pytest.fixture(scope="module")
def told(tests: Path) -> dict[str, str]:
    """Return what a run in this process prints, and one in another: they wait side by side."""
    running = {processes: run(tests, processes) for processes in PROCESSES}
    return {processes: one.communicate()[0] for processes, one in running.items()}


def run(tests: Path, processes: str) -> subprocess.Popen[str]:
    command = [
        *(sys.executable, "-m", "pytest", "-p", "tests.suite.hang_guard", "--timeout=1"),
        *("-n", processes, "-c", str(ROOT / "pyproject.toml"), f"--rootdir={tests.parent}"),
        *("-p", "no:cacheprovider", str(tests)),
    ]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


@pytest.mark.parametrize("processes", PROCESSES)
def test_a_test_that_hangs_is_ended_and_says_where(
    tests: Path, told: dict[str, str], processes: str
) -> None:
    lines = enumerate(HANGING.splitlines(), start=1)
    line_of = {line.partition("  # ")[2]: number for number, line in lines}

    for place in ("in test_a_coroutine", "in opened"):
        assert f'  File "{tests}", line {line_of[place]}, {place}\n' in told[processes]
    assert ">       threading.Event().wait()\n" in told[processes]
    assert "3 failed, 1 passed in " in told[processes]


def test_all_tests_are_guarded(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.pluginmanager.hasplugin("tests.suite.hang_guard")
    assert float(pytestconfig.getini("timeout")) > 0
