"""What a record's status says of the lead comes with the act, whichever the CRM."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.acts import CLOSING, Outcome
from shared.ports.crm import FollowUpSeen, SeenAct
from tests.crm_contract.subjects import STATUSES, Feature, having
from tests.crm_contract.world import CUSTOMER, World

TELLS_OUTCOMES = having(Feature.OUTCOMES)


async def seen(world: World, since: datetime | None = None) -> FollowUpSeen | None:
    question = world.question()
    asked = replace(question, since=since or question.since)
    return (await world.crm.follow_ups([asked])).get(world.lead.lead_id)


async def last_act(world: World) -> SeenAct:
    told = await seen(world)
    assert told is not None
    return told.acts[-1]


@TELLS_OUTCOMES
async def test_a_status_that_leaves_the_lead_open_says_so(world: World) -> None:
    await world.push()
    await world.rest()

    world.subject.behind.sales_owns(world.record.id, "anna", STATUSES[world.subject.name][0])

    act = await last_act(world)
    assert (act.outcome, act.closed) == (Outcome.IN_CONVERSATION, False)


@TELLS_OUTCOMES
async def test_a_status_that_closes_the_lead_says_so(world: World) -> None:
    await world.push()
    await world.rest()

    world.subject.behind.sales_owns(world.record.id, "anna", STATUSES[world.subject.name][1])

    assert (await last_act(world)).outcome in CLOSING


@TELLS_OUTCOMES
async def test_a_record_that_is_opened_again_says_so(world: World) -> None:
    still_open, closing = STATUSES[world.subject.name]
    await world.push()
    await world.rest()
    world.subject.behind.sales_owns(world.record.id, "anna", closing)
    assert (await last_act(world)).outcome in CLOSING

    world.subject.behind.sales_owns(world.record.id, "anna", still_open)

    assert (await last_act(world)).outcome is Outcome.IN_CONVERSATION


@TELLS_OUTCOMES
async def test_a_status_that_nobody_mapped_is_an_act_without_outcome(world: World) -> None:
    await world.push()
    await world.rest()

    world.subject.behind.sales_owns(world.record.id, "anna", "A status of ours")

    assert (await last_act(world)).outcome is None


@TELLS_OUTCOMES
async def test_what_a_status_said_between_two_interests_is_still_seen(world: World) -> None:
    await world.push()
    await world.rest()
    world.subject.behind.sales_owns(world.record.id, "anna", STATUSES[world.subject.name][0])

    for title in ("Boss", "Boss of all"):
        await world.push({**CUSTOMER, "Title": title})
        await world.rest()

    assert (await last_act(world)).outcome is Outcome.IN_CONVERSATION


@TELLS_OUTCOMES
async def test_an_act_that_was_seen_is_told_as_the_same_one_later(world: World) -> None:
    """Else each look before a check-in would find a newer act, and nobody would ever check in."""
    await world.push()
    await world.rest()
    world.subject.behind.sales_owns(world.record.id, "anna", STATUSES[world.subject.name][0])

    await assert_told_once(world)


@TELLS_OUTCOMES
async def test_an_act_that_was_seen_is_not_told_anew_after_the_next_delivery(world: World) -> None:
    await world.push()
    await world.rest()
    world.subject.behind.sales_owns(world.record.id, "anna", STATUSES[world.subject.name][0])
    first = await last_act(world)

    await world.push({**CUSTOMER, "Title": "Boss"})
    await world.rest()

    again = await seen(world, since=first.at)
    assert (again.acts if again else ()) in [(first,), ()]


@TELLS_OUTCOMES
async def test_work_without_a_status_that_was_seen_is_told_as_the_same_later(world: World) -> None:
    await world.push()
    await world.rest()
    world.subject.behind.sales_acts(world.record.id)

    await assert_told_once(world)


async def assert_told_once(world: World) -> None:
    first = await last_act(world)

    again = await seen(world, since=first.at)
    later = await seen(world, since=first.at + timedelta(seconds=2))

    assert (again.acts if again else ()) in [(first,), ()]
    assert later is None or later.acts == ()
