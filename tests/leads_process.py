"""Run ``leads`` in a process of its own, see ``forking``."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.app import main
from tests.forking import ROOT, Told, run


def run_leads(
    arguments: Sequence[str], env: Mapping[str, str], *, stdin: bytes = b"", folder: Path = ROOT
) -> Told:
    """Run a command to its end, with no setting but these."""
    return run(main, arguments, env, stdin=stdin, folder=folder)
