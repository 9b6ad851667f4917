"""A delivery that is behind has a due row, so a lost message is not a lost lead.

The store of these tests looks for the row at each change that is written, here and in all others.
"""

import pytest

from nurture_timer.nurture import sweep
from nurture_timer.ports import SweepPorts
from shared.domain.envelope import Push
from shared.domain.errors import CrmUnavailableError
from shared.domain.follow_up import FollowUpState
from shared.domain.schedule import GRACE
from tests.fakes import FakeCrm, FakeDestinations, FakeOutbox, forgotten
from tests.route_lead.relay import DAY, MINUTE, Gates, Relay, WorkerDiedError, push


def do_not_contact(number: int) -> Push:
    asked = push(number)
    return asked.model_copy(update={"body": asked.body.replace(b"-INS", b"-DNC")})


async def swept(relay: Relay) -> None:
    """Do what the timer does at this time."""
    ports = SweepPorts(
        leads=relay.leads,
        index=relay.index,
        queue=relay.queue,
        outbox=FakeOutbox(),
        destinations=FakeDestinations(relay.crms),
        clock=relay.clock,
    )
    await sweep(relay.clock(), ports)


async def parked_and_looked_at(click: Push) -> Relay:
    """Return a lead that is parked, and that the sweep has nothing more to do on."""
    relay = Relay(crms={"crm": FakeCrm(rejects="LastName is required", tells_follow_up=False)})
    await relay.take(click)
    relay.clock.advance(2 * DAY)
    await swept(relay)
    await swept(relay)
    assert relay.lead.next_due_at is None
    assert relay.index.due_rows == {}
    relay.crm.rejects = ""
    return relay


@pytest.mark.parametrize(
    ("click", "state"),
    [(push(1), FollowUpState.OVERDUE), (do_not_contact(1), FollowUpState.NONE)],
)
async def test_a_released_lead_whose_message_is_lost_is_found_by_the_sweep(
    click: Push, state: FollowUpState
) -> None:
    relay = await parked_and_looked_at(click)
    relay.crm.gate = Gates(0, WorkerDiedError())
    with pytest.raises(WorkerDiedError):
        await relay.take(relay.deliver(release_version=1))
    assert relay.lead.follow_up.state is state
    assert not relay.queue.messages
    assert list(relay.index.due_rows) == [(relay.lead.next_due_at, relay.lead.lead_id)]

    relay.clock.advance(5 * MINUTE + GRACE)
    await swept(relay)
    await relay.drain()

    relay.assert_delivered("s1")


@pytest.mark.parametrize("number", range(12))
async def test_a_release_has_its_row_whenever_the_worker_dies(number: int) -> None:
    relay = await parked_and_looked_at(do_not_contact(1))
    relay.leads.gate = relay.index.gate = relay.crm.gate = Gates(number, WorkerDiedError())
    await relay.host(relay.deliver(release_version=1))
    assert forgotten(relay.partition.stored, relay.index) == ""


async def test_a_failure_on_a_lead_that_was_put_off_has_its_row() -> None:
    relay = await parked_and_looked_at(do_not_contact(1))
    relay.crm.fails = [CrmUnavailableError("503")]
    await relay.take(relay.deliver(release_version=1))
    assert relay.lead.next_due_at is not None
    relay.queue.messages.clear()

    relay.clock.now = relay.lead.next_due_at
    await swept(relay)
    relay.clock.advance(DAY)
    await swept(relay)
    await relay.drain()

    relay.assert_delivered("s1")
