"""The sweep leaves a destination alone that no setting names any more."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from nurture_timer.nurture import sweep
from shared.domain.delivery import Delivery
from shared.domain.retired import InUse
from shared.domain.schedule import RETIRED_LOOK
from shared.ports.index import Doing, KnownDestinations, Swept, Trouble
from tests.examples import LEAD_ID
from tests.fakes import START
from tests.nurture_timer.world import DELIVERED, WITHIN, World, lead

if TYPE_CHECKING:
    from nurture_timer.ports import SweepPorts

DAY = timedelta(days=1)
BEHIND = Delivery(
    destination="old", failing_since=START, attempts=3, next_attempt_at=START, last_error="503"
)
NEW = InUse(frozenset({"crm"}))


async def swept_with(world: World, in_use: InUse, after: timedelta) -> Swept:
    world.clock.now = START + after
    ports: SweepPorts = replace(world.ports, in_use=in_use)
    return await sweep(world.clock.now, ports)


async def test_what_a_retired_destination_lacks_is_neither_queued_nor_parked() -> None:
    world = World()
    await world.put(lead(), DELIVERED, BEHIND)

    swept = await swept_with(world, NEW, 20 * DAY)

    assert (swept.requeued, swept.parked) == (0, 0)
    assert world.queued() == []
    assert replace(world.stored().deliveries["old"], last_change="") == BEHIND


async def test_a_lead_that_only_a_retired_destination_lacks_is_looked_at_once_a_day() -> None:
    world = World()
    await world.put(lead(), DELIVERED, BEHIND)

    await swept_with(world, NEW, WITHIN)

    assert max(world.due()[LEAD_ID]) <= WITHIN + RETIRED_LOOK
    await swept_with(world, InUse(frozenset({"crm", "old"})), WITHIN + 2 * RETIRED_LOOK)
    assert world.queued() == [LEAD_ID]


async def test_a_retired_destination_is_not_asked_whether_somebody_followed_up() -> None:
    world = World()
    await world.put(lead(), replace(DELIVERED, destination="broken"))

    swept = await swept_with(world, NEW, WITHIN)

    assert swept.flagged == 1
    assert world.index.told == {}


async def test_the_trouble_of_a_retired_destination_is_over() -> None:
    world = World()
    trouble = Trouble(destination="old", doing=Doing.DELIVER, reason="401", at=START)
    await world.index.put_trouble(trouble)

    await swept_with(world, NEW, timedelta(0))

    assert world.index.told == {}


async def test_the_sweep_says_which_destinations_are_in_use_and_which_retired() -> None:
    world = World()
    await world.put(lead(), replace(DELIVERED, destination="oldest"))

    await swept_with(world, InUse(frozenset({"old"})), timedelta(0))
    await swept_with(world, NEW, WITHIN)
    await swept_with(world, InUse(), 2 * WITHIN)

    assert world.index.known == KnownDestinations(
        in_use=frozenset({"crm"}), retired=frozenset({"old", "oldest"})
    )


@pytest.mark.parametrize("names", [None, frozenset({"crm", "old"})])
def test_nothing_is_retired_that_a_setting_names_or_while_nobody_knows_the_settings(
    names: frozenset[str] | None,
) -> None:
    assert InUse(names).retired(["crm", "old"]) == frozenset()


def test_what_no_setting_names_is_retired() -> None:
    assert NEW.retired(["crm", "old", "older"]) == {"old", "older"}
