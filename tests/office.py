"""An app with a team that shares leads: both functions over one storage, and what people hear."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count

from nurture_timer.merging import merge_again
from nurture_timer.nurture import sweep
from nurture_timer.ports import SweepPorts
from shared.assignment.assigning import Assigner
from shared.assignment.owners import OwnersByTurns
from shared.committing import LeadWriter, commit
from shared.domain.acts import Act
from shared.domain.clock import answered
from shared.domain.errors import StorageError
from shared.domain.rules import Rules
from shared.notices.teller import NoticeTeller
from shared.operations.merging import MergePorts
from shared.ports.leads import LeadChange
from tests.fake_teams import FakeTeams
from tests.fakes import FakeDestinations, FakeOutbox, Gate
from tests.route_lead.relay import Gates, Relay, WorkerDiedError, a_secret, no_sleep, push
from tests.telling import Arrived, FakeChannels, FakePlaces, rules

SWEEP_EVERY = timedelta(minutes=10)


@dataclass
class Office:
    """A relay with a team that shares leads, and what its people were told."""

    in_force: Rules = field(default_factory=rules)

    def __post_init__(self) -> None:
        self.teams = FakeTeams()
        self.relay = Relay(routing_rules=self.in_force)
        self.channels = FakeChannels(clock=self.relay.clock)
        self.places = FakePlaces()
        self.outbox = FakeOutbox()
        assigner = Assigner(
            teams=self.teams, clock=self.relay.clock, jitter=lambda: 0.0, sleep=no_sleep
        )
        self.owners = self.relay.owners = OwnersByTurns(assigner=assigner, secret=a_secret)
        self.teller = self.relay.teller = NoticeTeller(
            rules=self.relay.in_force,
            channels=self.channels,
            destinations=FakeDestinations(self.relay.crms),
            leads=self.relay.leads,
            clock=self.relay.clock,
            places=self.places,
        )
        self.changes: dict[str, list[LeadChange]] = {}
        self.relay.leads.on_commit = self._note
        self._ids = count(1)
        self._swept_at: datetime | None = None

    @property
    def sweeping(self) -> SweepPorts:
        app = self.relay
        return SweepPorts(
            leads=app.leads,
            index=app.index,
            queue=app.queue,
            outbox=self.outbox,
            destinations=FakeDestinations(app.crms),
            clock=app.clock,
            rules=app.in_force,
            owners=self.owners,
            teller=self.teller,
            merge_again=partial(merge_again, build=self.merging),
            new_id=lambda: f"sweep-{next(self._ids)}",
            jitter=lambda: app.jitter,
        )

    async def merging(self) -> MergePorts:
        """Return what merging two leads needs."""
        app = self.relay
        return MergePorts(
            leads=app.leads,
            facts=app.leads,
            writer=LeadWriter(leads=app.leads, index=app.index, jitter=lambda: 0.0, sleep=no_sleep),
            queue=app.queue,
            owners=self.owners,
            clock=app.clock,
            rules=await app.in_force(),
            merging=app.rules.merge,
        )

    def _note(self, change: LeadChange) -> None:
        if change.events:
            self.changes.setdefault(change.lead.lead_id, []).append(change)

    def use_rules(self, current: Callable[[], Awaitable[Rules]]) -> None:
        """Read the rules from elsewhere from now on, as a new process does."""
        self.relay.rules_from = current

    def guard(self, gate: Gate) -> None:
        app = self.relay
        for one in (app.leads, app.index, app.queue, app.crm, self.teams, self.channels):
            one.gate = gate
        self.places.gate = gate

    async def played(self, gates: Gates) -> None:
        self.guard(gates)
        await self.relay.host(push())
        await self.relay.drain()

    def turns(self) -> int:
        return len(self.teams.takings)

    async def run(self, until: datetime, happens: Callable[[datetime], None] | None = None) -> None:
        """Let time pass: messages are taken as they show, and the sweep runs every ten minutes."""
        clock = self.relay.clock
        at = self._swept_at or clock.now
        while at <= until:
            await self.relay.drain(at, at_most=20_000)
            clock.now = max(clock.now, at)
            if happens is not None:
                happens(at)
            await self._sweep()
            at += SWEEP_EVERY
        self._swept_at = at
        await self.relay.drain(until, at_most=20_000)
        clock.now = until

    async def _sweep(self) -> None:
        try:
            await sweep(self.relay.clock.now, self.sweeping)
        except (WorkerDiedError, StorageError):
            """The next one goes on."""

    async def act(self, lead_id: str, act: Act) -> None:
        """Record an act as the command does."""
        stored = self.relay.leads.partitions[lead_id].stored
        after = answered(stored.lead, act)
        if after != stored.lead:
            change = LeadChange(before=stored, lead=after, at=act.seen_at, acts=[act])
            await commit(self.relay.leads, self.relay.index, change)

    def told_to(self, name: str) -> list[Arrived]:
        return [one for one in self.channels.arrived if one.to == name]

    def most_in_an_hour(self) -> Counter[str]:
        """Return the most messages that anybody got within an hour."""
        most: Counter[str] = Counter()
        for one in self.channels.arrived:
            end = one.at + timedelta(hours=1)
            within = [a for a in self.told_to(one.to) if one.at <= a.at < end]
            most[one.to] = max(most[one.to], len(within))
        return most
