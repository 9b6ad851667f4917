"""``python -m bench.many_due``: 500 leads become due at once, and one Slack webhook tells of them.

The real sweep, queue function and channel over storage in memory. Messages are posted over loopback
to the fake of Slack, which takes one a second; seconds are those of a clock that jumps over every
wait, so they hold waits and no computing. The sweep runs every five minutes.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

from rich.console import Console
from rich.table import Table

from local.fakes.channels.slack import SlackServer
from nurture_timer.nurture import sweep
from shared.channels.building import Given
from shared.channels.pace import Pace
from shared.channels.slack.adapter import SlackChannel, create
from shared.domain.durations import Duration
from shared.domain.rules import ChannelKind, ChannelRef, Member, Policy, Rule, Rules, Team
from shared.ports.leads import EventKind
from tests.fakes import START, Clock
from tests.office import Office
from tests.route_lead.relay import push

LEADS = 500
OWNERS = (0, 1, 10, 60)
"""Of 60, each has less than what is put into a list."""

SWEEP_EVERY = timedelta(minutes=5)
DUE_AT = START + timedelta(hours=24)
LATEST = DUE_AT + timedelta(hours=12)
SETTING = "NOTICE_CHANNEL_URL"
CHANNEL = ChannelRef(name="sales", kind=ChannelKind.SLACK, setting=SETTING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What telling took."""

    owners: int
    requests: int
    throttled: int
    told: int
    seconds: float


@dataclass(frozen=True, slots=True)
class OneChannel:
    """The port ``Channels`` with one channel, whatever is asked for."""

    channel: SlackChannel

    async def get(self, ref: ChannelRef) -> SlackChannel:
        """Return the channel."""
        del ref
        return self.channel


async def main() -> None:
    """Measure, and print a line for each number of owners."""
    shown = Table(title=f"{LEADS} leads due at once, one Slack webhook of one message a second")
    for name in ("owners", "leads told of", "requests", "answered 429", "seconds until all told"):
        shown.add_column(name, justify="right")
    for owners in OWNERS:
        each = await measured(owners)
        counts = (each.owners, each.told, each.requests, each.throttled)
        shown.add_row(*map(str, counts), f"{each.seconds:.0f}")
    Console(highlight=False).print(shown)


async def measured(owners: int, leads: int = LEADS) -> Measured:
    """Record leads of so many owners, let them become due, and tell of them."""
    office = Office(rules_of(owners, told=False))
    for number in range(leads):
        one = push(number, after=timedelta(0), Email=f"customer.{number}@example.com")
        await office.relay.take(one)
    await office.relay.drain(DUE_AT, at_most=10 * leads)
    office.relay.routing_rules = rules_of(owners, told=True)
    asked = Seconds(office.relay.clock)
    async with SlackServer(asked).running() as slack:
        channel = _channel(slack, asked, office.relay.clock)
        office.teller = replace(office.teller, channels=OneChannel(channel))
        office.relay.teller = office.teller
        await _tell_all(office)
        await channel.close()
    events = [e for changes in office.changes.values() for c in changes for e in c.events]
    return Measured(
        owners=owners,
        told=sum(event.kind is EventKind.NOTIFIED for event in events),
        requests=len(slack.calls),
        throttled=len(slack.calls) - len(slack.arrived),
        seconds=asked.last,
    )


@dataclass
class Seconds:
    """The seconds since the leads are due; ``last`` is when they were asked for last."""

    clock: Clock
    last: float = 0.0

    def __call__(self) -> float:
        """Return them."""
        self.last = (self.clock() - DUE_AT).total_seconds()
        return self.last


def rules_of(owners: int, *, told: bool) -> Rules:
    """Return rules with one team of so many members, none for 0; nobody hears before ``told``."""
    members = tuple(Member(id=f"m{n}", name=f"Member {n}", slack=f"U{n}") for n in range(owners))
    team = Team(id="sales", name="Sales", members=members, channel="sales")
    policy = Policy(name="usual", within=Duration.parse("24h"))
    return Rules(
        rules=(Rule(name="default", team="sales" if owners else "", policy="usual"),),
        teams={"sales": team} if owners else {},
        policies={"usual": policy},
        channels={"sales": CHANNEL} if told else {},
        default_channel="sales" if told else "",
    )


def _channel(slack: SlackServer, seconds: Seconds, clock: Clock) -> SlackChannel:
    """Return the channel, on a clock that jumps over what it waits."""

    async def sleep(wait: float) -> None:
        clock.advance(timedelta(seconds=wait))

    given = Given(CHANNEL, slack.settings())
    return create(given, Pace(clock=seconds, sleep=sleep))


async def _tell_all(office: Office) -> None:
    """Sweep and take messages until no lead has a notice that is not sent."""
    at = DUE_AT
    while at < LATEST and (at == DUE_AT or _unsent(office)):
        office.relay.clock.now = max(office.relay.clock.now, at)
        await sweep(office.relay.clock.now, office.sweeping)
        at += SWEEP_EVERY
        await office.relay.drain(max(at, office.relay.clock.now), at_most=20 * LEADS)


def _unsent(office: Office) -> bool:
    return any(partition.stored.notices for partition in office.relay.leads.partitions.values())


if __name__ == "__main__":
    asyncio.run(main())
