"""Telling people what a notice says, by whatever channel they are told."""

from dataclasses import dataclass
from typing import Protocol

from shared.domain.notices import Notice
from shared.ports.leads import StoredLead


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Who was told, and by which channel; "" where there is nobody to tell."""

    recipient: str = ""
    channel: str = ""


class Teller(Protocol):
    """Tells people what a notice says, in the words of now."""

    async def tell(self, stored: StoredLead, notice: Notice) -> Told:
        """Send a notice; raises ``ChannelError``s, and ``StorageUnavailableError``."""


class NobodyToTell:
    """The port where there is no channel."""

    async def tell(self, stored: StoredLead, notice: Notice) -> Told:  # noqa: ARG002 - the port
        """Tell nobody."""
        return Told()
