"""Two clicks of one customer, and the programs that workers run."""

import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nurture_timer.nurture import sweep
from nurture_timer.ports import SweepPorts
from route_lead.changes import RouteRules
from route_lead.route import RoutePorts
from route_lead.take import Taken, TakePorts, take
from shared.domain.delivery import Delivery
from shared.domain.envelope import Push
from shared.domain.follow_up import FollowUpState
from shared.domain.merging import MergeRules
from shared.ports.crm import Crm
from shared.ports.index import LeadIndex
from shared.ports.leads import LeadStore
from shared.ports.telling import NobodyToTell, Teller
from tests.fakes import START, Clock, FakeCrm, FakeLeadStore
from tests.model.asking import (
    AskedCrm,
    AskedIndex,
    AskedLeads,
    AskedQueue,
    EmptyOutbox,
    Mailbox,
    NoQuarantine,
)
from tests.model.replaying import Tokens, Work
from tests.model.states import Budget, State
from tests.model.world import World, new_world

DAY = timedelta(days=1)
RULES = RouteRules(
    merge=MergeRules(repeat_window=DAY, follow_up_within=DAY),
    destinations=("crm",),
    deliver_tests=True,
)
"""One destination: each has its own claim, and waits for none of the others."""


def push(number: int, title: str) -> str:
    """Return a message: each click is of another offer, and each contact has another title."""
    body = {
        "UserDetails": {
            "FirstName": "Zoë",
            "LastName": "Sample",
            "Company": "Fabrikam",
            "Title": title,
        },
        "LeadSource": f"AppSource-INS|fabrikam.offer-{number}",
    }
    return Push(
        submission_id=f"s{number}",
        received_at=START - timedelta(minutes=10 - number),
        body=json.dumps(body).encode(),
    ).to_text()


FIRST, SECOND = push(1, "Engineer"), push(2, "Manager")
THIRD = push(3, "Engineer")
"""A step back: the title is as at first."""


def as_it_is[T](port: T) -> T:
    return port


@dataclass(frozen=True)
class Programs:
    """The app's own code over asked ports; a test of the explorer puts a fault into one."""

    leads: Callable[[LeadStore], LeadStore] = as_it_is
    index: Callable[[LeadIndex], LeadIndex] = as_it_is
    crm: Callable[[Crm], Crm] = as_it_is
    clock: Callable[[Clock], Callable[[], datetime]] = as_it_is
    teller: Callable[[Mailbox], Teller] = lambda mail: NobodyToTell()
    new_id: Callable[[Work], str] = lambda work: str(work.number)
    sweep_ahead: timedelta = timedelta(0)
    sweep_clock_ahead: timedelta = timedelta(0)

    def __call__(self, work: Work, mail: Mailbox, clock: Clock) -> Coroutine[Any, Any, object]:
        destinations = OneDestination(self.crm(AskedCrm(mail)))
        leads = self.leads(AskedLeads(mail))
        index = self.index(AskedIndex(mail))
        queue = AskedQueue(mail)
        if not work.message:
            return sweep(
                clock() + self.sweep_ahead,
                SweepPorts(
                    leads=leads,
                    index=index,
                    queue=queue,
                    outbox=EmptyOutbox(),
                    destinations=destinations,
                    clock=lambda: clock() + self.sweep_clock_ahead,
                ),
            )
        ports = RoutePorts(
            leads=leads,
            index=index,
            queue=queue,
            destinations=destinations,
            secret=a_secret,
            clock=self.clock(clock),
            jitter=half,
            new_id=lambda: self.new_id(work),
            sleep=no_sleep,
            teller=self.teller(mail),
        )
        quarantine = NoQuarantine()
        return take(
            Taken(text=work.message, message_id="m", inserted_at=START),
            TakePorts(
                queue=queue, quarantine=quarantine, routing=lambda: (ports, RULES), jitter=half
            ),
        )


@dataclass(frozen=True, slots=True)
class OneDestination:
    crm: Crm

    async def get(self, name: str) -> Crm:
        return self.crm


async def a_secret() -> bytes:
    return b"secret"


async def no_sleep(seconds: float) -> None:
    """Go on at once: whoever else may be at work is another step."""


def half() -> float:
    return 0.5


def queued(
    tokens: Tokens,
    *messages: str,
    budget: Budget,
    crm: FakeCrm,
    leads: FakeLeadStore | None = None,
) -> State:
    world = new_world(crm, leads or FakeLeadStore(), START, tokens)
    for message in messages:
        world = world.with_message(message, START, tokens)
    pushes = (m for m in messages if '"submissionId":"' in m)
    pushed = tuple(sorted(m.split('"submissionId":"')[1][:2] for m in pushes))
    return State(now=START, world=world, budget=budget, pushed=pushed)


def delivery(world: World) -> Delivery:
    (partition,) = world.leads.partitions.values()
    return partition.stored.deliveries["crm"]


def two_records(state: State) -> str:
    return "DUPLICATE: two records of one customer" if len(state.world.crm.records) > 1 else ""


def not_as_it_should_be(state: State) -> str:
    """Return what is wrong once no message is left."""
    world = state.world
    (partition,) = world.leads.partitions.values()
    lead, recorded = partition.stored.lead, tuple(sorted(partition.interests))
    at_crm = delivery(world)
    if recorded != state.pushed or lead.submissions != len(recorded):
        return f"LOST: only {recorded} were recorded"
    if lead.contact.title != ("Manager" if recorded[-1] == "s2" else "Engineer"):
        return f"STALE: {lead.contact.title} is not the newest title"
    if at_crm.is_behind(lead.version):
        return f"LOST: version {at_crm.delivered_version} of {lead.version} was delivered"
    if at_crm.parked_version == lead.version:
        return "" if _may_be_parked(world, at_crm) else f"PARKED: {at_crm.parked_reason}"
    (record,) = world.crm.records
    if record.values != lead.contact.given():
        return f"STALE: the CRM shows {record.values}"
    return "" if tuple(sorted(record.notes)) == recorded else f"LOST: the CRM shows {record.notes}"


def _may_be_parked(world: World, at_crm: Delivery) -> bool:
    return not world.crm.finds and at_crm.parked_reason.startswith("uncertain")


def forgotten(state: State) -> str:
    """Return what is wrong if the sweep would not look at a lead again that is not done."""
    for lead_id, partition in state.world.leads.partitions.items():
        lead = partition.stored.lead
        due_at = lead.next_due_at
        waits = lead.follow_up.state is FollowUpState.WAITING
        if due_at is None and (waits or delivery(state.world).is_behind(lead.version)):
            return "FORGOTTEN: nobody will look at the lead again"
        if due_at is not None and (due_at, lead_id) not in state.world.lead_index.due_rows:
            return f"FORGOTTEN: there is no row for {due_at - START} later"
    return ""


def duplicate_or_forgotten(state: State) -> str:
    """Return what may never be wrong, at no moment."""
    return two_records(state) or forgotten(state)
