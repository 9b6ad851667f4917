"""Run ``leads`` in a process of its own, see ``forking``."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.app import command_line, main
from tests.forking import ROOT, Told, run

command_line()  # built before a process is forked, as all is imported


def run_leads(
    arguments: Sequence[str], env: Mapping[str, str], *, stdin: bytes = b"", folder: Path = ROOT
) -> Told:
    """Run a command to its end, with no setting but these."""
    return run(main, arguments, env, stdin=stdin, folder=folder)
