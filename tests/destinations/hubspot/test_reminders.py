"""A reminder is a task of the contact's owner, once."""

from dataclasses import replace

import pytest

from local.fakes.hubspot import HubspotServer
from local.fakes.server import Fault
from shared.destinations.hubspot.adapter import HubspotCrm
from shared.domain.errors import (
    CrmOutcomeUnknownError,
    CrmRejectedError,
)
from tests.destinations.hubspot.world import REMINDER, TASKS, WANTED, deliver


async def test_a_reminder_is_one_task_of_the_contacts_owner(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    server.sales_owns(record.id, "88", "OPEN")

    ids = {await crm.remind(WANTED, record, REMINDER) for _ in range(2)}

    [(made, task)] = server.attached["tasks"].items()
    assert ids == {made}
    assert task == {
        "hs_timestamp": "2026-11-02T09:00:00.000Z",
        "hs_task_subject": "Overdue: Zoë",
        "hs_task_body": "Call &lt;now&gt;<br>please<br>[reminder r-1]",
        "hs_task_status": "NOT_STARTED",
        "hs_task_type": "TODO",
        "hs_task_priority": "HIGH",
        "hubspot_owner_id": "88",
    }


async def test_a_reminder_whose_owner_has_left_is_a_task_all_the_same(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    server.sales_owns(record.id, "88", "OPEN")
    server.owners.remove("88")

    made = await crm.remind(WANTED, record, REMINDER)

    [(task_id, task)] = server.attached["tasks"].items()
    assert task_id == made
    assert "hubspot_owner_id" not in task


async def test_a_reminder_without_words_is_a_task_all_the_same(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)

    await crm.remind(WANTED, record, replace(REMINDER, subject="", text=""))

    [task] = server.attached["tasks"].values()
    assert task["hs_task_body"] == "<br>[reminder r-1]"


async def test_a_reminder_about_a_contact_that_is_gone_is_refused(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    server.sales_deletes(record.id)

    with pytest.raises(CrmRejectedError, match=f"contact {record.id} was deleted"):
        await crm.remind(WANTED, record, REMINDER)


async def test_a_reminder_is_found_among_many_pages_of_tasks(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    server.page_size = 70
    for number in range(300):
        task = {"hs_task_body": f"Call again [reminder r-{number + 2}]"}
        server.attached["tasks"][f"9{number}"], server.of[f"9{number}"] = task, record.id
    made = await crm.remind(WANTED, record, REMINDER)

    assert await crm.remind(WANTED, record, REMINDER) == made
    assert await crm.remind(WANTED, record, replace(REMINDER, reminder_id="r-301")) == "9299"
    assert len(server.attached["tasks"]) == 301


async def test_a_reminder_without_an_answer_is_found_the_next_time(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    server.faults_at[f"POST {TASKS}"] = Fault.CUT_AFTER

    with pytest.raises(CrmOutcomeUnknownError):
        await crm.remind(WANTED, record, REMINDER)
    await crm.remind(WANTED, record, REMINDER)
    await crm.remind(WANTED, record, replace(REMINDER, reminder_id="r-2"))

    assert len(server.attached["tasks"]) == 2
