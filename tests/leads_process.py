"""Run ``leads`` in a process of its own, forked from one that has imported it.

The command has its own arguments, environment and streams, as if its user had started it; what it
doesn't do again is import, which takes ten times as long as most commands do.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import wait
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from cli.app import main

ROOT = Path(__file__).parents[1]
IMPORTED = ("azure.data.tables.aio", "azure.storage.queue.aio", "shared.storage.leads", __name__)
STREAMS = ("stdin", "stdout", "stderr")

LOOKING = Lock()
"""Each start looks which processes have ended; an exit code can be read only once."""


@dataclass(frozen=True)
class Told:
    """What a command said, and its exit code."""

    code: int | None
    out: str
    err: str


def run_leads(
    arguments: Sequence[str], env: Mapping[str, str], *, stdin: bytes = b"", folder: Path = ROOT
) -> Told:
    """Run a command to its end, with no setting but these."""
    context = get_context("forkserver")
    context.set_forkserver_preload(list(IMPORTED))
    with TemporaryDirectory(prefix="leads-") as name:
        streams = Path(name)
        (streams / "stdin").write_bytes(stdin)
        process = context.Process(target=_be_leads, args=(arguments, env, folder, streams))
        with LOOKING:
            process.start()
        wait([process.sentinel])
        with LOOKING:
            process.join()
        out, err = ((streams / stream).read_bytes().decode() for stream in STREAMS[1:])
        return Told(process.exitcode, out, err)


def _be_leads(
    arguments: Sequence[str], env: Mapping[str, str], folder: Path, streams: Path
) -> None:
    """Become the command, in the process that was forked for it."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    for number, stream in enumerate(STREAMS):
        _redirect(stream, number, streams / stream)
    sys.exit(main(arguments))


def _redirect(stream: str, number: int, file: Path) -> None:
    flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT
    opened = os.open(file, flags)
    os.dup2(opened, number)
    os.close(opened)
    mode: Any = "r" if number == 0 else "w"
    setattr(sys, stream, os.fdopen(number, mode, encoding="utf-8", closefd=False))
