"""What is written about a lead: an interest or a reminder sent twice is there once."""

from dataclasses import replace

import pytest

from local.fakes.dynamics import DynamicsServer
from local.fakes.server import Fault
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.destinations.dynamics.fields import key
from shared.domain.errors import CrmOutcomeUnknownError, CrmRejectedError
from shared.ports.crm import Noted
from tests.destinations.dynamics.world import REMINDER, CrmFor, customer, delivered
from tests.examples import interest


async def test_a_note_sent_twice_is_one(crm: DynamicsCrm, server: DynamicsServer) -> None:
    record = await delivered(crm)
    second = interest(2, description="Grüße, 日本 🙂")
    server.faults.extend([Fault.NONE, Fault.CUT_AFTER])
    with pytest.raises(CrmOutcomeUnknownError, match="no whole answer"):
        await crm.note(customer(), record, second)
    assert await crm.note(customer(), record, second) == Noted(id=key("note", "submission-2"))
    (held,) = server.records()
    assert len(held.notes) == 1
    assert "Grüße, 日本 🙂" in held.notes[0]


async def test_an_interest_that_the_description_tells_is_not_noted_again(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.sales_sets(record.id, {"description": row_with_other_spaces(server)})
    assert await crm.note(customer(), record, interest()) == Noted(id="")
    assert server.notes(record.id) == []


def row_with_other_spaces(server: DynamicsServer) -> str:
    (held,) = server.records()
    return held.description.replace("\n", "\r\n")


async def test_an_interest_that_an_own_description_has_displaced_is_noted(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    crm = crm_for(DYNAMICS_FIELDS='{"description": "Call within a day."}')
    record = await delivered(crm)
    noted = await crm.note(customer(), record, interest())
    assert noted.id == key("note", "submission-1")
    (held,) = server.records()
    assert held.description == "Call within a day."
    assert held.notes[0].startswith("Microsoft marketplace: Get it now")


async def test_a_reminder_sent_twice_is_one_task_of_the_owner(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    first = await crm.remind(customer(), record, REMINDER)
    server.sales_owns(record.id, "Anna Sales", "New")
    assert await crm.remind(customer(), record, REMINDER) == first
    await crm.remind(customer(), record, replace(REMINDER, reminder_id="reminder-2"))
    one, two = server.tables["tasks"].values()
    assert one["activityid"] == first
    assert one["regardingobjectid_lead_task"] == record.id
    assert (one["subject"], one["scheduledend"]) == ("Overdue: Zoë", "2026-11-02T09:00:00Z")
    owners = [one["_ownerid_value"], two["_ownerid_value"]]
    assert owners == [server.team.id, server.anna.id]


async def test_a_reminder_whose_owner_has_left_is_a_task_all_the_same(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.sales_owns(record.id, "Bert", "New")
    [bert] = [one for one in server.principals.values() if one.name == "Bert"]
    del server.principals[bert.id]

    task_id = await crm.remind(customer(), record, REMINDER)

    [task] = server.tables["tasks"].values()
    assert task["activityid"] == task_id
    assert task["_ownerid_value"] == server.app.id


async def test_nobody_is_reminded_of_a_lead_that_is_closed(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.sales_closes(record.id)

    assert await crm.remind(customer(), record, REMINDER) == ""
    assert server.tables["tasks"] == {}


async def test_nobody_is_reminded_of_a_lead_that_is_deleted_meanwhile(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.deletes_before_patch = True

    with pytest.raises(CrmRejectedError, match="was deleted: it has no owner to remind"):
        await crm.remind(customer(), record, REMINDER)
