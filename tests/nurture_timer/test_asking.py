"""Destinations are asked side by side, and what one has told in time counts."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

from nurture_timer.asking import QUESTIONS_AT_ONCE, ask
from shared.ports.crm import FollowUpSeen
from tests.fakes import START, FakeCrm, FakeDestinations
from tests.nurture_timer.world import DELIVERED, HOUR, WITHIN, World, lead

SOON = timedelta(seconds=0.2)


@dataclass
class SilentAfter:
    """A gate that lets some requests through, and none after."""

    number: int

    async def __call__(self, request: str) -> None:
        self.number -= 1
        if self.number < 0:
            await asyncio.Event().wait()


async def test_what_a_slow_destination_told_in_time_counts_and_no_other_waits_for_it() -> None:
    world = World()
    count = QUESTIONS_AT_ONCE + 1
    both = (replace(DELIVERED, destination="slow"), replace(DELIVERED, destination="quick"))
    for number in range(count):
        await world.put(lead(f"{number:032x}"), *both)
    seen = {f"{number:032x}": FollowUpSeen(at=START + HOUR) for number in range(count)}
    slow = FakeCrm(gate=SilentAfter(1), acted=seen)
    quick = FakeCrm()
    due = [partition.stored for partition in world.leads.partitions.values()]
    destinations = FakeDestinations({"slow": slow, "quick": quick})

    answers = await ask(due, START + WITHIN, destinations, within=SOON)

    assert len(answers.seen) == QUESTIONS_AT_ONCE
    assert answers.answered == {"quick"}
    assert answers.telling == {"slow", "quick"}
    assert answers.refused == {}
