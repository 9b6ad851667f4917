"""Many messages of one customer at the same time."""

import asyncio
import random

import pytest

from shared.committing import MOST_TRIES
from tests.fakes import FakeCrm
from tests.route_lead.relay import Relay, push

SEEDS = [0, 1, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in range(2, 8))]


class RandomTurns:
    """A gate at which everybody waits for some turns, the same with the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - no secret

    async def __call__(self, request: str) -> None:
        for _ in range(self._random.randrange(4)):
            await asyncio.sleep(0)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("takes_notes", [False, True])
async def test_sixty_four_clicks_at_once_make_one_record(seed: int, *, takes_notes: bool) -> None:
    crm = FakeCrm(takes_notes=takes_notes)
    relay = Relay(gate=RandomTurns(seed), crms={"crm": crm})
    clicks = [push(number, Title=f"title {number}") for number in range(64)]
    await asyncio.gather(*(relay.take(click) for click in clicks))
    await relay.drain()
    relay.assert_delivered(*(click.submission_id for click in clicks))
    assert relay.lead.contact.title == "title 63"


async def test_one_message_sixty_four_times_at_once_is_one_interest() -> None:
    relay = Relay(gate=RandomTurns(1))
    await asyncio.gather(*(relay.take(push(1)) for _ in range(64)))
    await relay.drain()
    relay.assert_delivered("s1")
    assert relay.lead.version == 1


async def test_there_are_as_many_tries_as_messages_at_once() -> None:
    assert MOST_TRIES == 64


async def test_customers_do_not_hold_each_other_up() -> None:
    relay = Relay(gate=RandomTurns(1))
    clicks = [push(number, LastName=f"Sample {number}") for number in range(16)]
    routed = await asyncio.gather(*(relay.take(click) for click in clicks))
    assert not relay.queue.messages
    assert len(relay.leads.partitions) == len(relay.crm.records) == 16
    assert all(one is not None and one.delivered == ("crm",) for one in routed)
