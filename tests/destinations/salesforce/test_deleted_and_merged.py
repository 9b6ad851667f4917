"""Leads that sales deleted, and leads that sales merged into others."""

import pytest

from local.fakes.faults import Reply
from local.fakes.salesforce import SalesforceServer
from local.fakes.salesforce.org import QUEUE, SALES, US
from local.fakes.server import Fault
from shared.destinations.salesforce.adapter import SalesforceCrm
from shared.domain.errors import CrmOutcomeUnknownError, CrmUnavailableError
from shared.ports.crm import Noted
from tests.destinations.salesforce.world import (
    NEW_PHONE,
    REMINDER,
    UPDATE,
    a_lead,
    deliver,
    error,
    only,
    question,
    says,
    upsert,
)
from tests.examples import CONTACT, interest, lead


async def test_a_lead_that_sales_merged_is_found_where_it_went(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    masters = [server.insert("Lead", {"LastName": "O", "Company": "F"}, SALES) for _ in range(2)]
    server.sales_merges(record.id, masters[0]["Id"])
    server.sales_merges(masters[0]["Id"], masters[1]["Id"])

    moved = await upsert(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})

    assert moved.record.id == only(server).record_id == masters[1]["Id"]
    assert (moved.created, moved.remarks) == (False, ())
    assert only(server).values["phone"] == NEW_PHONE.phone


async def test_the_lead_that_one_was_merged_into_is_flagged_too(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm, lead())
    master = server.insert("Lead", {"LastName": "O", "Company": "F"}, SALES)["Id"]
    server.sales_merges(record.id, master)
    assert not only(server).do_not_contact

    await deliver(crm, lead(), record=record, fields=set())

    assert only(server).do_not_contact


@pytest.mark.parametrize("purged", [False, True])
async def test_a_lead_that_sales_deleted_is_made_anew_when_the_customer_asks_again(
    server: SalesforceServer, crm: SalesforceCrm, *, purged: bool
) -> None:
    record = await deliver(crm)
    server.sales_deletes(record.id)
    if purged:
        server.invisible.add(record.id)

    new = await upsert(crm, None, interest(2), record=record, fields=set())
    noted = await crm.note(a_lead(), new.record, interest(2))

    assert new.record.id == only(server).record_id != record.id
    assert new.created
    assert new.holds == {"submission-2"}
    assert new.remarks == (f"record {record.id} was deleted there: re-created",)
    assert noted == Noted(id=new.record.id)
    assert only(server).values["email"] == CONTACT.email
    assert "[submission submission-2]" in only(server).description
    assert only(server).notes == []


async def test_a_lead_made_anew_is_sales_own_from_the_start(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm, lead())
    server.sales_owns(record.id, SALES, "Working - Contacted")
    record = await deliver(crm, lead(), interest(2), record=record, fields=set())
    server.sales_deletes(record.id)

    new = await deliver(crm, lead(), interest(3), record=record, fields=set())

    assert new.baseline == {
        "Status": "Open - Not Contacted",
        "do_not_contact": "true",
        "owner": QUEUE,
    }
    assert only(server).owner == QUEUE
    assert only(server).do_not_contact
    assert await crm.follow_ups([question(new)]) == {}


async def test_a_lead_made_anew_without_an_answer_is_found_and_told_as_such(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_owns(record.id, SALES, "Working - Contacted")
    record = await deliver(crm, None, interest(2), record=record, fields=set())
    server.sales_deletes(record.id)
    server.meanwhile["POST"] = lambda: server.faults.append(Fault.CUT_AFTER)
    with pytest.raises(CrmOutcomeUnknownError, match="no whole answer"):
        await deliver(crm, None, interest(3), record=record, fields=set())

    again = await upsert(crm, None, interest(3), record=record, fields=set(), uncertain=True)

    assert again.record.id == only(server).record_id != record.id
    assert (again.created, again.holds) == (False, frozenset())
    assert again.remarks == (f"record {record.id} was deleted there: re-created",)
    assert again.record.baseline == {"Status": "Open - Not Contacted", "owner": QUEUE}
    assert await crm.note(a_lead(), again.record, interest(3)) == Noted(id=again.record.id)
    assert await crm.follow_ups([question(again.record)]) == {}


@pytest.mark.parametrize("answer", [None, says([error("NOT_FOUND")], 404)])
async def test_a_lead_deleted_between_our_read_and_our_write_is_made_anew_at_once(
    server: SalesforceServer, crm: SalesforceCrm, answer: Reply | None
) -> None:
    record = await deliver(crm)
    server.meanwhile_at[UPDATE] = lambda: server.sales_deletes(record.id)
    server.faults_at |= {UPDATE: answer} if answer else {}

    new = await upsert(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})

    assert new.record.id == only(server).record_id != record.id
    assert new.remarks == (f"record {record.id} was deleted there: re-created",)
    assert only(server).values["phone"] == NEW_PHONE.phone


async def test_a_lead_merged_between_our_read_and_our_write_is_changed_where_it_went(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    master = server.insert("Lead", {"LastName": "O", "Company": "F"}, SALES)["Id"]
    server.meanwhile_at[UPDATE] = lambda: server.sales_merges(record.id, master)

    moved = await upsert(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})

    assert moved.record.id == only(server).record_id == master
    assert only(server).values["phone"] == NEW_PHONE.phone


async def test_what_is_deleted_each_time_that_we_look_waits(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    gone = says([error("ENTITY_IS_DELETED")], 404)
    number = len(server.calls)
    server.faults_at |= {number + 1: gone, number + 3: gone}

    with pytest.raises(CrmUnavailableError, match="ENTITY_IS_DELETED"):
        await deliver(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})


async def test_a_merged_lead_whose_master_is_gone_is_made_anew(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_merges(record.id, server.insert("Lead", {}, SALES)["Id"])
    server.invisible.add(server.live("Lead")[0]["Id"])

    new = await upsert(crm, None, interest(2), record=record, fields=set())

    assert new.created
    assert new.remarks == (f"record {record.id} was deleted there: re-created",)


async def test_notes_and_reminders_go_to_the_lead_that_it_was_merged_into(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    noted = await crm.note(a_lead(), record, interest(2))
    master = server.insert("Lead", {"OwnerId": SALES}, SALES)["Id"]
    server.sales_merges(record.id, master)

    assert await crm.note(a_lead(), record, interest(2)) == noted
    await crm.remind(a_lead(), record, REMINDER)

    assert [(task["WhoId"], task["OwnerId"]) for task in server.live("Task")] == [
        (master, US),
        (master, SALES),
    ]
