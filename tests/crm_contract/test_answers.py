"""Whatever a CRM answers: the lead waits or is parked, is told as what it is, and ends up once."""

import random
from datetime import timedelta

import pytest

from local.fakes.server import Fault
from shared.domain.delivery import GIVE_UP_AFTER
from shared.domain.errors import (
    CrmCredentialsError,
    CrmOutcomeUnknownError,
    CrmUnavailableError,
)
from shared.ports.leads import EventKind
from tests.crm_contract.subjects import Feature, having
from tests.crm_contract.world import CUSTOMER, World

FOR_EVER = 10_000
PASSING = [fault for fault in Fault if fault not in (Fault.REJECTED, Fault.SLOW, Fault.LATE)]
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@having(Feature.FAULTS)
async def test_a_token_that_is_refused_once_costs_nothing(world: World) -> None:
    world.subject.behind.faults.append(Fault.UNAUTHORIZED)

    await world.push()
    await world.rest()

    await world.the_record()


@having(Feature.FAULTS)
async def test_credentials_that_are_refused_for_ever_are_told_as_such_and_the_lead_waits(
    world: World,
) -> None:
    world.subject.behind.faults.extend([Fault.UNAUTHORIZED] * FOR_EVER)
    await world.push()
    started = world.clock()

    await world.rest(until=started + DAY)
    assert {type(error) for error in world.crm.errors} == {CrmCredentialsError}
    assert world.delivery.parked_version == 0
    assert world.delivery.last_error == str(world.crm.errors[-1])
    assert await world.subject.records() == []

    world.subject.behind.faults.clear()
    await world.rest()
    await world.the_record()


@having(Feature.FAULTS)
@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.THROTTLED_WITHOUT_WAIT])
async def test_a_throttled_lead_waits_as_long_as_it_is_asked_to(world: World, fault: Fault) -> None:
    world.subject.behind.faults.append(fault)
    await world.push()
    before = world.clock()

    await world.rest()

    await world.the_record()
    [error] = world.crm.errors
    assert isinstance(error, CrmUnavailableError | CrmOutcomeUnknownError)
    asked_for = error.retry_after
    assert world.clock() - before >= (asked_for or timedelta(seconds=15))
    if fault is Fault.THROTTLED:
        assert asked_for


@having(Feature.FAULTS)
async def test_a_refused_lead_is_parked_with_the_vendors_words(world: World) -> None:
    world.subject.behind.faults.append(Fault.REJECTED)
    words = world.subject.words(Fault.REJECTED)
    await world.push()
    await world.rest()

    reason = world.delivery.parked_reason
    assert world.delivery.parked_version == world.lead.version
    assert any(said in reason for said in words if len(said) >= len("a sentence"))
    assert [event.detail for event in world.told(EventKind.PARKED)] == [reason]
    assert await world.subject.records() == []

    await world.release()
    await world.rest()
    await world.the_record()


@having(Feature.FAULTS)
async def test_a_refused_lead_is_tried_again_when_something_new_comes(world: World) -> None:
    world.subject.behind.faults.append(Fault.REJECTED)
    await world.push()
    await world.rest()
    await world.push()
    await world.rest()

    await world.the_record()


@having(Feature.FAULTS)
async def test_three_days_away_and_throttled_after_that_is_one_delivery_on_schedule(
    world: World,
) -> None:
    behind = world.subject.behind
    behind.down = True
    await world.push()
    started = world.clock()
    await world.rest(until=started + 3 * DAY)
    attempts, calls = world.crm.calls, len(behind.calls)
    assert world.delivery.parked_version == 0
    assert len(world.told(EventKind.POSTPONED)) == 1

    behind.down = False
    behind.faults.extend([Fault.THROTTLED, Fault.THROTTLED_WITHOUT_WAIT])
    await world.rest()

    await world.the_record()
    assert len(world.told(EventKind.DELIVERED)) == 1
    # 30 s, 1, 2, 4, 8, 16 and 32 min, then each hour.
    assert attempts == 7 + (3 * DAY - timedelta(minutes=63.5)) // timedelta(hours=1) + 1 == 78
    assert calls in (attempts, 0)  # none where it gave no token either


@having(Feature.FAULTS)
async def test_leads_that_waited_for_a_day_are_delivered_once_each_in_the_order_of_the_schedule(
    world: World,
) -> None:
    behind = world.subject.behind
    behind.down = True
    for number in range(3):
        await world.push({**CUSTOMER, "Email": f"number{number}@fabrikam.example"})
        await world.rest(until=world.clock() + timedelta(minutes=7))
    await world.rest(until=world.clock() + DAY)
    waiting = {
        lead_id: partition.stored.deliveries["crm"].next_attempt_at
        for lead_id, partition in world.leads.partitions.items()
    }
    schedule = sorted(waiting, key=lambda lead_id: (waiting[lead_id] is None, waiting[lead_id]))

    behind.down = False
    behind.faults.append(Fault.THROTTLED_WITHOUT_WAIT)
    await world.rest()

    assert len(schedule) == 3
    assert world.crm.upserted == [*schedule[1:], schedule[0]]
    assert len({record.record_id for record in await world.subject.records()}) == 3


@having(Feature.FAULTS)
async def test_a_crm_that_never_comes_back_leaves_the_lead_parked(world: World) -> None:
    world.subject.behind.down = True
    await world.push()
    started = world.clock()
    await world.rest()

    assert world.delivery.parked_version == 1
    assert world.clock() - started >= GIVE_UP_AFTER
    world.subject.behind.down = False
    await world.release()
    await world.rest()
    await world.the_record()


@having(Feature.SOCKET)
@pytest.mark.parametrize(
    "fault", [Fault.HTML, Fault.HALF_A_BODY, Fault.NO_ID, Fault.REDIRECT, Fault.CUT_AFTER]
)
@pytest.mark.parametrize("on", ["a new lead", "an update", "the second call"])
async def test_an_answer_that_is_nonsense_never_loses_or_doubles_a_lead(
    world: World, fault: Fault, on: str
) -> None:
    if on == "an update":
        await world.push()
        await world.rest()
    world.subject.behind.faults.extend([Fault.NONE] * (on == "the second call"))
    world.subject.behind.faults.append(fault)

    await world.push()
    await world.push()
    await world.rest()

    await world.the_record()


@having(Feature.SOCKET)
@pytest.mark.parametrize(
    "seed",
    [*range(4), *(pytest.param(seed, marks=pytest.mark.thorough) for seed in range(4, 12))],
)
async def test_whatever_fails_on_the_way_the_customer_is_one_record(
    world: World, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - nothing is secret here
    for _ in range(3):
        world.subject.behind.faults.extend(chance.choices(PASSING, k=4))
        await world.push(chance.choice([CUSTOMER, {**CUSTOMER, "Title": "Boss"}]))
        await world.push()
        await world.all_at_once()
        await world.rest(until=world.clock() + chance.choice([HOUR, DAY]))
    world.subject.behind.faults.clear()
    await world.rest()

    await world.the_record_or_uncertain()
