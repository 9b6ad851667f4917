"""A digest is sent once, whatever happens meanwhile."""

import pytest

from shared.domain.rules import Rules
from tests.nurture_timer.mornings import DiedError, DiesAt, Mornings
from tests.nurture_timer.test_digests import MONDAY, named
from tests.nurture_timer.world import HOUR, MINUTE
from tests.telling import rules


async def morning_with_a_death(number: int, in_force: Rules) -> tuple[int, bool, bool]:
    """Return how many digests came, whether somebody died, and whether after a send."""
    app = Mornings(rules=in_force)
    await app.put(named(1, created_at=MONDAY - HOUR))
    gate = DiesAt(number)
    app.announcements.gate = app.leads.gate = app.lists.gate = app.index.gate = gate
    died = after_a_send = False
    for n in range(48):
        try:
            await app.announce(MONDAY + n * 5 * MINUTE)
        except DiedError:
            died = True
            after_a_send = bool(app.channels.arrived)
    return len(app.channels.arrived), died, after_a_send


async def test_d1_it_is_doubled_only_by_a_crash_between_send_and_mark() -> None:
    """A worker dies at each of the requests of a morning in turn."""
    number, doubled = 1, []
    while True:
        came, died, after_a_send = await morning_with_a_death(number, rules())
        if not died:
            break
        assert came in (1, 2)
        if came == 2:
            assert after_a_send
            doubled.append(number)
        number += 1
    assert number > 10
    assert len(doubled) == 1


async def test_d1_a_death_before_the_answer_is_read_sends_the_same_message_again() -> None:
    """A receiver that has seen its id can ignore it."""
    app = Mornings(rules=rules())
    app.channels.dies = [DiedError()]
    with pytest.raises(DiedError):
        await app.announce(MONDAY)

    assert await app.announce(MONDAY + 5 * MINUTE) == []
    [again] = await app.announce(MONDAY + 15 * MINUTE)
    assert again.message.id == app.channels.arrived[0].message.id


async def test_d1_two_sweeps_at_once_send_one() -> None:
    app = Mornings(rules=rules())
    other = Mornings(rules=rules(), announcements=app.announcements)

    async def meanwhile(request: str) -> None:
        if request == "announcements.put_digest":
            app.announcements.gate = quiet
            await other.announce(MONDAY)

    async def quiet(_request: str) -> None:
        """Let everything through."""

    app.announcements.gate = meanwhile
    await app.announce(MONDAY)

    assert len(app.channels.arrived) + len(other.channels.arrived) == 1
