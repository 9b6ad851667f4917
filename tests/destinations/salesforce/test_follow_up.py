"""What sales did, and what only looks like it."""

from datetime import UTC, datetime, timedelta

import pytest

from local.fakes.salesforce import SalesforceServer
from local.fakes.salesforce.org import SALES, US
from shared.destinations.salesforce.adapter import SalesforceCrm
from shared.destinations.salesforce.follow_up import MOST_ACTS
from shared.domain.acts import Outcome
from shared.domain.delivery import CrmRecord
from shared.ports.crm import FollowUpQuestion, FollowUpSeen
from tests.destinations.salesforce.world import NEW_PHONE, REMINDER, a_lead, deliver, question
from tests.examples import LEAD_ID, interest


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
    at = seen[LEAD_ID].at
    assert at
    assert at >= asked.since
    assert await crm.follow_ups([question(record, minutes_ago=-1)]) == {}


async def test_a_reminder_of_ours_that_sales_ticked_off_is_no_follow_up(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_ticks_off(await crm.remind(a_lead(), record, REMINDER))
    assert await crm.follow_ups([question(record)]) == {}

    server.sales_logs(record.id, "Reminder from the marketplace")
    assert LEAD_ID in await crm.follow_ups([question(record)])


async def test_a_task_of_sales_without_a_subject_is_a_follow_up(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_logs(record.id, None)

    assert LEAD_ID in await crm.follow_ups([question(record)])


async def test_another_status_than_at_delivery_is_a_follow_up(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_owns(record.id, SALES, "Working - Contacted")

    assert (await crm.follow_ups([question(record)]))[LEAD_ID].by == "Anna Vogel"
    later = await crm.follow_ups([question(record, minutes_ago=-1)])
    assert later[LEAD_ID].acts == ()


async def test_a_new_owner_alone_is_no_follow_up(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_owns(record.id, SALES, "Open - Not Contacted")

    seen = await crm.follow_ups([question(record)])

    assert seen == {LEAD_ID: FollowUpSeen(all_told=True, owner=SALES)}


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


async def test_that_a_lead_was_deleted_is_no_follow_up(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_deletes(record.id)

    assert await crm.follow_ups([question(record)]) == {}


async def test_a_call_logged_before_a_lead_was_deleted_is_a_follow_up(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_logs(record.id)
    server.sales_deletes(record.id)

    assert (await crm.follow_ups([question(record)]))[LEAD_ID].by == "Anna Vogel"


async def test_merging_alone_is_no_follow_up_and_what_is_logged_on_the_master_is(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    other = server.insert("Lead", {}, US)["Id"]
    master = server.insert("Lead", {}, SALES)["Id"]
    server.sales_merges(record.id, master)
    asked = [question(record), question(CrmRecord(id=other), lead_id="other")]
    assert await crm.follow_ups(asked) == {}
    assert len(server.queries) == 3, "one reads the status of the new lead"

    server.sales_logs(master)

    assert (await crm.follow_ups(asked)).keys() == {LEAD_ID}


async def test_another_status_of_the_lead_that_it_was_merged_into_is_a_follow_up(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    master = server.insert("Lead", {"Status": "Working - Contacted"}, SALES)["Id"]
    server.sales_merges(record.id, master)

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


def at_times(server: SalesforceServer, table: str, *times: datetime) -> None:
    """Let what was logged have been logged at these times."""
    for row, at in zip(server.live(table), times, strict=True):
        row["LastModifiedDate"] = f"{at:%Y-%m-%dT%H:%M:%S}.000+0000"


async def test_all_tasks_and_meetings_since_are_told_by_time(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    asked = question(record, minutes_ago=60)
    since = asked.since.replace(microsecond=0)
    early, first, second, third = (since + timedelta(minutes=n) for n in (-5, 10, 20, 30))
    for _ in range(3):
        server.sales_logs(record.id)
    server.sales_logs(record.id, table="Event")
    at_times(server, "Task", third, early, first)
    at_times(server, "Event", second)

    told = (await crm.follow_ups([asked]))[LEAD_ID]

    assert [act.at for act in told.acts] == [first, second, third]
    assert {act.by for act in told.acts} == {"Anna Vogel"}
    assert (told.at, told.by, told.all_told) == (third, "Anna Vogel", True)


async def test_more_acts_than_are_read_are_not_all(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    asked = question(record, minutes_ago=600)
    for _ in range(MOST_ACTS):
        server.sales_logs(record.id)
    times = (asked.since + timedelta(minutes=n + 1) for n in range(MOST_ACTS))
    at_times(server, "Task", *times)

    told = (await crm.follow_ups([asked]))[LEAD_ID]

    assert (len(told.acts), told.all_told) == (MOST_ACTS, False)


async def test_a_converted_lead_is_told_as_qualified(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_converts(record.id)

    told = (await crm.follow_ups([question(record)]))[LEAD_ID]

    assert [(act.outcome, act.closed) for act in told.acts] == [(Outcome.QUALIFIED, True)]
    assert not told.all_told
