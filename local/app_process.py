"""``python -m local run`` as a subprocess, for the demo and for tests."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import STDOUT, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Protocol, Self

from local.errors import NotReadyError
from local.settings import STORAGE

_ROOT = Path(__file__).parent.parent


class AppProcess(Protocol):
    """A process that runs the app, see asyncio's ``Process``."""

    @property
    def pid(self) -> int:
        """Its number."""

    @property
    def returncode(self) -> int | None:
        """Its exit code, None while it runs."""

    def send_signal(self, signal: int, /) -> None:
        """Send it a signal."""

    async def wait(self) -> int:
        """Wait for its end, and return its exit code."""


type Start = Callable[[Sequence[str], Mapping[str, str], Path], Awaitable[AppProcess]]
"""Start ``python -m local`` with arguments and an environment; what it prints goes to a file."""


async def started(arguments: Sequence[str], env: Mapping[str, str], output: Path) -> Process:
    """Start it as a person does."""
    with output.open("wb") as file:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "local", *arguments),
            cwd=_ROOT,
            env=env,
            stdout=file,
            stderr=STDOUT,
        )


class RunningApp:
    """The app, running until the end of ``async with``, apart from the settings of this machine.

    Neither ``local.settings.json`` nor a ``LeadStorage…`` of the environment is read, so that
    nothing gets into a real account; ``env`` is added to what is left. Without a ``data`` folder,
    data is in memory.
    """

    def __init__(
        self,
        *,
        app: Path = _ROOT,
        data: Path | None = None,
        port: int = 0,
        env: Mapping[str, str] | None = None,
        ready_within: float = 60,
        start: Start = started,
    ) -> None:
        """Take how long the start may last in seconds."""
        self._folder = TemporaryDirectory(prefix="local-run-")
        self._ready_file = Path(self._folder.name, "ready.json")
        self._output_file = Path(self._folder.name, "output.txt")
        where = ["--memory"] if data is None else ["--data", str(data)]
        self._arguments = [
            *("run", "--app", str(app), "--port", str(port), "--no-settings-file", *where),
            *("--ready-file", str(self._ready_file)),
        ]
        inherited = {name: v for name, v in os.environ.items() if not name.startswith(STORAGE)}
        self._env = {**inherited, **(env or {})}
        self._ready_within = ready_within
        self._start = start
        self._process: AppProcess | None = None
        self.url = ""
        self.connection = ""

    async def __aenter__(self) -> Self:
        """Start, and wait until it is ready."""
        self._process = await self._start(self._arguments, self._env, self._output_file)
        try:
            ready = await self._ready()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        self.url, self.connection = ready["url"], ready["connection"]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop it."""
        await self.stop()
        self._folder.cleanup()

    @property
    def output(self) -> str:
        """What it has printed so far, logs and errors."""
        return self._output_file.read_text(encoding="utf-8", errors="replace")

    @property
    def process(self) -> AppProcess:
        """The process that runs it."""
        if self._process is None:
            raise NotReadyError("The app hasn't been started.")
        return self._process

    async def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Stop it by a signal, if it still runs, and return its exit code."""
        if self.process.returncode is None:
            self.process.send_signal(by)
        return await self.process.wait()

    async def _ready(self) -> dict[str, str]:
        try:
            async with asyncio.timeout(self._ready_within):
                while not self._ready_file.exists():
                    if self.process.returncode is not None:
                        raise NotReadyError(f"The app ended before it was ready:\n{self.output}")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            waited = f"The app isn't ready after {self._ready_within:g} s"
            raise NotReadyError(f"{waited}; its output:\n{self.output}") from None
        ready: dict[str, str] = json.loads(self._ready_file.read_text(encoding="utf-8"))
        return ready
