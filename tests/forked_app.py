"""Run ``python -m local`` without a start of the interpreter, see ``forking``."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import local.run  # noqa: F401 - imported here, so not again by each process that is forked
from local.__main__ import main
from tests.forking import Forked, Surroundings, Told, fork, run


class ForkedApp:
    """``python -m local`` as it runs, for a ``RunningApp``."""

    def __init__(self, forked: Forked) -> None:
        self.pid = forked.pid
        self.send_signal = forked.send_signal
        self._forked = forked

    @property
    def returncode(self) -> int | None:
        return self._forked.returncode

    async def wait(self) -> int:
        return await asyncio.to_thread(self._forked.wait)


async def forked(arguments: Sequence[str], env: Mapping[str, str], output: Path) -> ForkedApp:
    return ForkedApp(await asyncio.to_thread(_fork, arguments, env, output))


def _fork(arguments: Sequence[str], env: Mapping[str, str], output: Path) -> Forked:
    output.touch()
    return fork(main, arguments, Surroundings(env=env, stdout=output, stderr=output))


async def run_local(*arguments: str, **env: str) -> Told:
    """Run it to its end."""
    return await asyncio.to_thread(run, main, arguments, {**os.environ, **env})
