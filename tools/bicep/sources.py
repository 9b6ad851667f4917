"""What the snapshots are made from, and whether it has changed since: without a compiler."""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INFRA = Path(__file__).resolve().parents[2] / "infra"
MADE_FROM = "made_from.json"
VALUES = "values.json"

type Variables = Mapping[str, str]


@dataclass(frozen=True)
class Sources:
    """A folder such as ``infra/``."""

    folder: Path = INFRA

    @property
    def snapshots(self) -> Path:
        """Return the folder of the snapshots, and of the variables that they are made with."""
        return self.folder / "snapshots"

    @property
    def templates(self) -> list[Path]:
        """Return the Bicep files but the parameter file."""
        return sorted(self.folder.glob("*.bicep"))

    @property
    def parameters(self) -> Path:
        """Return the parameter file."""
        return self.folder / "main.bicepparam"

    @property
    def formatted(self) -> list[Path]:
        """Return the files that the compiler can format."""
        return [*self.templates, self.parameters]

    @property
    def compiled(self) -> list[Path]:
        """Return all that the compiler reads."""
        return [*self.formatted, self.folder / "bicepconfig.json"]

    @property
    def variables(self) -> list[str]:
        """Return the variables of the environment that a deployment reads."""
        return re.findall(r"readEnvironmentVariable\('(\w+)'", self.parameters.read_text("utf-8"))

    @property
    def installations(self) -> Mapping[str, Variables]:
        """Return what is set for each kind of installation, by its name."""
        return self._toml("installations")

    @property
    def values(self) -> Mapping[str, Sequence[Variables]]:
        """Return variables of which is known what becomes of them: "taken" or some "refused…"."""
        return self._toml("values")

    def _toml(self, name: str) -> dict[str, Any]:
        return tomllib.loads((self.snapshots / f"{name}.toml").read_text("utf-8"))

    def fingerprints(self) -> dict[str, str]:
        """Return a hash of each file that decides what the snapshots are, by its path."""
        paths = [*self.compiled, *sorted(self.snapshots.glob("*.toml"))]
        return {path.relative_to(self.folder).as_posix(): _hash(path) for path in paths}

    def changed(self) -> list[str]:
        """Return the files that are no more what the snapshots were made from."""
        recorded = json.loads((self.snapshots / MADE_FROM).read_text("utf-8"))
        now = self.fingerprints()
        return sorted(name for name in {*now, *recorded} if now.get(name) != recorded.get(name))


def _hash(path: Path) -> str:
    """Hash the text, so that the line ends of another system are no change."""
    return hashlib.sha256(path.read_text("utf-8").encode()).hexdigest()
