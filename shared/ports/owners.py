"""Who owns a lead: chosen once per lead, and once per reassignment."""

from dataclasses import dataclass
from typing import Protocol

from shared.domain.lead import Lead
from shared.domain.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """Who owns a lead from now on, "" for nobody, in which team, and why in words."""

    member: str
    team: str
    why: str


class Owners(Protocol):
    """Chooses owners. Asked again about the same lead, it names the same one."""

    async def find(self, lead: Lead, rules: Rules) -> Owned | None:
        """Return who owns a lead from now on, another one than now; None if no team answers it."""


class NoOwners:
    """The port where there are no teams."""

    async def find(self, lead: Lead, rules: Rules) -> Owned | None:
        """Return nobody."""
