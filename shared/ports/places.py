"""Who may be told one thing at a time, and who gets a list: rows of table ``LeadIndex``."""

from datetime import datetime
from typing import Protocol


class PlaceKeeper(Protocol):
    """Keeps the places of each recipient; a place that is taken is not given back."""

    async def take(self, recipient_id: str, now: datetime) -> bool:
        """Take a place for one notice; False if there is none, or others are at it."""

    async def take_list(self, recipient_id: str, now: datetime) -> bool:
        """Take the place for a list; False if there was one within ten minutes."""


class EndlessPlaces:
    """The port where nobody is told anything."""

    async def take(self, recipient_id: str, now: datetime) -> bool:  # noqa: ARG002 - the port
        """Take a place."""
        return True

    async def take_list(self, recipient_id: str, now: datetime) -> bool:  # noqa: ARG002 - the port
        """Take the place for a list."""
        return True
