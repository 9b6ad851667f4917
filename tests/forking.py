"""Programs of ours, each in a process that is forked from one that has imported them all.

A program has its own arguments, environment, folder and streams, as if its user had started it.
What it doesn't do again is import, which takes ten times as long as most of them work.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import wait as wait_for
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

ROOT = Path(__file__).parents[1]

IMPORTED = (
    *("tests.forked_app", "tests.leads_process", "local.demo.run", "phonenumbers", "pycountry"),
    *("act_on_lead.blueprint", "ingest_lead.blueprint", "nurture_timer.blueprint"),
    *("route_lead.blueprint", "azure.core.rest._aiohttp", "azure.data.tables.aio"),
    *("azure.storage.queue.aio", "shared.assignment.assigning", "shared.notices.teller"),
    *("shared.destinations.azure_table.adapter", "shared.storage.backup"),
    *("shared.storage.lead_id_secret", "shared.storage.lead_index", "shared.storage.lead_lists"),
    *("shared.storage.leads", "shared.storage.outbox", "shared.storage.places"),
    *("shared.storage.quarantine", "shared.storage.quarantine_entries", "shared.storage.queue"),
    *("shared.storage.rules", "shared.storage.teams", "shared.storage.lead_histories"),
    *("shared.routing.file_models", "holidays.countries", "httpcore", "_strptime"),
)

LOOKING = Lock()
"""Each start looks which processes have ended; an exit code can be read only once."""

type Program = Callable[[Sequence[str]], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a program finds: environment, folder, and a file for each stream, which it may share."""

    env: Mapping[str, str]
    stdout: Path
    stderr: Path
    stdin: Path = Path(os.devnull)
    folder: Path = ROOT


@dataclass(frozen=True, slots=True)
class Told:
    """What a program said, and its exit code."""

    code: int
    out: str
    err: str


class Forked:
    """A program that runs, or has run."""

    def __init__(self, process: BaseProcess) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        with LOOKING:
            return self._process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self) -> int:
        """Wait for its end in this thread, and return the exit code."""
        wait_for([self._process.sentinel])
        code = self.returncode
        assert code is not None
        return code


def fork(program: Program, arguments: Sequence[str], found: Surroundings) -> Forked:
    """Start a function of a module that is imported, as a program."""
    context = get_context("forkserver")
    context.set_forkserver_preload(list(IMPORTED))
    process = context.Process(target=_be, args=(program, arguments, found))
    with LOOKING:
        process.start()
    return Forked(process)


def run(
    program: Program,
    arguments: Sequence[str],
    env: Mapping[str, str],
    *,
    stdin: bytes = b"",
    folder: Path = ROOT,
) -> Told:
    """Run a program to its end."""
    with TemporaryDirectory(prefix="forked-") as name:
        given, out, err = (Path(name, stream) for stream in ("stdin", "stdout", "stderr"))
        given.write_bytes(stdin)
        found = Surroundings(env=env, folder=folder, stdin=given, stdout=out, stderr=err)
        code = fork(program, arguments, found).wait()
        return Told(code, out.read_bytes().decode(), err.read_bytes().decode())


def _be(program: Program, arguments: Sequence[str], found: Surroundings) -> None:
    """Become the program, in the process that was forked for it."""
    os.chdir(found.folder)
    os.environ.clear()
    os.environ.update(found.env)
    for number, stream in enumerate(("stdin", "stdout", "stderr")):
        _redirect(stream, number, getattr(found, stream))
    sys.exit(program(arguments))


def _redirect(stream: str, number: int, file: Path) -> None:
    flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND
    opened = os.open(file, flags)
    os.dup2(opened, number)
    os.close(opened)
    mode: Any = "r" if number == 0 else "w"
    setattr(sys, stream, os.fdopen(number, mode, buffering=1, encoding="utf-8", closefd=False))
