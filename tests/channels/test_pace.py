"""So many messages a second."""

import asyncio
from datetime import timedelta

import pytest

from shared.channels.pace import Pace
from shared.domain.errors import ChannelUnavailableError


class Clock:
    """Time that passes by sleeping only."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def pace(self) -> Pace:
        return Pace(1, lambda: self.now, self.sleep)


async def test_messages_at_once_go_one_a_second() -> None:
    clock = Clock()
    pace = clock.pace()
    await asyncio.gather(*(pace.turn() for _ in range(4)))

    assert clock.slept == [1, 2, 3]


async def test_who_would_wait_long_is_told_to_come_again() -> None:
    clock = Clock()
    pace = clock.pace()
    for _ in range(11):
        await pace.turn()
    with pytest.raises(ChannelUnavailableError, match="many messages wait") as raised:
        await pace.turn()

    assert raised.value.retry_after == timedelta(seconds=11)


async def test_a_second_later_nobody_waits() -> None:
    clock = Clock()
    pace = clock.pace()
    await pace.turn()
    clock.now += 1
    await pace.turn()

    assert clock.slept == []


async def test_what_the_channel_asks_for_is_kept() -> None:
    clock = Clock()
    pace = clock.pace()
    pace.hold(timedelta(seconds=5))
    pace.hold(None)
    await pace.turn()

    assert clock.slept == [5]


async def test_no_answer_silences_a_channel_for_more_than_six_hours() -> None:
    clock = Clock()
    pace = clock.pace()
    pace.hold(timedelta(days=365_000))
    with pytest.raises(ChannelUnavailableError, match="many messages wait") as raised:
        await pace.turn()
    assert raised.value.retry_after == timedelta(hours=6)

    clock.now += 6 * 3600
    await pace.turn()
    assert clock.slept == []
