"""A destination that is down for days: nothing is lost, nobody is pestered, nothing piles up."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from shared.domain.delivery import GIVE_UP_AFTER, LONGEST_DELAY, SLOW_AFTER, SLOW_DELAY
from shared.domain.errors import CrmUnavailableError
from shared.ports.leads import EventKind
from tests.fakes import START, open_gate
from tests.route_lead.relay import DAY, MINUTE, SECOND, Relay, push

DOWN = "503 Service Unavailable"


def down_for(days: float) -> tuple[Relay, list[datetime]]:
    """Return a relay whose CRM is down, and the times at which that CRM is asked."""
    asked: list[datetime] = []
    relay = Relay()

    async def gate(request: str) -> None:
        asked.append(relay.clock())
        if relay.clock() < START + days * DAY:
            raise CrmUnavailableError(DOWN)

    relay.crm.gate = gate
    return relay, asked


async def test_retries_come_after_half_a_minute_at_first_and_after_six_hours_at_last() -> None:
    relay, asked = down_for(10)
    await relay.take(push(1))
    await relay.drain()
    relay.assert_delivered("s1")
    failed = [at for at in asked if at < START + 10 * DAY]
    waits = [after - before for before, after in pairwise(failed)]
    first = [30 * SECOND * 2**n for n in range(7)]
    assert waits[:7] == first
    slow = [wait for at, wait in zip(failed, waits, strict=False) if at >= START + SLOW_AFTER]
    assert set(slow) == {SLOW_DELAY}
    assert len(slow) == 7 * 4 - 1
    assert set(waits[7 : -len(slow)]) == {LONGEST_DELAY}


async def test_it_is_delivered_once_when_the_crm_is_back() -> None:
    relay, asked = down_for(10)
    await relay.take(push(1))
    await relay.drain()
    assert relay.record.updates == 1
    assert asked[-1] - (START + 10 * DAY) <= SLOW_DELAY
    assert relay.told() == [EventKind.RECORDED, EventKind.POSTPONED, EventKind.DELIVERED]


async def test_there_is_never_more_than_one_message_a_click() -> None:
    relay, _ = down_for(10)
    most = 0
    for number in range(1, 6):
        await relay.take(push(number))
        until = relay.clock() + DAY
        while relay.queue.messages and min(relay.queue.messages).visible_at < until:
            await relay.drain(until=min(relay.queue.messages).visible_at)
            most = max(most, len(relay.queue.messages) - number)
        relay.clock.now = until
    assert most <= 0
    await relay.drain(at_most=2_000)
    relay.assert_delivered("s1", "s2", "s3", "s4", "s5")
    assert relay.record.updates == 1


async def test_many_messages_share_one_schedule() -> None:
    alone, asked_alone = down_for(2)
    await alone.take(push(1))
    await alone.drain()
    together, asked_together = down_for(2)
    for number in range(1, 6):
        await together.take(push(number))
    await together.drain(at_most=2_000)
    assert len(asked_together) <= len(asked_alone) + 5


async def test_after_fourteen_days_it_is_parked_with_the_last_reason() -> None:
    relay, _ = down_for(100)
    await relay.take(push(1))
    await relay.drain()
    assert not relay.queue.messages
    assert relay.delivery().parked_version == 1
    assert relay.delivery().parked_reason == DOWN
    assert GIVE_UP_AFTER <= relay.clock() - START < GIVE_UP_AFTER + SLOW_DELAY
    assert relay.told()[-1] == EventKind.PARKED
    assert {row[1] for row in relay.index.parked} == {relay.lead.lead_id}


async def test_what_was_given_up_begins_anew_when_it_is_released() -> None:
    relay, _ = down_for(15)
    await relay.take(push(1))
    await relay.drain()
    await relay.take(relay.deliver(release_version=1))
    assert relay.waits() == [30 * SECOND]
    await relay.drain()
    relay.assert_delivered("s1")


async def test_a_new_click_does_not_wait_for_the_next_try() -> None:
    relay, _ = down_for(5)
    await relay.take(push(1))
    await relay.drain(until=START + 4 * DAY)
    next_attempt_at = relay.delivery().next_attempt_at
    assert next_attempt_at is not None
    assert relay.clock() < next_attempt_at
    relay.crm.gate = open_gate
    await relay.take(push(2))
    relay.assert_delivered("s1", "s2")
    await relay.drain()
    assert relay.record.updates == 1


async def test_a_message_of_the_sweep_does_not_wait_either_but_a_postponed_one_does() -> None:
    relay, asked = down_for(1)
    await relay.take(push(1))
    relay.clock.advance(SECOND)
    await relay.take(relay.deliver().postponed())
    assert len(asked) == 1
    assert relay.waits() == [29 * SECOND] * 2
    await relay.take(relay.deliver())
    assert len(asked) == 2
    assert relay.delivery().next_attempt_at == relay.clock() + MINUTE


@pytest.mark.parametrize("asked_for", [timedelta(0), -DAY, SECOND])
async def test_a_busy_crm_is_not_asked_more_often_than_one_that_is_down(
    asked_for: timedelta,
) -> None:
    """It says "Retry-After: 0", or a time that is past."""
    asked = []
    relay = Relay()

    async def busy(request: str) -> None:
        asked.append(relay.clock())
        raise CrmUnavailableError("429", retry_after=asked_for)

    relay.crm.gate = busy
    await relay.take(push(1))
    await relay.drain(until=START + 10 * MINUTE)
    assert [at - START for at in asked] == [SECOND * at for at in (0, 30, 90, 210, 450)]
