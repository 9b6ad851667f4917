"""Call ``leads`` in a process of its own, which is forked from one that has imported it."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from multiprocessing import get_context
from pathlib import Path

from cli.app import main

IMPORTED = ("cli.app", "azure.data.tables.aio", "azure.storage.queue.aio", "shared.storage.leads")


@dataclass(frozen=True)
class Told:
    """What a call said, and its exit code."""

    code: int
    out: str
    err: str


def call(arguments: Sequence[str], env: Mapping[str, str], folder: Path) -> Told:
    """Call ``leads`` with no setting but these; only for a process that does nothing else."""
    os.chdir(folder)
    for name in set(os.environ) - set(env):
        del os.environ[name]
    os.environ.update(env)
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(arguments)
    return Told(code, out.getvalue(), err.getvalue())


def processes(at_a_time: int) -> ProcessPoolExecutor:
    """Return what gives each call a new process."""
    context = get_context("forkserver")
    context.set_forkserver_preload([*IMPORTED, __name__])
    return ProcessPoolExecutor(at_a_time, mp_context=context, max_tasks_per_child=1)
