"""What the queue did not take when it came is queued by the sweep."""

import pytest

from shared.domain.follow_up import FollowUpState
from tests.fakes import START
from tests.nurture_timer.world import DELIVERED, WITHIN, Failing, World, lead


async def test_messages_are_queued_in_the_order_they_came_and_kept_no_longer() -> None:
    world = World()
    for key in ("2", "1", "3"):
        await world.outbox.keep(key, f"message {key}")

    assert (await world.sweep(WITHIN)).from_outbox == 3

    assert [m.text for m in world.queue.messages] == ["message 1", "message 2", "message 3"]
    assert world.outbox.rows == {}


async def test_a_message_that_was_queued_but_not_deleted_is_queued_again() -> None:
    world = World()
    await world.outbox.keep("1", "message")
    world.outbox.gate = Failing("outbox.delete", numbers=[1])

    for _ in range(2):
        await world.sweep(WITHIN)

    assert [m.text for m in world.queue.messages] == ["message"] * 2
    assert world.outbox.rows == {}


async def test_a_queue_that_still_takes_nothing_keeps_no_flag_away(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    await world.put(lead(), DELIVERED)
    for key in ("1", "2"):
        await world.outbox.keep(key, f"message {key}")
    world.queue.gate = Failing("queue.send")

    swept = await world.sweep(WITHIN)

    assert (swept.from_outbox, swept.flagged) == (0, 1)
    assert world.clock_of().state is FollowUpState.OVERDUE
    assert list(world.outbox.rows) == ["1", "2"]
    assert world.index.heartbeat == (START + WITHIN, swept)
    assert "2 messages stay in the outbox: storage: 503" in caplog.text
