"""Writers of one lead take turns in a process, and nobody waits for ever."""

import asyncio

import pytest

from shared.committing import Turns


async def test_one_writes_after_the_other_and_knows_that_it_waited() -> None:
    turns, told = Turns(), []

    async def write(number: int) -> None:
        async with turns.of("lead") as waited:
            told.append((number, waited, "begins"))
            await asyncio.sleep(0)
            told.append((number, waited, "ends"))

    await asyncio.gather(*(write(number) for number in range(3)))

    assert told == [(n, n > 0, what) for n in range(3) for what in ("begins", "ends")]


async def test_writers_of_other_leads_do_not_wait() -> None:
    turns = Turns()
    async with turns.of("a") as first, turns.of("b") as second:
        assert (first, second) == (False, False)


async def test_a_turn_is_over_when_its_writer_fails() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="no lead"):
        async with turns.of("lead"):
            raise ValueError("no lead")
    async with turns.of("lead") as waited:
        assert not waited
