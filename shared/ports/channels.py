"""What a notice channel is to the relay: it sends one message to one recipient.

A message says nothing of how it looks: each channel renders it, and cuts it to its own limits.
What a customer gave is marked as ``Said``. No channel lets it format, link or mention anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from shared.domain.rules import ChannelRef


@dataclass(frozen=True, slots=True)
class Said:
    """A customer's own text, as given."""

    text: str


type Text = tuple[str | Said, ...]
"""Our words and the customer's, one after the other."""


class MessageKind(StrEnum):
    """What a message is about."""

    NEW_LEAD = "new_lead"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    CHECK_IN = "check_in"
    LIST = "list"
    DIGEST = "digest"
    TROUBLE = "trouble"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a message: a label and its value."""

    label: str
    value: Text


@dataclass(frozen=True, slots=True)
class Link:
    """Something to click: an https, ``mailto:`` or ``tel:`` address."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list; ``url`` is "" where there is nothing to open."""

    text: Text
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemList:
    """Lines below a heading; ``more`` counts those that are left out."""

    heading: Text = ()
    items: tuple[Item, ...]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What somebody is told.

    ``id`` is the same however often a message is sent: a channel or receiver that has seen it may
    ignore it. ``quote`` is what the customer wrote.
    """

    id: str
    kind: MessageKind
    title: Text
    paragraphs: tuple[Text, ...] = ()
    facts: tuple[Fact, ...] = ()
    quote: Said | None = None
    lists: tuple[ItemList, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who is told, with the address that each channel asks for; "" where it is not known.

    ``teams`` is a user principal name or an object id of Entra ID, ``slack`` a member id such as
    U012AB3CD. A team's channel is a recipient that has a name alone.
    """

    name: str
    email: str = ""
    teams: str = ""
    slack: str = ""


class Channel(Protocol):
    """A way to tell people something, safe to cancel."""

    @property
    def kind(self) -> str:
        """Return the name of its technology."""

    async def send(self, message: Message, to: Recipient) -> None:
        """Send a message within 30 seconds.

        Raises ``ChannelUnavailableError``, ``ChannelRefusedError`` and ``ChannelSettingsError``,
        nothing else. None of them holds a secret or a customer's text.
        """

    def lacks(self) -> Sequence[str]:
        """Return one sentence per fault of its settings, without asking anybody."""

    async def close(self) -> None:
        """Close connections, in a process that ends."""


class Channels(Protocol):
    """All channels there are, each built when it is first needed."""

    async def get(self, ref: ChannelRef) -> Channel:
        """Return the channel that the rules name; raise ``ChannelSettingsError``."""
