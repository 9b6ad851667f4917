"""Ctrl-C ends a command at once and without a traceback, wherever it is."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

from tests.forking import ROOT

STOPPED = 130
INTERRUPTED_WHILE_IT_IMPORTS = """
import signal, sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "cli.app":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
from cli.start import start
start()
"""
INTERRUPTED_WHILE_IT_READS = """
import asyncio, signal, sys
from types import SimpleNamespace
from cli import files

def read():
    signal.raise_signal(signal.SIGINT)
    print("went on")

async def command():
    sys.stdin = SimpleNamespace(buffer=SimpleNamespace(read=read))
    files.read(files.STANDARD)

try:
    asyncio.run(command())
except KeyboardInterrupt:
    print("interrupted")
"""
INTERRUPTED_WHILE_THE_EDITOR_RUNS = """
import asyncio
from cli.editor import edited

async def command():
    return edited(b"before")

print(asyncio.run(command()).decode())
"""


def python(script: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_question_is_answered_by_ctrl_c_with_no() -> None:
    terminal, its_end = pty.openpty()
    command = ("send", "--sample", "official", "--to", "http://leads.example/api/leads")
    with subprocess.Popen(
        [sys.executable, "-m", "cli", *command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        stdin=its_end,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as asking:
        assert asking.stderr is not None
        told = ""
        while not told.endswith("[y/N] "):
            told += asking.stderr.read(1)
        asking.send_signal(signal.SIGINT)
        out, err = asking.communicate()
    os.close(terminal)
    os.close(its_end)

    assert (asking.returncode, out) == (STOPPED, "")
    assert err.strip() == ""


def test_an_interrupted_import_shows_no_traceback() -> None:
    done = python(INTERRUPTED_WHILE_IT_IMPORTS)

    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_a_file_is_not_waited_for_after_ctrl_c() -> None:
    done = python(INTERRUPTED_WHILE_IT_READS)

    assert (done.stdout, done.stderr) == ("interrupted\n", "")


def test_ctrl_c_in_an_editor_is_for_the_editor(tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nkill -INT $PPID\nprintf after >"$1"\n')
    editor.chmod(0o755)

    done = python(INTERRUPTED_WHILE_THE_EDITOR_RUNS, EDITOR=str(editor))

    assert (done.stdout, done.stderr) == ("after\n", "")
