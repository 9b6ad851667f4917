"""The rules in force, as text: table ``Teams``, partition ``rules``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from shared.domain.rules import Rules, rules_without_file


def content_id(text: str) -> str:
    """Return what tells one content from another: 16 hex digits; the kind of line ends is none."""
    return sha256("\n".join(text.splitlines()).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRules:
    """Rules that were put in force, by whom and when; ``etag`` is "" before they are stored."""

    text: str
    applied_at: datetime
    applied_by: str
    etag: str = ""

    @property
    def content_id(self) -> str:
        """Return the id of their content."""
        return content_id(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedFile:
    """The last ``routing.toml`` that was deployed and not put in force, and why: its faults.

    Without faults it was in force once, and other rules were applied since.
    """

    content_id: str
    seen_at: datetime
    faults: Sequence[str] = ()


class RulesStore(Protocol):
    """Where the rules in force are kept."""

    async def in_force(self) -> StoredRules | None:
        """Return the rules that were put in force last."""

    async def has_counted(self, content: str) -> bool:
        """Tell whether rules with this content id were in force at any time."""

    async def put_in_force(self, rules: StoredRules, *, before: StoredRules | None) -> bool:
        """Put rules in force in the place of others, and count their content.

        False if there are others in force by now.
        """

    async def not_in_force(self) -> DeployedFile | None:
        """Return what is known of a deployed file that is not in force."""

    async def report(self, file: DeployedFile | None) -> None:
        """Say that a deployed file is not in force, or that there is none such any more."""


async def no_rules() -> Rules:
    """Return the rules where there is no ``routing.toml``: the settings decide."""
    return rules_without_file()
