"""A lead that sales deleted is re-created when the customer comes again, and only then."""

import pytest

from local.fakes.dynamics import DynamicsServer
from local.fakes.server import Fault
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.destinations.dynamics.fields import key
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmOutcomeUnknownError, CrmRejectedError, CrmUnavailableError
from shared.ports.crm import Upserted
from tests.destinations.dynamics.world import (
    REMINDER,
    customer,
    delivered,
    delivered_whole,
    given,
    later,
    new,
    seen,
)
from tests.examples import CONTACT, LEAD_ID, interest


async def comes_again(crm: DynamicsCrm, record: CrmRecord) -> Upserted:
    changed = later(record, "phone", interests=[given(2, "again", phone="+49 1"), given(3, "more")])
    return await delivered_whole(crm, customer(phone="+49 1"), changed)


async def test_a_deleted_lead_is_made_anew_under_its_key(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.sales_owns(record.id, "Anna Sales", "Contacted")
    server.sales_deletes(record.id)

    upserted = await comes_again(crm, record)

    (held,) = server.records()
    assert held.record_id == record.id == key("lead", LEAD_ID)
    assert (held.values["phone"], held.values["last_name"]) == ("+49 1", CONTACT.last_name)
    assert (held.owner, held.status) == ("Inbound", "New")
    assert "again" in held.description
    assert ["more" in note for note in held.notes] == [True]
    assert upserted.created
    assert upserted.holds == {"submission-2"}
    assert upserted.remarks == (f"record {record.id} was deleted there: re-created",)
    assert upserted.record == record


@pytest.mark.parametrize("number", [2, 4])
async def test_a_lost_answer_makes_no_second_one(
    crm: DynamicsCrm, server: DynamicsServer, number: int
) -> None:
    record = await delivered(crm)
    server.sales_deletes(record.id)
    server.faults.extend([*[Fault.NONE] * (number - 1), Fault.CUT_AFTER])
    with pytest.raises(CrmOutcomeUnknownError, match="no whole answer"):
        await comes_again(crm, record)

    await comes_again(crm, record)

    (held,) = server.records()
    assert held.values["last_name"] == CONTACT.last_name
    assert ["more" in note for note in held.notes] == [True]


async def test_that_a_lead_was_deleted_is_no_follow_up(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.sales_deletes(record.id)
    assert await seen(crm, record) is None


async def test_a_lead_that_is_deleted_under_our_hands_is_created_again_at_once(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.deletes_before_patch = True
    changed = later(record, "phone", interests=[interest(2)])
    upserted = await crm.upsert(customer(phone="+49 1"), changed, uncertain=False)
    (held,) = server.records()
    assert (held.record_id, held.values["phone"]) == (record.id, "+49 1")
    assert upserted.remarks == (f"record {record.id} was deleted there: re-created",)


async def test_a_note_on_a_lead_that_is_deleted_under_our_hands_waits_for_a_new_lead(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.deletes_before_patch = True
    with pytest.raises(CrmUnavailableError, match="was deleted meanwhile"):
        await crm.note(customer(), record, interest(2))
    assert server.records() == []


async def test_a_lead_that_is_there_and_gone_when_we_look_is_created(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.meanwhile_at[f"GET /api/data/v9.2/leads({record.id})"] = lambda: server.sales_deletes(
        record.id
    )
    assert (await crm.upsert(customer(), new(), uncertain=True)).created


async def test_nobody_is_reminded_of_a_deleted_lead(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.sales_deletes(record.id)
    with pytest.raises(CrmRejectedError, match="was deleted: it has no owner to remind"):
        await crm.remind(customer(), record, REMINDER)
    assert server.tables["tasks"] == {}


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ((412, ""), "can't be created and is not there: a deleted record is in the way"),
        ((412, "0x80049939"), "412 0x80049939 .*: a deleted record is in the way: restore it"),
        ((400, "0x80044a02"), "400 0x80044a02 .*: a deleted record is in the way: restore it"),
    ],
)
async def test_an_environment_that_keeps_the_key_of_a_deleted_lead_is_told_in_clear_words(
    crm: DynamicsCrm, server: DynamicsServer, refusal: tuple[int, str], said: str
) -> None:
    record = await delivered(crm)
    server.sales_deletes(record.id)
    server.refuses_deleted_key = refusal
    with pytest.raises(CrmRejectedError, match=said):
        await comes_again(crm, record)
    assert server.records() == []
