"""A fault of the app costs what it is about its turn, and nothing else; it is told of."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from nurture_timer.nurture import sweep
from nurture_timer.tidying import SETTLED
from nurture_timer.trouble_words import WORDS
from shared.domain.errors import StorageRefusedError
from shared.domain.follow_up import FollowUpState
from shared.domain.lead import Lead
from shared.domain.notices import Notice
from shared.domain.troubles import TroubleKind
from shared.ports.index import TidiedTo
from shared.ports.leads import StoredLead
from shared.ports.telling import NobodyToTell
from tests.examples import LEAD_ID, OTHER_LEAD_ID
from tests.fakes import START
from tests.nurture_timer.mornings import Mornings, told
from tests.nurture_timer.nights import NIGHT, until
from tests.nurture_timer.world import (
    DELIVERED,
    HOUR,
    WAITING,
    WITHIN,
    Failing,
    World,
    lead,
)
from tests.telling import rules

SECRET = "zoe@fabrikam.example"
FAULT = ValueError(SECRET)
ODD_ID = "0" * 32
NAIVE = START.replace(tzinfo=None)


def odd(good: Lead) -> Lead:
    """Return a lead on which nothing can be decided."""
    return replace(good, follow_up=replace(WAITING, due_at=NAIVE))


async def with_an_odd_one(world: World) -> World:
    await world.put(lead(OTHER_LEAD_ID), DELIVERED)
    await world.put(lead(ODD_ID), DELIVERED)
    partition = world.leads.partitions[ODD_ID]
    partition.stored = replace(partition.stored, lead=odd(partition.stored.lead))
    return world


async def test_a_lead_on_which_nothing_can_be_decided_ends_no_sweep(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = await with_an_odd_one(World())

    swept = await world.sweep(WITHIN)

    assert (swept.flagged, swept.failed) == (1, 1)
    assert swept.faults >= 1
    assert world.clock_of(OTHER_LEAD_ID).state is FollowUpState.OVERDUE
    assert world.index.heartbeat == (START + WITHIN, swept)
    assert f"lead {ODD_ID} stays due, by a fault: TypeError" in caplog.text


@dataclass
class OddAt:
    """A gate whose requests for one thing fail by a fault, the others do not."""

    request: str
    number: int = 1

    async def __call__(self, request: str) -> None:
        if request == self.request:
            self.number -= 1
            if self.number == 0:
                raise FAULT


def at_leads(world: World, gate: OddAt) -> None:
    world.leads.gate = gate


def at_index(world: World, gate: OddAt) -> None:
    world.index.gate = gate


@pytest.mark.parametrize(
    ("where", "request_"),
    [(at_leads, "leads.read"), (at_leads, "leads.commit"), (at_index, "index.put_overdue")],
)
async def test_a_fault_on_one_lead_is_logged_without_what_it_says(
    where: Callable[[World, OddAt], None], request_: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    for number in range(3):
        await world.put(lead(f"{number:032x}"), DELIVERED)
    where(world, OddAt(request_))

    swept = await world.sweep(WITHIN)

    assert (swept.flagged, swept.failed, swept.faults) == (2, 1, 1)
    assert (await world.sweep(WITHIN)).flagged == 1
    assert f"lead {ODD_ID} stays due, by a fault: ValueError" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "request_",
    [
        "index.troubles",
        "index.put_known_destinations",
        "leads.read",
        "outbox.waiting",
        "index.tidied_to",
        "index.state_rows",
        "index.checkin_rows",
    ],
)
async def test_a_fault_in_what_a_sweep_does_beside_ends_nothing(request_: str) -> None:
    """The lead is only read when its row in the index is tidied."""
    world = World()
    await world.index.put_overdue(OTHER_LEAD_ID, START)
    at_index(world, OddAt(request_))
    at_leads(world, OddAt(request_))
    world.outbox.gate = OddAt(request_)
    world.clock.now = START + 2 * SETTLED

    swept = await sweep(world.clock.now, replace(world.ports, in_use=Mornings().names))

    assert world.index.heartbeat == (world.clock.now, swept)


@pytest.mark.parametrize(
    ("request_", "left"),
    [
        ("index.state_rows", TidiedTo("overdue|1", "")),
        ("index.checkin_rows", TidiedTo("", "checkin|1")),
    ],
)
async def test_rows_that_can_not_be_listed_are_tried_again_and_the_others_are_tidied(
    request_: str, left: TidiedTo
) -> None:
    world = World()
    world.index.tidied = TidiedTo("overdue|1", "checkin|1")
    await world.index.put_overdue(LEAD_ID, START)
    await world.index.put_checkin(LEAD_ID)
    at_index(world, OddAt(request_))

    swept = await world.sweep(2 * SETTLED)

    assert (swept.faults, len(world.index.states)) == (1, 1)
    assert world.index.tidied == left


async def test_a_message_that_can_never_be_queued_keeps_no_other_in_the_outbox() -> None:
    world = World()
    for key in ("1", "2", "3"):
        await world.outbox.keep(key, f"message {key}")
    refused = StorageRefusedError("storage refuses the write: 400 InvalidInput")
    world.queue.gate = Failing("queue.send", numbers=[1], error=refused)

    swept = await world.sweep(WITHIN)

    assert swept.from_outbox == 2
    assert list(world.outbox.rows) == ["1"]


class OddTeller(NobodyToTell):
    """Can't say whom a notice is for."""

    async def recipient_of(self, stored: StoredLead, notice: Notice) -> str:
        raise FAULT


async def test_a_notice_whose_recipient_can_not_be_found_out_ends_no_sweep() -> None:
    world = World(rules=rules())
    owned = replace(lead(), team="north", owner="anna")
    await world.put(owned, DELIVERED)
    world.clock.now = START + WITHIN

    swept = await sweep(world.clock.now, replace(world.ports, teller=OddTeller()))

    assert (swept.flagged, swept.failed) == (1, 0)
    assert world.index.heartbeat == (world.clock.now, swept)


async def test_d3_a_fault_of_the_app_is_a_trouble_until_a_sweep_has_none() -> None:
    app = await with_an_odd_one(Mornings(rules=rules()))
    assert isinstance(app, Mornings)
    await app.sweep(WITHIN)
    [one] = await app.announce(NIGHT)
    assert told(one.message).startswith("Trouble: the sweep\n")
    assert WORDS[TroubleKind.FAULT].what in told(one.message)

    partition = app.leads.partitions[ODD_ID]
    good = replace(partition.stored.lead, follow_up=WAITING)
    partition.stored = replace(partition.stored, lead=good)
    assert (await app.sweep(WITHIN)).faults == 0
    assert await until(app, 26 * HOUR, 2 * HOUR) == ["2 h sales: Over: the sweep"]
