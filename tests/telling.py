"""People who are told things, in memory: teams, a channel that may fail, and what arrived."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.calendars import Calendar, Hours, Window
from shared.domain.durations import Duration
from shared.domain.places import Places, with_list, with_single
from shared.domain.rules import (
    ChannelKind,
    ChannelRef,
    Member,
    Policy,
    Rule,
    Rules,
    Step,
    StepKind,
    Team,
)
from shared.ports.channels import Message, Recipient
from tests.fakes import Gate, open_gate

NINE_TO_FIVE: Hours = ((Window.parse("09:00-17:00"),),) * 5 + ((),) * 2
CALENDAR = Calendar(zone="UTC", hours=NINE_TO_FIVE)

SALES = ChannelRef(name="sales", kind=ChannelKind.TEAMS, setting="SALES_URL")
PEOPLE = ChannelRef(name="people", kind=ChannelKind.SLACK, setting="PEOPLE_URL")

ANNA = Member(id="anna", name="Anna", slack="U1")
BO = Member(id="bo", name="Bo", slack="U2")
MARTA = Member(id="marta", name="Marta", slack="U3")

NORTH = Team(
    id="north",
    name="North",
    members=(ANNA, BO),
    manager=MARTA,
    channel="sales",
    member_channel="people",
    calendar=CALENDAR,
)


def ladder(*steps: tuple[str, StepKind]) -> Policy:
    return Policy(
        name="fast",
        within=Duration.parse("1h"),
        ladder=tuple(Step(gap=Duration.parse(gap), kind=kind) for gap, kind in steps),
    )


FAST = ladder(("1h", StepKind.REMIND), ("1h", StepKind.ESCALATE))


def rules(team: Team = NORTH, policy: Policy = FAST) -> Rules:
    return Rules(
        rules=(Rule(name="default", team=team.id, policy=policy.name),),
        teams={team.id: team},
        policies={policy.name: policy},
        channels={"sales": SALES, "people": PEOPLE},
        default_channel="sales",
    )


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message as it arrived."""

    at: datetime
    channel: str
    to: str
    kind: str
    message: Message


@dataclass
class FakeChannels:
    """The port ``Channels``.

    ``fails`` are raised, by channel, instead of a message's arrival, ``dies`` after it.
    """

    clock: Callable[[], datetime]
    arrived: list[Arrived] = field(default_factory=list)
    fails: dict[str, list[Exception]] = field(default_factory=dict)
    gate: Gate = open_gate
    dies: list[BaseException] = field(default_factory=list)

    async def get(self, ref: ChannelRef) -> "FakeChannel":
        return FakeChannel(self, ref)

    def told(self) -> list[tuple[str, str, str]]:
        return [(one.channel, one.to, one.kind) for one in self.arrived]


@dataclass
class FakeChannel:
    channels: FakeChannels
    ref: ChannelRef

    @property
    def kind(self) -> str:
        return str(self.ref.kind)

    async def send(self, message: Message, to: Recipient) -> None:
        await self.channels.gate("channel.send")
        if waiting := self.channels.fails.get(self.ref.name):
            raise waiting.pop(0)
        arrived = Arrived(self.channels.clock(), self.ref.name, to.name, str(message.kind), message)
        self.channels.arrived.append(arrived)
        await self.channels.gate("channel.sent")
        if self.channels.dies:
            raise self.channels.dies.pop(0)

    def lacks(self) -> list[str]:
        return []

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class FakePlaces:
    """The port ``PlaceKeeper`` in memory."""

    gate: Gate = open_gate
    kept: dict[str, Places] = field(default_factory=dict)

    async def take(self, recipient_id: str, now: datetime) -> bool:
        await self.gate("places.take")
        return self._take(recipient_id, with_single(self._of(recipient_id), now))

    async def take_list(self, recipient_id: str, now: datetime) -> bool:
        await self.gate("places.take_list")
        return self._take(recipient_id, with_list(self._of(recipient_id), now))

    def _of(self, recipient_id: str) -> Places:
        return self.kept.get(recipient_id, Places())

    def _take(self, recipient_id: str, after: Places | None) -> bool:
        if after is not None:
            self.kept[recipient_id] = after
        return after is not None
