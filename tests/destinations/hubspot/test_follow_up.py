"""What counts as follow-up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from starlette.responses import JSONResponse

from local.fakes.hubspot import HubspotServer
from shared.destinations.hubspot.adapter import HubspotCrm
from shared.domain.delivery import CrmRecord
from shared.domain.errors import (
    CrmUnavailableError,
)
from shared.domain.follow_up import FollowUp
from tests.destinations.hubspot.world import (
    BATCH,
    REMINDER,
    SECOND,
    WANTED,
    CrmFor,
    deliver,
    question,
)
from tests.examples import CONTACT, LEAD_ID, OTHER_LEAD_ID
from tests.fakes import START


async def test_a_call_is_a_follow_up(server: HubspotServer, crm: HubspotCrm) -> None:
    record = await deliver(crm)
    assert await crm.follow_ups([question(record)]) == {}

    server.contacts[record.id] |= {
        "num_contacted_notes": "1",
        "notes_last_contacted": "2026-11-02T10:30:00.123Z",
    }

    seen = await crm.follow_ups([question(record)])
    assert seen[LEAD_ID].at == datetime(2026, 11, 2, 10, 30, 0, 123_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("property_", "value"),
    [
        ("num_contacted_notes", "1"),
        ("hs_lead_status", "CONNECTED"),
        ("hs_sales_email_last_replied", "1793617200000"),
    ],
)
async def test_each_signal_is_a_follow_up_on_its_own(
    server: HubspotServer, property_: str, value: str, crm_for: CrmFor
) -> None:
    now = START + timedelta(hours=5)
    crm = crm_for(now=now)
    record = await deliver(crm)
    server.contacts[record.id][property_] = value

    seen = await crm.follow_ups([question(record)])

    at = seen[LEAD_ID].at
    assert at
    assert START < at <= now


@pytest.mark.parametrize(
    ("property_", "value"),
    [
        ("num_notes", "3"),
        ("notes_last_updated", "2026-11-02T10:30:00Z"),
        ("hs_lead_status", ""),
        ("num_contacted_notes", "0"),
        ("num_contacted_notes", "some"),
        ("notes_last_contacted", "2026-11-02T08:00:00Z"),
        ("notes_last_contacted", "yesterday"),
    ],
)
async def test_what_sales_did_not_do_since_is_no_follow_up(
    server: HubspotServer, crm: HubspotCrm, property_: str, value: str
) -> None:
    record = await deliver(crm)
    server.contacts[record.id][property_] = value

    assert await crm.follow_ups([question(record)]) == {}


async def test_a_workflow_that_calls_a_new_contact_new_is_no_follow_up(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    crm = crm_for(HUBSPOT_LEAD_STATUS="")
    record = await deliver(crm)
    server.contacts[record.id]["hs_lead_status"] = "NEW"

    assert await crm.follow_ups([question(record)]) == {}


async def test_what_sales_did_before_the_lead_came_is_no_follow_up(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    known = server.has(
        email=CONTACT.email,
        num_contacted_notes="7",
        hs_lead_status="CONNECTED",
        notes_last_contacted="2026-11-02T09:30:00Z",
    )
    record = await deliver(crm)
    assert await crm.follow_ups([question(record)]) == {}

    server.sales_acts(known)

    assert set(await crm.follow_ups([question(record)])) == {LEAD_ID}


async def test_what_sales_did_between_two_unanswered_interests_is_still_seen(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    server.contacts[record.id]["hs_lead_status"] = "CONNECTED"

    record = await deliver(crm, WANTED, SECOND, record=record)

    assert set(await crm.follow_ups([question(record)])) == {LEAD_ID}


async def test_a_follow_up_is_not_seen_again_for_the_next_interest(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    server.sales_acts(record.id)
    server.sales_owns(record.id, "77", "CONNECTED")
    answered = replace(WANTED, follow_up=FollowUp(done_at=START + timedelta(hours=1)))

    record = await deliver(crm, answered, SECOND, record=record, fields=frozenset())

    assert await crm.follow_ups([question(record)]) == {}
    server.sales_acts(record.id)
    assert set(await crm.follow_ups([question(record)])) == {LEAD_ID}


async def test_many_leads_are_asked_about_in_few_calls(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    ids = [server.has(lastname="Someone") for _ in range(249)]
    server.sales_acts(ids[-1])
    others = [question(replace(record, id=i), lead_id=f"lead-{i}") for i in ids]
    server.calls.clear()

    seen = await crm.follow_ups([question(record), *others])

    assert set(seen) == {f"lead-{ids[-1]}"}
    assert [call for call in server.calls if "/objects/" in call] == [BATCH] * 5


async def test_a_contact_that_is_gone_does_not_keep_the_others_from_being_seen(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    server.sales_acts(record.id)
    gone = question(CrmRecord(id="404"), lead_id=OTHER_LEAD_ID)

    assert set(await crm.follow_ups([gone, question(record)])) == {LEAD_ID}


async def test_our_reminder_ticked_off_is_no_follow_up_even_if_hubspot_counts_it_as_contact(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    task_id = await crm.remind(WANTED, record, REMINDER)
    server.completes(task_id)
    done_at = server.attached["tasks"][task_id]["hs_task_completion_date"]
    counted = {"num_contacted_notes": "1", "notes_last_contacted": done_at}
    server.contacts[record.id] |= counted
    assert await crm.follow_ups([question(record)]) == {}

    at = datetime.now(UTC) + timedelta(minutes=1)
    server.contacts[record.id] |= {
        "num_contacted_notes": "2",
        "notes_last_contacted": at.isoformat(),
    }

    assert (await crm.follow_ups([question(record)]))[LEAD_ID].at == at


async def test_a_call_beside_a_ticked_off_reminder_is_a_follow_up(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    server.completes(await crm.remind(WANTED, record, REMINDER))
    server.contacts[record.id]["num_contacted_notes"] = "2"

    assert set(await crm.follow_ups([question(record)])) == {LEAD_ID}


async def test_a_task_is_seen_on_the_last_of_many_pages(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    server.page_size = 70
    for number in range(300):
        server.attached["tasks"][f"9{number}"] = {"hs_task_body": "Call"}
        server.of[f"9{number}"] = record.id
    assert await crm.follow_ups([question(record)]) == {}

    server.completes("9299")

    assert set(await crm.follow_ups([question(record)])) == {LEAD_ID}


async def test_half_an_answer_about_follow_ups_is_none(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    fault = {"category": "INTERNAL_ERROR", "message": "no"}
    server.answers_at[BATCH] = JSONResponse({"results": [], "errors": [fault]}, 207)

    with pytest.raises(CrmUnavailableError, match="INTERNAL_ERROR"):
        await crm.follow_ups([question(record)])
    server.answers_at[BATCH] = JSONResponse({})
    with pytest.raises(CrmUnavailableError, match="no results"):
        await crm.follow_ups([question(record)])


async def test_completed_tasks_are_all_told_and_calls_by_the_last_one(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    for hour in ("12", "11"):
        done_at = {"hs_task_completion_date": f"2026-11-02T{hour}:00:00Z"}
        server.attached["tasks"][hour] = {"hs_task_status": "COMPLETED", **done_at}
        server.of[hour] = record.id
    server.contacts[record.id]["notes_last_contacted"] = "2026-11-02T10:30:00Z"

    told = (await crm.follow_ups([question(record)]))[LEAD_ID]

    assert [f"{act.at:%H:%M}" for act in told.acts] == ["10:30", "11:00", "12:00"]
    assert (told.at, told.all_told) == (told.acts[-1].at, False)
