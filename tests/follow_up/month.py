"""A month at a publisher, simulated: customers, people who act or don't, crashes, outages.

``python -m tests.follow_up.month [LEADS] [SEED]`` prints what came of it.
"""

import asyncio
import logging
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.domain.acts import Act, Outcome
from shared.domain.errors import (
    ChannelUnavailableError,
    CrmUnavailableError,
    StorageUnavailableError,
)
from shared.domain.follow_up import FollowUpState
from shared.domain.rules import rules_without_file
from shared.ports.leads import EventKind, LeadChange, StoredLead
from shared.rules_in_force import RulesInForce, RuleSources
from tests.fake_rules import FakeRulesStore
from tests.fakes import START
from tests.office import Office
from tests.route_lead.relay import WorkerDiedError, push

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
MONTH = 30 * DAY
GRACE = HOUR

FILE = """
default_channel = "sales"

[default]
team = "north"
policy = "fast"

[policies.fast]
within = "1h"
ladder = [
  { after = "1h", do = "remind" },
  { after = "2h", do = "escalate" },
  { after = "8h", do = "reassign" },
]

[channels.sales]
kind = "teams"
setting = "SALES_URL"

[channels.people]
kind = "slack"
setting = "PEOPLE_URL"

[people.anna]
name = "Anna"

[people.bo]
name = "Bo"

[people.marta]
name = "Marta"

[teams.north]
name = "North"
members = ["anna", "bo"]
manager = "marta"
channel = "sales"
member_channel = "people"
zone = "Europe/Berlin"
hours = { weekdays = "09:00-17:00" }
"""


@dataclass
class Chance:
    """Crashes, and outages of storage and channels, by chance.

    ``sent`` are messages whose sending is not noted yet: a worker that dies then sends them again.
    """

    random: random.Random
    crash: float
    sent: int = 0
    crashes_at_send: int = 0
    down: Sequence[tuple[datetime, datetime, str]] = ()
    clock: object = None

    async def __call__(self, request: str) -> None:
        now = self.clock()  # type: ignore[operator]
        for since, until, what in self.down:
            if since <= now < until and request.startswith(what):
                raise _error(what)
        self.sent += request == "channel.sent"
        if self.random.random() < self.crash:
            self.crashes_at_send += self.sent > 0
            self.sent = 0
            raise WorkerDiedError
        self.sent -= self.sent > 0 and request == "leads.committed"


def _error(what: str) -> Exception:
    match what:
        case "channel.":
            return ChannelUnavailableError("503")
        case "crm.":
            return CrmUnavailableError("503")
        case _:
            return StorageUnavailableError("no answer")


@dataclass
class Month:
    """What a simulated month shows; all but the last three should be 0."""

    leads: int = 0
    flags: int = 0
    early: int = 0
    twice: int = 0
    missing: int = 0
    answered: int = 0
    early_steps: int = 0
    unchecked: int = 0
    untold: int = 0
    doubled: int = 0
    crashes_at_send: int = 0
    most_in_an_hour: int = 0

    def __str__(self) -> str:
        """Return a line a figure."""
        faults = f"{self.early} / {self.twice} / {self.missing} / {self.answered}"
        doubled = f"{self.doubled} ({self.crashes_at_send})"
        lines = [
            f"leads                                          {self.leads}",
            f"flags                                          {self.flags}",
            f"  early / twice / missing / of answered        {faults}",
            f"  that say that a CRM could not be checked     {self.unchecked}",
            f"steps that came early                          {self.early_steps}",
            f"notices left unsent at the end                 {self.untold}",
            f"notices doubled (workers that died in between) {doubled}",
            f"the most messages that one got in an hour      {self.most_in_an_hour}",
        ]
        return "\n".join(lines)


async def simulate(leads: int, seed: int, *, crash: float = 0.002) -> Month:
    """Play a month; every customer comes once or twice, and is answered, late or never."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    office = Office()
    deployments = Deployments(office)
    clock = office.relay.clock
    week = START + 8 * DAY
    gate = Chance(
        chance,
        crash,
        clock=clock,
        down=[
            (week, week + 7 * DAY, "channel."),
            (START + 3 * DAY, START + 5 * DAY, "crm."),
            (START + 20 * DAY, START + 20 * DAY + 3 * HOUR, "index."),
        ],
    )
    office.guard(gate)
    arrivals = sorted(chance.uniform(0, MONTH / MINUTE) for _ in range(leads))
    acts: list[tuple[datetime, str]] = []
    for number, minutes in enumerate(arrivals):
        at = START + minutes * MINUTE
        while acts and acts[0][0] <= at:
            await _act(office, *acts.pop(0), chance)
        deployments.at(at)
        await office.run(at)
        await office.relay.host(
            push(
                number,
                after=at - START,
                Email=f"customer.{number % (leads * 9 // 10)}@fabrikam.example",
            )
        )
        await office.relay.drain(at, at_most=50_000)
        if chance.random() < 0.7:
            after = chance.choice((10 * MINUTE, HOUR, 5 * HOUR, DAY, 3 * DAY))
            acts.append((at + after * chance.random(), f"customer.{number % (leads * 9 // 10)}"))
            acts.sort()
    for at, who in acts:
        await office.run(at)
        await _act(office, at, who, chance)
    gate.crash, gate.down = 0.0, ()
    await office.run(START + MONTH + 5 * DAY)
    return _found(office, gate)


@dataclass
class Deployments:
    """A right file, and one that is wrong from the 12th day on; the 15th brings the right one."""

    office: Office
    store: FakeRulesStore = field(default_factory=FakeRulesStore)
    text: str = ""

    def at(self, now: datetime) -> None:
        """Start a new process where another file was deployed."""
        wrong = START + 12 * DAY <= now < START + 14 * DAY
        text = FILE.replace("north", "nroth", 1) if wrong else FILE
        if text == self.text:
            return
        self.text = text
        sources = RuleSources(
            store=self.store,
            deployed=text,
            by_settings=rules_without_file(),
            destinations=("crm",),
        )
        self.office.use_rules(RulesInForce(sources, self.office.relay.clock).current)


async def _act(office: Office, at: datetime, who: str, chance: random.Random) -> None:
    email = f"{who}@fabrikam.example"
    for lead_id, partition in office.relay.leads.partitions.items():
        if partition.stored.lead.contact.email == email:
            outcome = chance.choice((Outcome.WON, Outcome.NO_ANSWER, Outcome.LOST, None))
            gate = office.relay.leads.gate
            office.guard(_open)
            now = office.relay.clock.now
            await office.act(
                lead_id, Act(said_at=at, seen_at=max(at, now), by="anna", outcome=outcome)
            )
            office.guard(gate)


async def _open(request: str) -> None:
    """Let what a person does through: they would try again."""


def _found(office: Office, gate: Chance) -> Month:
    month = Month(crashes_at_send=gate.crashes_at_send)
    for partition in office.relay.leads.partitions.values():
        month.leads += 1
        _judge(partition.stored, office.changes.get(partition.stored.lead.lead_id, ()), month)
        late = (office.relay.clock.now - n.send_from for n in partition.stored.notices.values())
        month.untold += sum(by > HOUR for by in late)
    sent = Counter((one.message.id, one.to) for one in office.channels.arrived)
    month.doubled = sum(number - 1 for number in sent.values())
    month.most_in_an_hour = max(office.most_in_an_hour().values())
    return month


def _judge(stored: StoredLead, changes: Sequence[LeadChange], month: Month) -> None:
    for change in changes:
        for event in change.events:
            if event.kind is EventKind.FLAGGED:
                before = change.before.lead.follow_up if change.before else None
                month.flags += 1
                month.unchecked += event.unchecked
                month.early += before is None or before.due_at is None or change.at < before.due_at
                month.twice += before is not None and before.state is FollowUpState.OVERDUE
                month.answered += before is not None and before.state is FollowUpState.FOLLOWED_UP
            if event.kind is EventKind.STEP:
                before = change.before.lead.follow_up if change.before else None
                due = before.next_step_at if before else None
                month.early_steps += due is None or change.at < due
    clock = stored.lead.follow_up
    month.missing += clock.state is FollowUpState.WAITING


if __name__ == "__main__":
    LEADS, SEED = (*map(int, sys.argv[1:]), *(2_000, 1)[len(sys.argv) - 1 :])
    logging.disable()
    print(asyncio.run(simulate(LEADS, SEED)))  # noqa: T201 - a command
