"""The destination Salesforce against a fake org on a socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from xml.etree import ElementTree as ET

import pytest
from starlette.responses import PlainTextResponse

from shared.adapters.salesforce import (
    FIELDS,
    QUOTA_WAIT,
    SalesforceCrm,
    SalesforceSettings,
    create,
)
from shared.delivery import CrmRecord
from shared.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmUnavailableError,
    SettingsError,
)
from shared.lead import Contact, Interest, Lead
from shared.ports import Changed, FollowUpQuestion, Reminder
from tests.crm_servers.salesforce import ID_FIELD, QUEUE, SALES, US, SalesforceServer, error
from tests.crm_servers.server import Fault, SeenRecord
from tests.examples import CONTACT, LEAD_ID, interest, lead
from tests.fakes import START

DOCS = Path(__file__).parents[2] / "docs" / "destinations"
REMINDER = Reminder(
    reminder_id="overdue-1", subject="Zoë waits", text="since yesterday 🙂", due_at=START
)
NEW_PHONE = replace(CONTACT, phone="+49 30 654321")


@pytest.fixture
async def server() -> AsyncIterator[SalesforceServer]:
    async with SalesforceServer().running() as running:
        yield running


class CrmFor(Protocol):
    """Builds adapters, some with settings other than those that fit."""

    def __call__(self, **given: str) -> SalesforceCrm: ...


@pytest.fixture
async def crm_for(server: SalesforceServer) -> AsyncIterator[CrmFor]:
    async with AsyncExitStack() as stack:

        def build(**given: str) -> SalesforceCrm:
            settings = {k: v for k, v in {**server.settings(), **given}.items() if v}
            crm = SalesforceCrm(SalesforceSettings.model_validate(settings))
            stack.push_async_callback(crm.close)
            return crm

        yield build


@pytest.fixture
def crm(crm_for: CrmFor) -> SalesforceCrm:
    return crm_for()


def a_lead(contact: Contact = CONTACT, lead_id: str = LEAD_ID) -> Lead:
    """Return a lead that may be contacted."""
    return replace(lead(lead_id), contact=contact, suppressed=False)


async def deliver(
    crm: SalesforceCrm,
    given: Lead | None = None,
    *interests: Interest,
    record: CrmRecord | None = None,
    fields: set[str] | None = None,
    uncertain: bool = False,
) -> CrmRecord:
    given = given or a_lead()
    names = frozenset(given.contact.given() if fields is None else fields)
    changed = Changed(record=record, fields=names, interests=interests or [interest(1)])
    return await crm.upsert(given, changed, uncertain=uncertain)


def only(server: SalesforceServer) -> SeenRecord:
    [record] = server.records()
    return record


def question(
    record: CrmRecord, *, minutes_ago: float = 1, lead_id: str = LEAD_ID
) -> FollowUpQuestion:
    since = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    return FollowUpQuestion(lead_id=lead_id, record=record, since=since)


# --- create -------------------------------------------------------------------------------


async def test_a_lead_is_created_with_all_there_is_and_our_id(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm, None, interest(1, description="“Hello”\ntwo lines 🙂"))

    [(what, body, headers)] = server.requests
    assert what == "POST Lead"
    assert body == {
        "FirstName": "Zoë",
        "LastName": 'O"Hara\\',
        "Email": CONTACT.email,
        "Phone": CONTACT.phone,
        "Country": "DE",
        "Company": CONTACT.company,
        "Title": CONTACT.title,
        "Description": body["Description"],
        "Status": "Open - Not Contacted",
        "LeadSource": "Marketplace",
        "OwnerId": QUEUE,
        ID_FIELD: LEAD_ID,
    }
    assert body["Description"].startswith("Microsoft marketplace: Get it now, Things")
    assert "“Hello”\ntwo lines 🙂" in body["Description"]
    assert headers["sforce-auto-assign"] == "FALSE"
    assert headers["sforce-duplicate-rule-header"] == "allowSave=true"
    assert record.id == only(server).record_id
    assert record.url == f"{server.url}/{record.id}"
    assert record.baseline == {"Status": "Open - Not Contacted"}
    assert record.remarks == ()


async def test_without_an_owner_of_ours_the_orgs_assignment_rule_gives_one(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    await deliver(crm_for(SALESFORCE_OWNER="", SALESFORCE_STATUS="", SALESFORCE_LEAD_SOURCE=""))

    [(_, body, headers)] = server.requests
    assert not body.keys() & {"OwnerId", "Status", "LeadSource"}
    assert headers["sforce-auto-assign"] == "TRUE"


async def test_an_assignment_rule_can_be_named_beside_an_owner(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    await deliver(crm_for(SALESFORCE_ASSIGNMENT="01Q000000000001AAA"))

    assert server.requests[0][2]["sforce-auto-assign"] == "01Q000000000001AAA"


async def test_own_fields_are_filled_from_the_lead_on_create(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    server.custom_fields |= {"Offer__c", "From__c"}
    crm = crm_for(SALESFORCE_FIELDS='{"Offer__c": "{offer_title} ({country})", "From__c": "MP"}')

    await deliver(crm)

    assert server.requests[0][1]["Offer__c"] == "Things (DE)"
    assert server.requests[0][1]["From__c"] == "MP"


@pytest.mark.parametrize(
    ("contact", "last_name", "company"),
    [
        (Contact(email="zoe@fabrikam.example"), "zoe@fabrikam.example", "[not provided]"),
        (Contact(), "[not provided]", "[not provided]"),
        (Contact(last_name="Vogel", company="Fabrikam"), "Vogel", "Fabrikam"),
    ],
)
async def test_required_fields_are_never_empty(
    server: SalesforceServer, crm: SalesforceCrm, contact: Contact, last_name: str, company: str
) -> None:
    await deliver(crm, a_lead(contact))

    values = only(server).values
    assert (values["last_name"], values["company"]) == (last_name, company)


async def test_what_is_too_long_is_cut_with_a_remark_and_stands_whole_in_the_description(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    company, first_name = "ü" * 300, "🙂" * 41
    record = await deliver(crm, a_lead(replace(CONTACT, company=company, first_name=first_name)))

    seen = only(server)
    assert seen.values["company"] == "ü" * 254 + "…"
    assert record.remarks == ("Company cut to 255 characters", "FirstName cut to 40 characters")
    assert f"Company: {company}" in seen.description
    assert f"FirstName: {first_name}" in seen.description


async def test_an_email_address_is_left_out_rather_than_cut(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    email = f"{'z' * 80}@fabrikam.example"
    record = await deliver(crm, a_lead(replace(CONTACT, email=email)))

    seen = only(server)
    assert seen.values["email"] == ""
    assert f"Email: {email}" in seen.description
    assert record.remarks == ("Email left out: longer than 80 characters",)


async def test_an_address_that_salesforce_takes_for_none_does_not_cost_the_lead(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm, a_lead(replace(CONTACT, email="zoë at fabrikam")))
    changed = a_lead(replace(NEW_PHONE, email="still none"))
    updated = await deliver(crm, changed, record=record, fields={"email", "phone"})

    seen = only(server)
    assert seen.values["email"] == ""
    assert seen.values["phone"] == NEW_PHONE.phone
    assert seen.description.startswith("Email: zoë at fabrikam\nMicrosoft marketplace")
    assert record.remarks == updated.remarks
    assert record.remarks == ("Email left out: Salesforce takes it for no address",)


async def test_a_very_long_text_is_cut_and_keeps_its_mark(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm, None, interest(1, description="x\n" * 16_000))
    await crm.note(a_lead(), record, interest(2, description="y\n" * 16_000))

    [note] = only(server).notes
    for text, number in ((only(server).description, 1), (note, 2)):
        assert len(text) == 32_000
        assert text.endswith(f"…\n\n[submission submission-{number}]")


async def test_a_status_that_can_not_be_read_back_is_no_fault_of_the_create(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.meanwhile["GET"] = lambda: server.faults.append(Fault.HTML)

    record = await deliver(crm)
    server.sales_owns(record.id, SALES, "Working - Contacted")

    assert record.id == only(server).record_id
    assert record.baseline == {}
    assert await crm.follow_ups([question(record)]) == {}, "nobody knows what it was before"


# --- never twice --------------------------------------------------------------------------


async def test_one_customer_delivered_twenty_times_at_once_is_one_lead(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    records = await asyncio.gather(*(deliver(crm) for _ in range(20)))

    assert {record.id for record in records} == {only(server).record_id}


async def test_a_create_whose_answer_is_lost_is_found_by_our_id_and_not_made_again(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.faults.append(Fault.CUT_AFTER)
    with pytest.raises(CrmOutcomeUnknownError, match="no whole answer"):
        await deliver(crm)

    record = await deliver(crm, uncertain=True)

    assert record.id == only(server).record_id
    assert [what for what, *_ in server.requests] == ["POST Lead", f"PATCH {record.id}"]


async def test_an_uncertain_lead_that_is_not_there_is_created(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm, uncertain=True)

    assert record.id == only(server).record_id


async def test_a_lead_that_is_there_against_expectation_keeps_status_owner_and_interest(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    first = await deliver(crm, None, interest(1))
    server.sales_owns(first.id, SALES, "Working - Contacted")

    again = await deliver(crm, None, interest(2))

    seen = only(server)
    assert again.id == first.id
    assert (seen.owner, seen.status) == (SALES, "Working - Contacted")
    assert "[submission submission-1]" in seen.description
    [note] = seen.notes
    assert note.endswith("[submission submission-2]")
    assert again.baseline == {"Status": "Working - Contacted"}


async def test_a_lead_found_by_our_id_keeps_what_sales_corrected_and_gets_what_is_missing(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    first = await deliver(crm, a_lead(replace(CONTACT, title="")))
    server.sales_corrects(first.id, "phone", "+49 30 1")

    await deliver(crm, uncertain=True)

    assert only(server).values["phone"] == "+49 30 1"
    assert only(server).values["title"] == CONTACT.title


async def test_a_lead_found_by_our_id_that_nobody_touched_gets_the_newest_values(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    await deliver(crm)

    await deliver(crm, a_lead(NEW_PHONE), uncertain=True)

    assert only(server).values["phone"] == NEW_PHONE.phone


async def test_a_lead_that_the_user_may_not_see_is_parked_and_not_doubled(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.invisible.add(record.id)

    with pytest.raises(CrmRejectedError, match=f"DUPLICATE_VALUE.*{record.id}"):
        await deliver(crm, uncertain=True)

    assert len(server.records()) == 1


async def test_several_leads_with_our_id_are_parked_with_their_ids(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.unique = False
    ids = [server.insert("Lead", {ID_FIELD: LEAD_ID}, SALES)["Id"] for _ in range(2)]

    with pytest.raises(CrmRejectedError, match=f"merge them: {', '.join(ids)}"):
        await deliver(crm, uncertain=True)


async def test_a_lead_that_sales_merged_is_found_where_it_went(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    masters = [server.insert("Lead", {"LastName": "O", "Company": "F"}, SALES) for _ in range(2)]
    server.change(record.id, {"IsDeleted": True, "MasterRecordId": masters[0]["Id"]})
    server.change(masters[0]["Id"], {"IsDeleted": True, "MasterRecordId": masters[1]["Id"]})

    moved = await deliver(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})

    assert moved.id == only(server).record_id == masters[1]["Id"]
    assert only(server).values["phone"] == NEW_PHONE.phone


async def test_a_lead_that_sales_deleted_is_made_anew_when_the_customer_asks_again(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.change(record.id, {"IsDeleted": True})

    new = await deliver(crm, None, interest(2), record=record, fields=set())
    noted = await crm.note(a_lead(), new, interest(2))

    assert new.id == only(server).record_id != record.id
    assert noted == new.id
    assert only(server).values["email"] == CONTACT.email
    assert "[submission submission-2]" in only(server).description
    assert only(server).notes == []


# --- update -------------------------------------------------------------------------------


async def test_an_update_sends_only_what_changed_and_assigns_nobody(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_owns(record.id, SALES, "Working - Contacted")
    server.sales_corrects(record.id, "last_name", "O'Hara")

    await deliver(crm, a_lead(NEW_PHONE), interest(2), record=record, fields={"phone"})

    _, body, headers = server.requests[-1]
    assert body == {"Phone": NEW_PHONE.phone}
    assert headers["sforce-auto-assign"] == "FALSE"
    seen = only(server)
    assert (seen.owner, seen.status) == (SALES, "Working - Contacted")
    assert seen.values["last_name"] == "O'Hara"


async def test_nothing_is_written_where_nothing_changed(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)

    again = await deliver(crm, None, interest(2), record=record, fields=set())

    assert again == record
    assert len(server.requests) == 1


async def test_a_converted_lead_is_left_as_it_is_and_its_contact_gets_the_note(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_converts(record.id)

    again = await deliver(crm, a_lead(NEW_PHONE), interest(2), record=record, fields={"phone"})
    await crm.note(a_lead(), again, interest(2))

    assert again.remarks == ("the lead is converted: its fields stay as they are",)
    assert only(server).values["phone"] == CONTACT.phone
    [task] = server.live("Task")
    assert task["WhoId"] == "003000000000001AAA"
    assert await crm.remind(a_lead(), again, REMINDER) == ""


async def test_a_lead_converted_between_our_read_and_our_write_is_no_failure(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.meanwhile["PATCH"] = lambda: server.sales_converts(record.id)

    again = await deliver(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})

    assert again.id == record.id
    assert again.remarks == ("the lead is converted: its fields stay as they are",)


async def test_an_interest_in_a_converted_lead_without_a_contact_is_parked_and_not_lost(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_converts(record.id, contact=None)

    with pytest.raises(CrmRejectedError, match="CANNOT_UPDATE_CONVERTED_LEAD"):
        await crm.note(a_lead(), record, interest(2))


async def test_a_lead_deleted_between_our_read_and_our_write_is_made_anew_next_time(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.meanwhile["PATCH"] = lambda: server.change(record.id, {"IsDeleted": True})

    with pytest.raises(CrmUnavailableError, match="ENTITY_IS_DELETED"):
        await deliver(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})
    await deliver(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})

    assert only(server).values["phone"] == NEW_PHONE.phone


async def test_do_not_contact_is_set_on_create_and_when_it_becomes_so(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    assert not only(server).do_not_contact

    record = await deliver(crm, lead(), record=record, fields=set())
    assert only(server).do_not_contact

    server.change(record.id, {"DoNotCall": False})
    record = await deliver(crm, lead(), record=record, fields=set())
    assert not only(server).do_not_contact, "sales has talked to the customer since"
    assert len(server.requests) == 2

    other = replace(lead("c1" * 16), contact=replace(CONTACT, email="other@fabrikam.example"))
    await deliver(crm, other)
    assert server.records()[-1].do_not_contact


async def test_do_not_contact_is_never_cleared(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm, lead())

    await deliver(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})

    assert only(server).do_not_contact


# --- notes and reminders ------------------------------------------------------------------


async def test_a_note_is_a_completed_task_in_the_leads_timeline_and_only_once(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)

    ids = {await crm.note(a_lead(), record, interest(2, description="Zoë’s")) for _ in range(2)}

    [task] = server.live("Task")
    assert ids == {task["Id"]}
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

    assert await crm.note(a_lead(), record, interest(1)) == record.id
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
    assert (first["Status"], first["Subject"]) == ("Not Started", "Zoë waits")
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


# --- follow-up ----------------------------------------------------------------------------


async def test_what_we_did_ourselves_is_no_follow_up(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    await crm.note(a_lead(), record, interest(2))
    await crm.remind(a_lead(), record, REMINDER)
    record = await deliver(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})

    assert await crm.follow_ups([question(record)]) == {}


@pytest.mark.parametrize("table", ["Task", "Event"])
async def test_a_logged_call_or_meeting_is_a_follow_up(
    server: SalesforceServer, crm: SalesforceCrm, table: str
) -> None:
    record = await deliver(crm)
    await crm.note(a_lead(), record, interest(2))
    server.sales_logs(record.id, table=table)

    asked = question(record)
    seen = await crm.follow_ups([asked])

    assert seen[LEAD_ID].by == "Anna Vogel"
    assert seen[LEAD_ID].at >= asked.since
    assert await crm.follow_ups([question(record, minutes_ago=-1)]) == {}


async def test_a_reminder_that_sales_ticked_off_is_a_follow_up(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    await crm.remind(a_lead(), record, REMINDER)
    server.live("Task")[0]["Status"] = "Completed"

    assert LEAD_ID in await crm.follow_ups([question(record)])


async def test_another_status_than_at_delivery_is_a_follow_up(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_owns(record.id, SALES, "Working - Contacted")

    assert (await crm.follow_ups([question(record)]))[LEAD_ID].by == "Anna Vogel"
    assert await crm.follow_ups([question(record, minutes_ago=-1)]) == {}


async def test_a_new_owner_alone_is_no_follow_up(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_owns(record.id, SALES, "Open - Not Contacted")

    assert await crm.follow_ups([question(record)]) == {}


async def test_a_follow_up_between_two_interests_is_remembered_for_the_first_only(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.change(
        record.id,
        {"Status": "Working - Contacted", "LastModifiedDate": "2026-11-02T10:00:00.000+0000"},
    )
    record = await deliver(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})
    record = await deliver(crm, None, record=record, fields={"phone"})

    def since(hour: int) -> FollowUpQuestion:
        at = datetime(2026, 11, 2, hour, tzinfo=UTC)
        return FollowUpQuestion(lead_id=LEAD_ID, record=record, since=at)

    assert (await crm.follow_ups([since(9)]))[LEAD_ID].at == datetime(2026, 11, 2, 10, tzinfo=UTC)
    assert await crm.follow_ups([since(11)]) == {}


async def test_a_converted_lead_counts_as_followed_up_whenever_the_customer_asks_again(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_converts(record.id)
    asked = question(record, minutes_ago=-5)

    assert (await crm.follow_ups([asked]))[LEAD_ID].at == asked.since


async def test_deleting_or_merging_a_lead_is_a_follow_up(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.change(record.id, {"IsDeleted": True})

    assert LEAD_ID in await crm.follow_ups([question(record)])


async def test_a_lead_that_is_gone_for_good_tells_nothing(crm: SalesforceCrm) -> None:
    gone = CrmRecord(id="00Q000000000009AAA")

    assert await crm.follow_ups([question(gone)]) == {}


async def test_many_leads_are_asked_about_in_few_short_queries(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.page_size = 15
    asked = []
    for number in range(100):
        row = server.insert("Lead", {"OwnerId": SALES}, US)
        record = CrmRecord(id=row["Id"], baseline={"Status": row["Status"]})
        asked.append(question(record, lead_id=f"lead-{number}"))
        if number % 2:
            server.sales_acts(record.id)

    seen = await crm.follow_ups(asked)

    assert seen.keys() == {f"lead-{number}" for number in range(1, 100, 2)}
    assert len(server.queries) == 3
    assert server.longest_url <= 2_000


# --- errors -------------------------------------------------------------------------------


async def refusal(crm: SalesforceCrm, given: Lead | None = None) -> CrmError:
    with pytest.raises(CrmError) as told:
        await deliver(crm, given)
    return told.value


@pytest.mark.parametrize(
    ("fault", "cls", "said", "wait"),
    [
        (Fault.THROTTLED, CrmUnavailableError, "TotalRequests", QUOTA_WAIT),
        (Fault.THROTTLED_WITHOUT_WAIT, CrmUnavailableError, "Concurrent", None),
        (Fault.UNAVAILABLE, CrmUnavailableError, "SERVER_UNAVAILABLE", None),
        (Fault.REDIRECT, CrmUnavailableError, "redirected elsewhere", None),
        (Fault.REJECTED, CrmRejectedError, "A region is needed", None),
        (Fault.CUT_BEFORE, CrmOutcomeUnknownError, "no whole answer", None),
        (Fault.CUT_AFTER, CrmOutcomeUnknownError, "no whole answer", None),
        (Fault.HALF_A_BODY, CrmOutcomeUnknownError, "no whole answer", None),
        (Fault.HTML, CrmOutcomeUnknownError, "no JSON object", None),
        (Fault.NO_ID, CrmOutcomeUnknownError, "without the id of a record", None),
    ],
)
async def test_what_can_go_wrong_with_a_create_is_told_apart(
    server: SalesforceServer,
    crm: SalesforceCrm,
    fault: Fault,
    cls: type[CrmError],
    said: str,
    wait: timedelta | None,
) -> None:
    server.faults.append(fault)

    error = await refusal(crm)

    assert type(error) is cls
    assert said in str(error)
    assert getattr(error, "retry_after", None) == wait


@pytest.mark.parametrize("fault", [Fault.CUT_AFTER, Fault.HALF_A_BODY, Fault.HTML, Fault.NO_ID])
async def test_an_update_whose_answer_is_no_use_is_sent_again(
    server: SalesforceServer, crm: SalesforceCrm, fault: Fault
) -> None:
    record = await deliver(crm)
    server.meanwhile["PATCH"] = lambda: server.faults.append(fault)
    with pytest.raises(CrmUnavailableError):
        await deliver(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})

    await deliver(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})

    assert only(server).values["phone"] == NEW_PHONE.phone


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.NO_ID, Fault.HALF_A_BODY])
async def test_a_query_that_tells_nothing_does_not_mean_that_there_is_no_lead(
    server: SalesforceServer, crm: SalesforceCrm, fault: Fault
) -> None:
    record = await deliver(crm)
    server.faults.append(fault)

    with pytest.raises(CrmUnavailableError):
        await deliver(crm, record=record)

    assert len(server.records()) == 1


async def test_a_token_that_ended_is_fetched_anew_once_for_all_that_wait(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.tokens.clear()

    await asyncio.gather(*(crm.follow_ups([question(record)]) for _ in range(5)))

    assert server.logins == 2


async def test_a_token_that_is_refused_twice_is_a_matter_of_credentials(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.refuses_tokens = True

    error = await refusal(crm)

    assert type(error) is CrmCredentialsError
    assert "INVALID_SESSION_ID" in str(error)
    assert server.logins == 2


@pytest.mark.parametrize(
    ("status", "answer", "cls"),
    [
        (400, {"error": "invalid_grant", "error_description": "no user"}, CrmCredentialsError),
        (
            400,
            {"error": "invalid_grant", "error_description": "login rate exceeded"},
            CrmUnavailableError,
        ),
        (503, {"error": "server_error"}, CrmUnavailableError),
        (200, {"scope": "api"}, CrmUnavailableError),
    ],
)
async def test_a_refused_login_is_told_apart_from_a_busy_one(
    server: SalesforceServer,
    crm: SalesforceCrm,
    status: int,
    answer: dict[str, str],
    cls: type[CrmError],
) -> None:
    server.login_error = (status, answer)

    assert type(await refusal(crm)) is cls


async def test_wrong_credentials_are_never_shown(server: SalesforceServer, crm_for: CrmFor) -> None:
    server.login_error = (
        400,
        {"error": "invalid_client", "error_description": "wrong secret: not-that-one"},
    )

    error = await refusal(crm_for(SALESFORCE_CLIENT_SECRET="not-that-one"))

    assert str(error) == "login refused: invalid_client: wrong secret: …"


async def test_a_login_at_the_wrong_address_never_parks_a_lead(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    told = await refusal(crm_for(SALESFORCE_URL=f"{server.url}/elsewhere"))
    assert type(told) is CrmCredentialsError
    assert str(told) == "login refused: 404"


@pytest.mark.parametrize(
    ("code", "status", "cls"),
    [
        ("UNABLE_TO_LOCK_ROW", 400, CrmUnavailableError),
        ("STORAGE_LIMIT_EXCEEDED", 400, CrmUnavailableError),
        ("UNKNOWN_EXCEPTION", 500, CrmOutcomeUnknownError),
        ("API_DISABLED_FOR_ORG", 403, CrmCredentialsError),
        ("SOMETHING_NEW", 403, CrmCredentialsError),
        ("INVALID_FIELD_FOR_INSERT_UPDATE", 400, CrmCredentialsError),
        ("INACTIVE_OWNER_OR_USER", 400, CrmCredentialsError),
        ("NOT_FOUND", 404, CrmCredentialsError),
        ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", 400, CrmRejectedError),
        ("STRING_TOO_LONG", 400, CrmRejectedError),
        ("SOMETHING_NEW", 422, CrmRejectedError),
    ],
)
async def test_codes_decide_what_an_answer_means(
    server: SalesforceServer, crm: SalesforceCrm, code: str, status: int, cls: type[CrmError]
) -> None:
    server.refuses_with = error(code, "told", "Title", status=status)

    told = await refusal(crm)

    assert type(told) is cls
    assert code in str(told)


@pytest.mark.parametrize("status", [400, 404, 429])
async def test_a_refusal_that_is_not_in_salesforces_words_never_parks_a_lead(
    server: SalesforceServer, crm: SalesforceCrm, status: int
) -> None:
    server.refuses_with = PlainTextResponse("<html>", status_code=status)

    assert type(await refusal(crm)) is CrmUnavailableError


async def test_a_triggers_lost_lock_is_tried_again(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.refuses_with = error("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "x: UNABLE_TO_LOCK_ROW")

    assert type(await refusal(crm)) is CrmUnavailableError


async def test_a_refusal_names_the_field_in_salesforces_words_and_not_the_value(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.refuses_with = error(
        "FIELD_INTEGRITY_EXCEPTION", f"Problem with {CONTACT.phone} of {CONTACT.email}", "Phone"
    )

    said = str(await refusal(crm))

    assert said == "400 FIELD_INTEGRITY_EXCEPTION: Problem with … of … (Phone)"


async def test_a_missing_required_field_parks_the_lead_with_its_name(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.required.add("Region__c")

    told = await refusal(crm)

    assert type(told) is CrmRejectedError
    assert "REQUIRED_FIELD_MISSING" in str(told)
    assert "(Region__c)" in str(told)


async def test_a_duplicate_rule_that_blocks_parks_the_lead_with_the_records_it_matches(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.duplicate_rule = "block"
    twin = server.insert("Lead", {"Email": CONTACT.email}, SALES)

    told = await refusal(crm)

    assert type(told) is CrmRejectedError
    assert "DUPLICATES_DETECTED" in str(told)
    assert str(told).endswith(f"it matches {twin['Id']}")


async def test_a_duplicate_rule_that_only_alerts_lets_the_lead_pass(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.duplicate_rule = "alert"
    server.insert("Lead", {"Email": CONTACT.email}, SALES)

    await deliver(crm)

    assert len(server.records()) == 2


async def test_leads_wait_while_the_id_field_is_missing(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.custom_fields.clear()

    told = await refusal(crm)

    assert type(told) is CrmCredentialsError
    assert ID_FIELD in str(told)


async def test_an_org_that_can_not_be_reached_has_done_nothing(crm_for: CrmFor) -> None:
    told = await refusal(crm_for(SALESFORCE_URL="http://127.0.0.1:9"))

    assert type(told) is CrmUnavailableError
    assert "can't be reached" in str(told)


# --- check --------------------------------------------------------------------------------


async def test_a_ready_org_passes_the_check_and_nothing_is_written(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    results = await crm.check()

    assert [result.what for result in results if not result.ok] == []
    assert {result.mend for result in results} == {""}
    assert len(results) == 9
    assert server.requests == []


async def test_the_check_names_all_that_is_missing_and_how_to_mend_it(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    server.unique = False
    server.hidden = {"HasOptedOutOfEmail"}
    server.required.add("Region__c")
    server.custom_fields.add("CountryCode")
    crm = crm_for(
        SALESFORCE_STATUS="Neu",
        SALESFORCE_OWNER="005000000000009AAA",
        SALESFORCE_CLOSED_TASK_STATUS="Erledigt",
    )

    mend = [result.mend for result in await crm.check() if not result.ok]

    for expected, told in zip(
        (
            "External ID, Unique",
            "HasOptedOutOfEmail",
            "Region__c in SALESFORCE_FIELDS",
            "SALESFORCE_COUNTRY_FIELD=CountryCode",
            "picklist Status",
            "SALESFORCE_CLOSED_TASK_STATUS",
            "SALESFORCE_OWNER",
        ),
        mend,
        strict=True,
    ):
        assert expected in told


async def test_the_check_tells_of_refused_credentials_and_of_objects_it_may_not_see(
    server: SalesforceServer, crm_for: CrmFor
) -> None:
    [login] = await crm_for(SALESFORCE_CLIENT_SECRET="wrong").check()
    assert not login.ok
    assert login.mend.startswith("login refused: invalid_client: ")
    assert "SALESFORCE_CLIENT_SECRET" in login.mend

    server.hidden = {"Id"}
    *_, tasks, owner = await crm_for().check()
    assert not tasks.ok
    assert not owner.ok
    assert tasks.mend.startswith("400 INVALID_FIELD")


# --- settings -----------------------------------------------------------------------------


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    settings = SalesforceServer().settings() | {"SALESFORCE_URL": "https://f.my.salesforce.com"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


async def test_the_adapter_is_built_from_the_environment_without_a_request(
    environment: pytest.MonkeyPatch,
) -> None:
    crm = create()

    assert crm.tells_follow_up
    assert crm.takes_notes


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SALESFORCE_URL", "http://f.my.salesforce.com", "should be an https address"),
        ("SALESFORCE_URL", "", "SALESFORCE_URL"),
        ("SALESFORCE_OWNER", "Anna", "id of a user"),
        ("SALESFORCE_ASSIGNMENT", "yes", "TRUE"),
        ("SALESFORCE_API_VERSION", "68", "v68.0"),
        ("SALESFORCE_ID_FIELD", "Email", "API name of the unique external id field"),
        ("SALESFORCE_COUNTRY_FIELD", "Land", "CountryCode"),
        ("SALESFORCE_FIELDS", "{", "JSON"),
        ("SALESFORCE_FIELDS", '{"A__c": "{colour}"}', "'A__c' names {colour}"),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_should_be(
    environment: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    environment.setenv(name, value)

    with pytest.raises(SettingsError, match=name) as told:
        create()

    assert said in str(told.value)
    assert "consumer-secret" not in str(told.value)


def test_faults_of_address_and_mapping_are_named_together(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("SALESFORCE_URL", "ftp://f")
    environment.setenv("SALESFORCE_FIELDS", '{"A__c": "{colour}"}')

    with pytest.raises(SettingsError) as told:
        create()

    assert len(told.value.faults) == 2


# --- documents ----------------------------------------------------------------------------


def test_the_document_names_every_setting_and_field() -> None:
    document = (DOCS / "salesforce.md").read_text("utf-8")

    aliases = {str(f.validation_alias) for f in SalesforceSettings.model_fields.values()}
    assert {name for name in aliases if f"| `{name}` |" not in document} == set()
    assert {name for name in FIELDS.values() if f"`{name}`" not in document} == set()


def test_the_metadata_file_makes_the_field_that_the_check_wants() -> None:
    path = DOCS / "salesforce" / f"{ID_FIELD}.field-meta.xml"
    field = ET.parse(path).getroot()  # noqa: S314 - it is our own

    told = {child.tag.rpartition("}")[2]: child.text for child in field}
    assert told["fullName"] == ID_FIELD
    assert (told["type"], told["externalId"], told["unique"]) == ("Text", "true", "true")
    assert int(told["length"] or "") >= len(LEAD_ID)
