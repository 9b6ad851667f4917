"""Telling people what a notice says, by whatever channel they are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.notices import Notice
from shared.ports.leads import StoredLead


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Who was told, and by which channel; "" where there is nobody to tell.

    ``to_be_listed`` says that the recipient was told so much of late that this goes into a list,
    ``wait_until`` that it came so late that the recipient is not at work any more.
    """

    recipient: str = ""
    channel: str = ""
    to_be_listed: bool = False
    wait_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A notice of a lead, as one line of a list."""

    stored: StoredLead
    notice: Notice


class Teller(Protocol):
    """Tells people what a notice says, in the words of now."""

    async def tell(self, stored: StoredLead, notice: Notice) -> Told:
        """Send a notice; raises ``ChannelError``s, and ``StorageUnavailableError``."""


class ListTeller(Protocol):
    """Tells people of many leads at once."""

    async def recipient_of(self, stored: StoredLead, notice: Notice) -> str:
        """Return the id of who is told, "" for nobody."""

    async def may_list(self, recipient: str) -> bool:
        """Take the place for a list; False if the recipient had one within ten minutes."""

    async def tell_list(self, listed: Sequence[Listed]) -> Told:
        """Send a list of notices that have one recipient; raises as ``Teller`` does."""


class NobodyToTell:
    """The port where there is no channel."""

    async def tell(self, stored: StoredLead, notice: Notice) -> Told:  # noqa: ARG002 - the port
        """Tell nobody."""
        return Told()

    async def recipient_of(self, stored: StoredLead, notice: Notice) -> str:  # noqa: ARG002 - the port
        """Return nobody."""
        return ""

    async def may_list(self, recipient: str) -> bool:  # noqa: ARG002 - the port
        """Take no place."""
        return True

    async def tell_list(self, listed: Sequence[Listed]) -> Told:  # noqa: ARG002 - the port
        """Tell nobody."""
        return Told()
