"""The end of a sweep in memory: what is told by itself, to whom, and when."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nurture_timer.announce import announce
from nurture_timer.announcing import AnnouncingPorts
from shared.domain.retired import InUse
from shared.ports.channels import Message, Text
from tests.fake_announcements import FakeAnnouncements, FakeEntries, FakeLeadLists
from tests.fake_rules import FakeRulesStore
from tests.nurture_timer.world import World
from tests.telling import Arrived, FakeChannels


def plain(text: Text) -> str:
    """Return a text without marks of who said it."""
    return "".join(part if isinstance(part, str) else part.text for part in text)


def told(message: Message) -> str:
    """Return all that a message says."""
    listed = [
        line for one in message.lists for line in (one.heading, *(item.text for item in one.items))
    ]
    return "\n".join(map(plain, (message.title, *message.paragraphs, *listed)))


@dataclass
class Mornings(World):
    """The world of the sweep, with channels."""

    silence_after: timedelta | None = None
    announcements: FakeAnnouncements = field(default_factory=FakeAnnouncements)
    quarantine: FakeEntries = field(default_factory=FakeEntries)
    rules_store: FakeRulesStore = field(default_factory=FakeRulesStore)
    names: InUse = field(default_factory=InUse)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.lists = FakeLeadLists(self.index)
        self.channels = FakeChannels(self.clock)
        self.ids = 0

    def new_id(self) -> str:
        self.ids += 1
        return f"id-{self.ids}"

    @property
    def announcing(self) -> AnnouncingPorts:
        return AnnouncingPorts(
            announcements=self.announcements,
            leads=self.leads,
            index=self.index,
            lists=self.lists,
            quarantine=self.quarantine,
            rules=self.in_force,
            rules_store=self.rules_store,
            channels=self.channels,
            clock=self.clock,
            new_id=self.new_id,
            in_use=self.names,
            silence_after=self.silence_after,
        )

    async def announce(self, at: datetime) -> list[Arrived]:
        """Announce at a time, and return what arrived by that."""
        self.clock.now = at
        before = len(self.channels.arrived)
        await announce(self.announcing, lambda: self.seconds)
        return self.channels.arrived[before:]


class DiedError(BaseException):
    """A worker died."""


@dataclass
class DiesAt:
    """A gate that lets a worker die at one of its requests."""

    number: int
    seen: int = 0

    async def __call__(self, _request: str) -> None:
        self.seen += 1
        if self.seen == self.number:
            raise DiedError
