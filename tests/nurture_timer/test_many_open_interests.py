"""Rule C1 in the app: of more interests than a lead keeps, what is open is read from the rows."""

from dataclasses import replace
from random import Random

from shared.committing import rows_of
from shared.operations.actions import record_act
from shared.ports.crm import FollowUpSeen
from tests.examples import acted
from tests.fakes import START, open_gate
from tests.office import Office
from tests.route_lead.relay import DAY, MINUTE, Gates, push

LATEST = 30


async def pushed(gates: Gates | None = None) -> Office:
    """Return the app after 30 clicks, a minute apart, that came in any order."""
    office = Office()
    numbers = list(range(1, LATEST + 1))
    Random(3).shuffle(numbers)  # noqa: S311 - no secret
    office.guard(gates or open_gate)
    for number in numbers:
        await office.relay.host(push(number))
    return office


async def test_c1_an_act_by_hand_leaves_open_what_came_after_it() -> None:
    office = await pushed()
    app = office.relay
    stored, act = app.partition.stored, acted(START + 4 * MINUTE)

    rows = await rows_of(app.leads, stored.lead)
    change = record_act(stored, rows, act, office.in_force)

    assert change
    clock = change.lead.follow_up
    assert clock.clock_started_at == START + 5 * MINUTE
    assert clock.due_at == app.partition.interests["s5"].due_at
    assert len(change.lead.interests) == 20
    assert change.acts[0].open_since == START + MINUTE


async def test_c1_so_does_one_that_the_sweep_sees_in_the_crm() -> None:
    office = await pushed()
    app = office.relay
    app.crm.acted[app.lead.lead_id] = FollowUpSeen(at=START + 4 * MINUTE)

    await office.run(START + DAY)

    assert app.lead.follow_up.clock_started_at == START + 5 * MINUTE
    assert app.lead.follow_up.due_at == app.partition.interests["s5"].due_at


async def test_c1_rows_are_read_in_one_request_and_only_from_the_twenty_second_on() -> None:
    gates = Gates()
    office = await pushed(gates)

    assert gates.passed.count("leads.interest_rows") == LATEST - 21
    few = replace(office.relay.lead, submissions=20)
    assert await rows_of(office.relay.leads, few) == []
