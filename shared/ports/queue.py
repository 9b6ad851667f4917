"""The queue that leads wait on, and the table for what it does not take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

QUEUE = "leads"
POISON_QUEUE = f"{QUEUE}-poison"
"""The name that the host gives it."""


class PushQueue(Protocol):
    """Queue ``leads``; its messages never expire."""

    async def send(self, message: str, delay: timedelta = timedelta(0)) -> None:
        """Store a message that becomes visible after the delay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A message that the queue did not take when it came."""

    key: str
    message: str


class Outbox(Protocol):
    """Table ``Outbox``: messages that the queue did not take; the sweep queues them."""

    async def keep(self, key: str, message: str) -> None:
        """Store a message; the same key twice is one row. Keys sort by time."""

    async def waiting(self, *, limit: int) -> Sequence[OutboxRow]:
        """Return the oldest messages."""

    async def count(self) -> int:
        """Return how many messages wait."""

    async def delete(self, row: OutboxRow) -> None:
        """Delete a message that has been queued."""
