"""The Bicep compiler: found by the variable ``BICEP`` or on the PATH, run as a program."""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tools.bicep.sources import Variables

QUICK = {"DOTNET_TieredPGO": "0"}
"""The compiler ends before it would gain by measuring itself: a quarter of its time less."""


@dataclass(frozen=True)
class Answer:
    """How the compiler ended, and what it printed on either stream."""

    ok: bool
    output: str
    told: str


class Compiler(Protocol):
    """Runs one command of the compiler."""

    def run(self, folder: Path, *arguments: str, variables: Variables | None = None) -> Answer:
        """Run it in a folder; of the environment's variables it sees only those that are given."""
        ...


@dataclass(frozen=True)
class Program:
    """The compiler as a program, and the environment that it always has."""

    path: str
    environment: Mapping[str, str]

    def run(self, folder: Path, *arguments: str, variables: Variables | None = None) -> Answer:
        """Run it, and wait."""
        done = subprocess.run(  # noqa: S603 - the compiler that whoever runs this has chosen
            [self.path, *arguments],
            cwd=folder,
            env={**self.environment, **QUICK, **(variables or {})},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return Answer(done.returncode == 0, done.stdout, done.stderr.strip())


def find(environment: Mapping[str, str]) -> str | None:
    """Return the path of the compiler; raise ``FileNotFoundError`` if ``BICEP`` names none."""
    named = environment.get("BICEP", "")
    found = shutil.which(named or "bicep", path=environment.get("PATH"))
    if named and not found:
        raise FileNotFoundError(f"BICEP is {named!r}, which is not a program")
    return found and str(Path(found).absolute())
