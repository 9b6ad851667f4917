"""Send what the sweep tells by itself, at its end: digests and troubles, none by the queue.

A message has 10 seconds, all of them 2 minutes. A channel that took none is left alone until the
next sweep.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.domain.errors import ChannelError, ChannelRefusedError, UnreadableLeadError
from shared.domain.retired import InUse
from shared.domain.rules import Rules
from shared.notices.resolving import Resolved
from shared.ports.announcing import Announcements
from shared.ports.channels import Channels, Message
from shared.ports.index import LeadIndex
from shared.ports.leads import LeadStore, StoredLead
from shared.ports.reading import LeadLists, QuarantineEntries
from shared.ports.rules import RulesStore

log = logging.getLogger(__name__)

SEND_WITHIN = timedelta(seconds=10)
ALL_WITHIN = timedelta(minutes=2)
TO_READ_AND_SEND = 3 * SEND_WITHIN


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncingPorts:
    """What announcing needs from the world; ``silence_after`` None is never."""

    announcements: Announcements
    leads: LeadStore
    index: LeadIndex
    lists: LeadLists
    quarantine: QuarantineEntries
    rules: Callable[[], Awaitable[Rules]]
    rules_store: RulesStore
    channels: Channels
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    in_use: InUse = field(default_factory=InUse)
    silence_after: timedelta | None = None


async def read_known(leads: LeadStore, lead_id: str) -> StoredLead | None:
    """Return a lead, None also for one that only a newer version of the app can read."""
    try:
        return await leads.read(lead_id)
    except UnreadableLeadError:
        return None


@dataclass(slots=True)
class Sending:
    """The sends of one sweep.

    ``seconds`` is a clock that only runs on; ``dead`` are channels that gave no answer.
    """

    channels: Channels
    seconds: Callable[[], float]
    begun: float = field(init=False)
    dead: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Let the time begin."""
        self.begun = self.seconds()

    @property
    def has_time(self) -> bool:
        """Tell whether one more message fits."""
        left = ALL_WITHIN.total_seconds() - (self.seconds() - self.begun)
        return left >= SEND_WITHIN.total_seconds()

    @property
    def has_time_to_read(self) -> bool:
        """Tell whether more may be read before a message: two more fit."""
        left = ALL_WITHIN.total_seconds() - (self.seconds() - self.begun)
        return left >= TO_READ_AND_SEND.total_seconds()

    def may_reach(self, to: Resolved) -> bool:
        """Tell whether a message fits, and its channel has not failed to answer in this sweep."""
        return self.has_time and to.channel.name not in self.dead

    async def to_first(self, message: Message, ways: Sequence[Sequence[Resolved]]) -> bool:
        """Send to all of the first group in which somebody takes it; False if nobody does."""
        for group in ways:
            if any([await self.send(message, to) for to in group]):
                return True
        return False

    async def send(self, message: Message, to: Resolved) -> bool:
        """Send once; whatever is raised is a failed attempt."""
        name = to.channel.name
        if not self.may_reach(to):
            return False
        try:
            async with asyncio.timeout(SEND_WITHIN.total_seconds()):
                channel = await self.channels.get(to.channel)
                await channel.send(message, to.to)
        except Exception as error:  # noqa: BLE001 - whatever it is, it keeps no other from being told
            told = str(error) if isinstance(error, ChannelError) else type(error).__name__
            log.warning("%s can't be told a %s: %s", name, message.kind, told)
            if not isinstance(error, ChannelRefusedError):
                self.dead.add(name)
            return False
        return True
