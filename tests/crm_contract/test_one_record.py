"""However often a lead comes, and whoever dies in between: one record, and all is on it."""

import asyncio
from collections.abc import Mapping

import pytest

from local.fakes.server import Fault
from shared.domain.lead import KeyKind
from shared.ports.leads import EventKind
from tests.crm_contract.subjects import ANYWHERE, Feature, having
from tests.crm_contract.world import CUSTOMER, WITHOUT_EMAIL, World

WORKERS = 20

customers = pytest.mark.parametrize(
    "customer", [CUSTOMER, WITHOUT_EMAIL], ids=["with e-mail", "without e-mail"]
)


@ANYWHERE
@customers
async def test_the_same_lead_twice_is_one_record(world: World, customer: Mapping[str, str]) -> None:
    for _ in range(2):
        await world.push(customer, description="I want it.")
        await world.rest()

    record = await world.the_record()
    assert record.lead_id in ("", world.lead.lead_id)  # "": its key stands for it
    assert len(world.told(EventKind.REPEATED)) == 1
    assert "\n".join([record.description, *record.notes]).count("I want it.") <= 1


@ANYWHERE
@customers
async def test_two_interests_are_on_one_record(world: World, customer: Mapping[str, str]) -> None:
    await world.push(customer)
    await world.rest()
    await world.push(customer)
    await world.rest()

    await world.the_record()
    assert world.lead.version == 2


@ANYWHERE
async def test_a_lead_without_e_mail_is_recognised_again(world: World) -> None:
    await world.push(WITHOUT_EMAIL)
    await world.rest()
    await world.push({**WITHOUT_EMAIL, "Title": "Boss"})
    await world.rest()

    record = await world.the_record()
    assert world.lead.key_kind is KeyKind.PHONE
    assert not record.values.get("email")
    assert record.values["phone"].replace(" ", "") == "+49301234567"
    if world.subject.name != "azure_table":  # there the contact stays with its row
        assert record.values["title"] == "Boss"


@ANYWHERE
@customers
async def test_twenty_deliveries_of_one_customer_at_once_are_one_record(
    world: World, customer: Mapping[str, str]
) -> None:
    for _ in range(WORKERS):
        await world.push(customer)

    await world.all_at_once()
    await world.rest()

    record = await world.the_record()
    assert len(world.told(EventKind.RECORDED)) == WORKERS
    assert record.lead_id in ("", world.lead.lead_id)  # "": its key stands for it


@ANYWHERE
@customers
@pytest.mark.parametrize("write", [2, 3])
async def test_a_worker_that_dies_after_the_crm_has_written_makes_no_second_record(
    world: World, customer: Mapping[str, str], write: int
) -> None:
    await world.push(customer)
    await world.rest()
    await world.push(customer)
    world.dies_before_commit = write  # the first is the record's own and the claim
    await world.rest()
    await world.push(customer)
    await world.rest()

    await world.the_record()


@ANYWHERE
@customers
async def test_a_worker_that_dies_before_it_marks_a_new_record_makes_no_second_one(
    world: World, customer: Mapping[str, str]
) -> None:
    await world.push(customer)
    world.dies_before_commit = 2
    await world.rest()

    await world.the_record_or_uncertain()
    assert world.delivery.record is not None or Feature.FINDS not in world.features


@having(Feature.FAULTS)
@customers
@pytest.mark.parametrize("number", [1, 2, 3])
async def test_a_lost_answer_to_any_of_the_first_calls_makes_no_second_record(
    world: World, customer: Mapping[str, str], number: int
) -> None:
    for _ in range(3):
        await world.push(customer)
    world.subject.behind.faults.extend([*[Fault.NONE] * (number - 1), Fault.CUT_AFTER])

    await world.all_at_once()
    await world.rest()

    await world.the_record_or_uncertain()


@having(Feature.FAULTS)
@customers
async def test_a_call_that_was_cut_before_it_was_done_is_done_once(
    world: World, customer: Mapping[str, str]
) -> None:
    world.subject.behind.faults.append(Fault.CUT_BEFORE)

    await world.push(customer)
    await world.rest()

    records = await world.subject.records()
    if Feature.FINDS in world.features:
        await world.the_record()
    else:
        assert records == []
        assert world.delivery.parked_reason.startswith("uncertain: ")


@having(Feature.FAULTS)
@customers
async def test_an_answer_after_the_deadline_makes_no_second_record(
    world: World, customer: Mapping[str, str]
) -> None:
    world.subject.behind.faults.append(Fault.SLOW)
    world.subject.behind.slow_seconds = 0.3
    world.subject.behind.at_a_wait = world.crm.end_wait
    await world.push(customer)
    await world.work(world.queue.take() or "")
    assert world.delivery.delivered_version == 0
    assert world.delivery.parked_reason == ""

    await asyncio.sleep(0.5)  # the CRM does it all the same, long before the claim ends
    await world.rest()

    if Feature.FINDS in world.features:
        await world.the_record()
    else:
        assert world.delivery.parked_reason.startswith("uncertain: ")


@having(Feature.FAULTS, lacking=Feature.FINDS)
async def test_what_nobody_can_tell_waits_for_a_person_who_looks(world: World) -> None:
    world.subject.behind.faults.append(Fault.CUT_BEFORE)
    await world.push()
    await world.rest()
    assert await world.subject.records() == []

    await world.release()
    await world.rest()

    await world.the_record()
