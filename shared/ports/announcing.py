"""What the sweep tells by itself, and what it has told: rows of table ``LeadIndex``."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from shared.domain.troubles import ToldTrouble


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldDigest:
    """The last digest of a team, "" for leads without one.

    ``day`` is the team's date of it, ``told_at`` when it was sent; None before the first. Whoever
    holds the claim sends the next. ``etag`` is "" before it is stored.
    """

    team: str
    day: date | None = None
    told_at: datetime | None = None
    claim_id: str = ""
    claim_ends_at: datetime | None = None
    etag: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """That a notice was given up which a channel could not tell, last ``at``, and why."""

    channel: str
    reason: str
    at: datetime


type NoteGivenUp = Callable[[str, str], Awaitable[None]]
"""Notes that a channel, by its name, could not tell a notice that is given up, and why."""


async def note_nothing(_channel: str, _reason: str) -> None:
    """Note nothing, where nobody would be told."""


class Announcements(Protocol):
    """Digests and troubles as they were told. A write that returns None came too late."""

    async def digest(self, team: str) -> ToldDigest:
        """Return the last digest of a team."""

    async def put_digest(self, digest: ToldDigest) -> ToldDigest | None:
        """Write it if it is still as read, and return it as stored."""

    async def troubles(self) -> Sequence[ToldTrouble]:
        """Return what was told of troubles; kinds of a newer version of the app are left out."""

    async def put_trouble(self, trouble: ToldTrouble) -> ToldTrouble | None:
        """Write it if it is still as read, and return it as stored."""

    async def forget_trouble(self, trouble: ToldTrouble) -> None:
        """Delete it if it is still as read."""

    async def given_up(self) -> Sequence[GivenUp]:
        """Return the channels by which notices were given up."""

    async def put_given_up(self, given_up: GivenUp) -> None:
        """Write that a notice was given up, one row a channel."""

    async def forget_given_up(self, channel: str) -> None:
        """Delete that, if it is there."""
