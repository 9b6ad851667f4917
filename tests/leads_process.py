"""Run ``leads`` in a process of its own, see ``forking``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from cli.app import main
from tests.forking import ROOT, Surroundings, fork


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
    with TemporaryDirectory(prefix="leads-") as name:
        given, out, err = (Path(name, stream) for stream in ("stdin", "stdout", "stderr"))
        given.write_bytes(stdin)
        found = Surroundings(env=env, folder=folder, stdin=given, stdout=out, stderr=err)
        code = fork(main, arguments, found).wait()
        return Told(code, out.read_bytes().decode(), err.read_bytes().decode())
