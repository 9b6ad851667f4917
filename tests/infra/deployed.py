"""What an installation deploys: the snapshot of it that is committed, see infra/README.md."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from tools.bicep.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SOURCES = Sources()

REFERENCE = re.compile(r"reference\('[^']*/([^'/]+)/[^'/]+', '[^']*'\)")
"""What only Azure knows of a resource; read as the type of the resource."""

IN_VAULT = re.compile(r"@Microsoft\.KeyVault\(VaultName=([^;]+);SecretName=([^;]+)\)")


@dataclass(frozen=True)
class Deployed:
    """Resources as they are sent to Azure, and outputs."""

    resources: Sequence[Mapping[str, Any]]
    outputs: Mapping[str, Any]

    @classmethod
    def of(cls, text: str) -> Deployed:
        """Read a snapshot."""
        snapshot = json.loads(REFERENCE.sub(r"\1", text))
        return cls(snapshot["predictedResources"], snapshot["outputs"])

    def all(self, kind: str) -> list[Mapping[str, Any]]:
        """Return the resources of one type."""
        return [each for each in self.resources if each["type"] == kind]

    def names(self, kind: str) -> list[str]:
        """Return the names of the resources of one type, without those of their parents."""
        return [each["name"].rpartition("/")[2] for each in self.all(kind)]

    @property
    def app(self) -> Mapping[str, Any]:
        """Return the properties of the function app."""
        [site] = self.all("Microsoft.Web/sites")
        properties: Mapping[str, Any] = site["properties"]
        return properties

    @property
    def settings(self) -> dict[str, str]:
        """Return the settings of the app by their names."""
        return {each["name"]: each["value"] for each in self.app["siteConfig"]["appSettings"]}

    @property
    def secrets(self) -> dict[str, str]:
        """Return the settings that come from the vault, with the names that they have there."""
        found = {name: IN_VAULT.fullmatch(value) for name, value in self.settings.items()}
        return {name: match[2] for name, match in found.items() if match}


@cache
def text_of(installation: str) -> str:
    """Return the snapshot of an installation as it is committed."""
    return (SOURCES.snapshots / f"{installation}.json").read_text("utf-8")


def deployed(installation: str) -> Deployed:
    """Return what an installation deploys."""
    return Deployed.of(text_of(installation))


def keys(value: object) -> Iterator[str]:
    """Yield the names of all properties, however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)
