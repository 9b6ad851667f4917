"""What sales does to a lead between our look at it and a note costs no lead."""

import pytest

from local.fakes.dynamics import DynamicsServer
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.destinations.dynamics.fields import key
from shared.domain.errors import CrmUnavailableError
from shared.ports.crm import Noted
from tests.destinations.dynamics.world import (
    WRITE,
    about_note,
    customer,
    delivered,
    fault,
    later,
    says,
)
from tests.examples import interest

NOTE = about_note("submission-2")
READ_ONLY = fault("0x8004022e", "The object cannot be updated because it is read-only.")
CLOSED = Noted(id="", remarks=("not noted: the lead is closed and takes no notes",))


async def test_a_note_on_a_lead_that_is_merged_meanwhile_goes_where_it_went(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    survivor = server.sales_types_in({"lastname": "O’Hara"})
    server.meanwhile_at[NOTE] = lambda: server.sales_merges(record.id, into=survivor)
    server.faults_at[NOTE] = says(READ_ONLY)

    noted = await crm.note(customer(), record, interest(2))

    assert noted == Noted(id=key("note", "submission-2"))
    assert len(server.notes(survivor)) == 1


async def test_a_note_on_a_lead_that_is_closed_meanwhile_is_written_where_closed_ones_take_it(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.meanwhile_at[NOTE] = lambda: server.sales_closes(record.id)

    await crm.note(customer(), record, interest(2))

    assert len(server.notes(record.id)) == 1


async def test_a_closed_lead_that_takes_no_notes_is_delivered_with_a_remark(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.sales_closes(record.id)
    number = len(server.calls)
    server.faults_at |= {number + 1: says(READ_ONLY), number + 3: says(READ_ONLY)}

    assert await crm.note(customer(), record, interest(2)) == CLOSED
    assert server.notes(record.id) == []


async def test_a_note_on_a_lead_that_is_deleted_and_created_again_is_on_the_new_one(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    gone = fault("0x80040217", f"lead With Id = {record.id} Does Not Exist")
    server.faults_at[NOTE] = says(gone, 404)

    await crm.note(customer(), record, interest(2))

    assert len(server.notes(record.id)) == 1


async def test_a_lead_that_is_merged_between_our_look_and_our_change_is_changed_where_it_went(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    survivor = server.sales_types_in({"lastname": "O’Hara"})
    server.meanwhile_at[WRITE] = lambda: server.sales_merges(record.id, into=survivor)
    server.faults_at[WRITE] = says(fault("0x80040217", "Does Not Exist"), 404)

    moved = await crm.upsert(customer(phone="+49 1"), later(record, "phone"), uncertain=False)

    assert moved.record.id == survivor
    assert server.tables["leads"][survivor]["telephone1"] == "+49 1"


async def test_what_is_deleted_each_time_that_we_look_waits(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    gone = says(fault("0x80040217", "Does Not Exist"), 404)
    number = len(server.calls)
    server.faults_at |= {number + 1: gone, number + 3: gone}

    with pytest.raises(CrmUnavailableError, match="was deleted meanwhile"):
        await crm.upsert(customer(phone="+49 1"), later(record, "phone"), uncertain=False)
