"""Notes and reminders: tasks of ours on a lead."""

from dataclasses import replace

import pytest

from local.fakes.salesforce import SalesforceServer
from local.fakes.salesforce.org import QUEUE, SALES, US
from local.fakes.server import Fault
from shared.destinations.salesforce.adapter import SalesforceCrm
from shared.domain.errors import (
    CrmCredentialsError,
    CrmOutcomeUnknownError,
    CrmSettingsError,
    CrmUnavailableError,
)
from shared.ports.crm import Noted
from tests.destinations.salesforce.world import (
    NOTE,
    REMINDER,
    a_lead,
    deliver,
    error,
    only,
    says,
)
from tests.examples import interest


async def test_a_note_is_a_completed_task_in_the_leads_timeline_and_only_once(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)

    told = {await crm.note(a_lead(), record, interest(2, description="Zoë’s")) for _ in range(2)}

    [task] = server.live("Task")
    assert told == {Noted(id=task["Id"])}
    assert task["WhoId"] == record.id
    assert task["Subject"] == "Marketplace interest: Things"
    assert task["Status"] == "Completed"
    assert task["ActivityDate"] == "2026-11-02"
    assert "Zoë’s" in task["Description"]


async def test_a_note_whose_answer_is_lost_is_found_by_its_mark(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.meanwhile["POST"] = lambda: server.faults.append(Fault.CUT_AFTER)
    with pytest.raises(CrmOutcomeUnknownError, match="no whole answer"):
        await crm.note(a_lead(), record, interest(2))

    await crm.note(a_lead(), record, interest(2))

    assert len(only(server).notes) == 1


async def test_the_interest_in_the_description_is_not_noted_again(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm, None, interest(1))

    assert await crm.note(a_lead(), record, interest(1)) == Noted(id=record.id)
    assert server.live("Task") == []


async def test_a_reminder_is_one_open_task_of_the_leads_owner_however_often_it_is_sent(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_owns(record.id, SALES, "Open - Not Contacted")

    ids = {await crm.remind(a_lead(), record, REMINDER) for _ in range(2)}
    await crm.remind(a_lead(), record, replace(REMINDER, reminder_id="overdue-2"))

    first, _ = server.live("Task")
    assert ids == {first["Id"]}
    assert first["OwnerId"] == SALES
    assert (first["Status"], first["Subject"]) == (
        "Not Started",
        "Marketplace reminder: Zoë waits",
    )
    assert first["ActivityDate"] == "2026-11-02"
    assert (first["IsReminderSet"], first["ReminderDateTime"]) == (True, "2026-11-02T09:00:00Z")
    assert first["Description"].startswith("since yesterday 🙂")


@pytest.mark.parametrize("owner", [QUEUE, US])
async def test_a_queue_is_reminded_if_it_takes_tasks(
    server: SalesforceServer, crm: SalesforceCrm, owner: str
) -> None:
    server.queue_owns_tasks = owner == QUEUE
    record = await deliver(crm)

    await crm.remind(a_lead(), record, REMINDER)

    assert server.live("Task")[0]["OwnerId"] == owner


async def test_a_note_for_a_lead_deleted_meanwhile_is_tried_again_later(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.change(record.id, {"IsDeleted": True})

    with pytest.raises(CrmUnavailableError, match="deleted meanwhile"):
        await crm.note(a_lead(), record, interest(2))


async def test_what_is_cut_in_a_note_is_told_each_time(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    said = interest(2, description="y" * 32_000)
    said = replace(said, submission=replace(said.submission, offer_title="T" * 300))

    first, again = [await crm.note(a_lead(), record, said) for _ in range(2)]

    [task] = server.live("Task")
    assert len(task["Subject"]) == 255
    assert first == again
    assert first.remarks == (
        "Subject cut to 255 characters",
        "Description cut to 31973 characters",
    )


async def test_a_reminder_whose_answer_is_lost_is_found_even_when_it_is_ticked_off(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.queue_owns_tasks = True
    server.meanwhile["POST"] = lambda: server.faults.append(Fault.CUT_AFTER)
    with pytest.raises(CrmOutcomeUnknownError, match="no whole answer"):
        await crm.remind(a_lead(), record, REMINDER)
    server.sales_ticks_off(server.live("Task")[0]["Id"])

    assert await crm.remind(a_lead(), record, REMINDER) == server.live("Task")[0]["Id"]
    assert len(server.live("Task")) == 1


async def test_a_reminder_is_not_sent_again_where_the_key_is_refused(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.lasting_faults[NOTE] = Fault.UNAUTHORIZED
    made = len(server.calls)

    with pytest.raises(CrmCredentialsError, match="INVALID_SESSION_ID"):
        await crm.remind(a_lead(), record, REMINDER)

    assert server.calls[made:].count(NOTE) == 2  # once with each of two tokens


NOT_IN_PICKLIST = "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
RULE = "FIELD_CUSTOM_VALIDATION_EXCEPTION"


@pytest.mark.parametrize(
    ("code", "fields", "mend"),
    [
        (NOT_IN_PICKLIST, ["Status"], "correct SALESFORCE_CLOSED_TASK_STATUS"),
        ("INVALID_STATUS", ["status"], "correct SALESFORCE_CLOSED_TASK_STATUS"),
        ("INVALID_STATUS", [], "SALESFORCE_CLOSED_TASK_STATUS"),
        ("SOMETHING_NEW", ["Status"], "correct SALESFORCE_CLOSED_TASK_STATUS"),
        (RULE, ["Status"], "correct SALESFORCE_CLOSED_TASK_STATUS"),
        (RULE, ["ActivityDate"], "let the app's run-as user set ActivityDate of tasks"),
        ("INSUFFICIENT_ACCESS_OR_READONLY", [], "widen the permissions"),
        ("REQUIRED_FIELD_MISSING", ["Type"], "make it optional"),
    ],
)
async def test_a_note_waits_for_an_operator_where_every_note_would_be_refused(
    server: SalesforceServer, crm: SalesforceCrm, code: str, fields: list[str], mend: str
) -> None:
    record = await deliver(crm)
    server.lasting_faults[NOTE] = says([error(code, "no", *fields)])

    with pytest.raises(CrmSettingsError, match=mend):
        await crm.note(a_lead(), record, interest(2))

    server.lasting_faults.clear()
    await crm.note(a_lead(), record, interest(2))
    assert len(only(server).notes) == 1


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        (RULE, []),
        (RULE, ["Description"]),
        (RULE, ["Call_Result__c"]),
        (RULE, ["Status", "Subject"]),
        ("FIELD_INTEGRITY_EXCEPTION", ["WhoId"]),
        ("STRING_TOO_LONG", ["Description"]),
    ],
)
async def test_a_note_that_is_refused_for_what_is_in_it_is_remarked(
    server: SalesforceServer, crm: SalesforceCrm, code: str, fields: list[str]
) -> None:
    record = await deliver(crm)
    server.lasting_faults[NOTE] = says([error(code, "no", *fields)])

    noted = await crm.note(a_lead(), record, interest(2))

    assert noted.id == ""
    assert noted.remarks[0].startswith(f"interest not noted: 400 {code}")
