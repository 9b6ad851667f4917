"""A lead without follow-up is flagged when it is due, and never early."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import CrmUnavailableError
from shared.domain.follow_up import FollowUp, FollowUpState, flag, without_run
from shared.domain.lead import Contact, Lead
from shared.domain.plan import GRACE
from shared.ports.crm import FollowUpSeen
from shared.ports.leads import Event, EventKind
from tests.examples import LEAD_ID, OTHER_LEAD_ID
from tests.fakes import START, FakeCrm
from tests.nurture_timer.world import (
    CLAIMED,
    DELIVERED,
    HOUR,
    MICROSECOND,
    STOPPED,
    WAITING,
    WITHIN,
    Failing,
    World,
    anonymous,
    lead,
)

TEN_MINUTES = timedelta(minutes=10)
TIMES = st.timedeltas(timedelta(0), 3 * WITHIN)


@pytest.mark.parametrize("waiting", [lead(), anonymous(lead())], ids=["known", "anonymous"])
async def test_a_lead_is_flagged_once_it_is_due_and_not_before(waiting: Lead) -> None:
    world = World()
    await world.put(waiting, DELIVERED)

    assert (await world.sweep(WITHIN - MICROSECOND)).flagged == 0
    assert world.clock_of().state is FollowUpState.WAITING
    assert (await world.sweep(WITHIN)).flagged == 1

    assert world.clock_of().state is FollowUpState.OVERDUE
    assert world.clock_of().flagged_at == START + WITHIN
    assert world.index.overdue == {(START + WITHIN, LEAD_ID)}
    assert world.leads.partitions[LEAD_ID].events == {1: Event(kind=EventKind.FLAGGED)}


async def test_a_lead_is_flagged_once() -> None:
    world = World()
    await world.put(lead(), DELIVERED)

    flags = [(await world.sweep(WITHIN + n * HOUR)).flagged for n in range(48)]

    assert flags == [1] + [0] * 47
    assert world.clock_of().flagged_at == START + WITHIN


async def test_a_flag_does_not_bring_the_lead_to_the_crm_again() -> None:
    world = World()
    await world.put(lead(), DELIVERED)

    await world.sweep(WITHIN)

    assert world.stored().lead.version == 1
    assert world.queued() == []


@given(due_after=TIMES, sweeps=st.lists(TIMES, max_size=6))
async def test_a_flag_is_never_early_and_comes_with_the_first_sweep_that_may(
    due_after: timedelta, sweeps: list[timedelta]
) -> None:
    world = World(crm=FakeCrm(tells_follow_up=False))
    clock = FollowUp(state=FollowUpState.WAITING, clock_started_at=START, due_at=START + due_after)
    await world.put(lead(clock=clock, due_after=due_after), DELIVERED)

    for after in sorted(sweeps):
        await world.sweep(after)

    late = sorted(after for after in sweeps if after >= due_after)
    assert world.clock_of().flagged_at == (START + late[0] if late else None)


async def test_a_sweep_may_look_ahead_of_the_clock() -> None:
    world = World()
    await world.put(lead(), DELIVERED)

    world.clock.now = START
    assert (await world.sweep(WITHIN)).flagged == 1


async def test_whom_nobody_may_contact_and_who_is_a_test_is_not_flagged() -> None:
    world = World()
    await world.put(lead(clock=STOPPED, due_after=HOUR), DELIVERED)

    swept = await world.sweep(30 * WITHIN)

    assert (swept.looked_at, swept.flagged) == (1, 0)
    assert world.clock_of() == STOPPED
    assert world.due() == {}


async def test_what_sales_did_stops_the_clock_before_a_flag() -> None:
    world = World()
    await world.put(lead(), DELIVERED)
    world.crm.acted[LEAD_ID] = FollowUpSeen(at=START + HOUR, by="anna")

    swept = await world.sweep(WITHIN)

    assert (swept.flagged, swept.followed_up) == (0, 1)
    assert without_run(world.clock_of()) == FollowUp(
        state=FollowUpState.FOLLOWED_UP, done_at=START + HOUR, done_by="anna"
    )
    assert world.leads.partitions[LEAD_ID].events == {
        1: Event(kind=EventKind.FOLLOWED_UP, detail="anna")
    }
    assert world.due() == {}


async def test_what_sales_did_before_the_interest_counts_for_nothing() -> None:
    world = World()
    await world.put(lead(), DELIVERED)
    world.crm.acted[LEAD_ID] = FollowUpSeen(at=START - HOUR)

    assert (await world.sweep(WITHIN)).flagged == 1


async def test_an_overdue_lead_is_looked_at_every_six_hours_until_somebody_acts() -> None:
    world = World()
    await world.put(lead(), DELIVERED)
    await world.sweep(WITHIN)
    assert world.due() == {LEAD_ID: [WITHIN + 6 * HOUR]}
    await world.sweep(WITHIN + 6 * HOUR)
    assert world.due() == {LEAD_ID: [WITHIN + 12 * HOUR]}
    world.crm.acted[LEAD_ID] = FollowUpSeen(at=START + WITHIN + 7 * HOUR)

    assert (await world.sweep(WITHIN + 12 * HOUR)).followed_up == 1

    assert world.clock_of().state is FollowUpState.FOLLOWED_UP
    assert world.due() == {}


async def test_an_overdue_lead_is_left_alone_where_nobody_tells_who_acted() -> None:
    world = World(crm=FakeCrm(tells_follow_up=False))
    await world.put(lead(), DELIVERED)

    await world.sweep(WITHIN)

    assert world.due() == {}


@pytest.mark.parametrize(
    "error", [CrmUnavailableError("503"), TimeoutError(), KeyError("zoe@fabrikam.example")]
)
async def test_a_crm_that_can_not_be_asked_keeps_no_flag_away(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(crm=FakeCrm(gate=Failing("crm.follow_ups", error=error)))
    await world.put(lead(), DELIVERED)

    assert (await world.sweep(WITHIN + GRACE)).flagged == 1

    assert world.due() == {LEAD_ID: [WITHIN + GRACE + 6 * HOUR]}
    assert f"crm can't be asked about follow-ups: {type(error)!r}" in caplog.text
    assert "zoe" not in caplog.text


async def test_c4_a_flag_waits_for_a_crm_that_can_not_be_asked_but_not_for_long() -> None:
    world = World(crm=FakeCrm(gate=Failing("crm.follow_ups")))
    await world.put(lead(), DELIVERED)

    flagged = [(await world.sweep(WITHIN + n * TEN_MINUTES)).flagged for n in range(7)]

    assert flagged == [0, 0, 0, 0, 0, 0, 1]
    [event] = world.leads.partitions[LEAD_ID].events.values()
    assert event == Event(kind=EventKind.FLAGGED, unchecked=True)


async def test_c4_a_flag_that_waited_comes_as_soon_as_the_crm_answers() -> None:
    world = World(crm=FakeCrm(gate=Failing("crm.follow_ups", numbers=[1])))
    await world.put(lead(), DELIVERED)
    assert (await world.sweep(WITHIN)).flagged == 0

    assert (await world.sweep(WITHIN + TEN_MINUTES)).flagged == 1

    [event] = world.leads.partitions[LEAD_ID].events.values()
    assert not event.unchecked


async def test_a_destination_that_is_not_set_up_keeps_no_flag_away_and_is_asked_later() -> None:
    world = World()
    await world.put(lead(), replace(DELIVERED, destination="broken"))

    assert (await world.sweep(WITHIN + GRACE)).flagged == 1

    assert world.due() == {LEAD_ID: [WITHIN + GRACE + 6 * HOUR]}


async def test_a_lead_that_is_in_no_crm_is_flagged_without_asking() -> None:
    world = World(crm=FakeCrm(gate=Failing("crm.follow_ups")))
    await world.put(lead(), CLAIMED)

    assert (await world.sweep(WITHIN)).flagged == 1


async def test_a_crm_is_asked_once_for_a_hundred_leads() -> None:
    asked = Failing("crm.follow_ups", numbers=())
    world = World(crm=FakeCrm(gate=asked))
    for number in range(101):
        await world.put(lead(f"{number:032x}"), DELIVERED)

    assert (await world.sweep(WITHIN)).flagged == 101

    assert asked.seen == 2


async def test_each_destination_is_asked_about_its_own_record() -> None:
    world = World()
    await world.put(lead(), DELIVERED)
    await world.put(lead(OTHER_LEAD_ID), CLAIMED)
    world.crm.acted = {LEAD_ID: FollowUpSeen(at=START + HOUR)} | {
        OTHER_LEAD_ID: FollowUpSeen(at=START + HOUR)
    }

    swept = await world.sweep(WITHIN)

    assert (swept.followed_up, swept.flagged) == (1, 1)


@pytest.mark.parametrize(
    "clock", [WAITING, flag(WAITING, START + WITHIN)], ids=["waiting", "overdue"]
)
async def test_a_lead_that_nobody_could_answer_is_never_overdue(clock: FollowUp) -> None:
    # Recorded by a version that let the clock run for everybody.
    world = World()
    await world.put(replace(lead(clock=clock), contact=Contact(country="DE")), DELIVERED)

    assert (await world.sweep(2 * WITHIN)).flagged == 0

    assert world.clock_of().state is FollowUpState.NONE
    assert world.leads.partitions[LEAD_ID].stored.lead.next_due_at is None
