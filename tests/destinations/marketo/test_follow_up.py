"""What counts as follow-up, and that reminders go another way."""

from datetime import UTC, datetime, timedelta

import pytest
from starlette.responses import JSONResponse

from local.fakes.marketo import MarketoServer
from local.fakes.marketo.schema import ID_FIELD
from local.fakes.server import Fault
from shared.destinations.marketo.adapter import MarketoCrm
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmOutcomeUnknownError
from shared.ports.crm import Reminder
from tests.destinations.marketo.world import HOUR, CrmFor, a_lead, deliver, only, question
from tests.examples import LEAD_ID, interest
from tests.fakes import START, Clock


async def test_a_change_of_the_lead_status_is_a_follow_up(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.now = Clock(datetime.now(UTC).replace(microsecond=0))
    record = await deliver(crm)
    asked = question(record, server.now() + timedelta(milliseconds=300))
    assert await crm.follow_ups([asked]) == {}

    server.sales_acts(record.id)
    seen = await crm.follow_ups([asked])

    assert seen[LEAD_ID].at == asked.since  # within the same second


async def test_statuses_of_workflows_and_other_fields_are_no_follow_up(
    server: MarketoServer, crm: MarketoCrm, crm_for: CrmFor
) -> None:
    record = await deliver(crm)
    asked = question(record, datetime.now(UTC) - HOUR)
    for status in ("Open - Not Contacted", ""):
        server.sales_owns(record.id, "anna", status)
        assert await crm.follow_ups([asked]) == {}

    told = crm_for(MARKETO_OPEN_STATUSES="Recycled, Nurture")
    server.sales_owns(record.id, "anna", "Nurture")
    assert await told.follow_ups([asked]) == {}
    assert list(await crm.follow_ups([asked])) == [LEAD_ID]


async def test_a_follow_up_between_two_interests_is_not_forgotten_and_counts_once(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    clock = server.now = Clock(datetime.now(UTC).replace(microsecond=0))
    record = await deliver(crm)
    clock.advance(HOUR)
    acted_at = clock()
    server.sales_acts(record.id)
    clock.advance(HOUR)
    record = await deliver(crm, None, interest(2), record=record, fields={"title"})
    await crm.note(a_lead(), record, interest(2))
    clock.advance(HOUR)
    record = await deliver(crm, None, interest(3), record=record, fields={"title"})

    first = await crm.follow_ups([question(record, acted_at - HOUR)])
    assert first[LEAD_ID].at == acted_at
    assert await crm.follow_ups([question(record, acted_at + HOUR)]) == {}


async def test_a_follow_up_of_a_person_whose_answer_was_lost_is_seen(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.faults.append(Fault.CUT_AFTER)
    with pytest.raises(CrmOutcomeUnknownError):
        await deliver(crm)
    server.sales_acts(only(server).record_id)
    record = await deliver(crm, uncertain=True)

    seen = await crm.follow_ups([question(record, datetime.now(UTC) - HOUR)])
    assert list(seen) == [LEAD_ID]


async def test_many_leads_are_asked_for_in_few_calls(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    since = datetime.now(UTC) - HOUR
    ids = [server.has(leadStatus="Contacted") for _ in range(301)]
    asked = [question(CrmRecord(id=i), since, lead_id=f"lead-{i}") for i in ids]

    seen = await crm.follow_ups(asked)

    assert seen.keys() == {one.lead_id for one in asked}
    assert len(server.queries) == 2
    assert server.queries[0]["fields"] == "id,leadStatus,updatedAt"


@pytest.mark.parametrize("updated_at", [None, "yesterday", "2026-11-02T09:30:00"])
async def test_a_time_that_is_none_does_not_hide_a_follow_up(
    server: MarketoServer, crm_for: CrmFor, updated_at: str | None
) -> None:
    crm = crm_for(Clock(START + HOUR / 2))
    person = {"id": 7, "leadStatus": "Contacted", "updatedAt": updated_at}
    await crm.follow_ups([])
    server.now = Clock(START)
    server.end_tokens()
    server.answers.append(JSONResponse({"success": True, "result": [person]}))

    seen = await crm.follow_ups([question(CrmRecord(id="7"), START)])

    assert seen[LEAD_ID].at == START + HOUR / 2


async def test_a_reminder_goes_another_way(server: MarketoServer, crm: MarketoCrm) -> None:
    record = await deliver(crm)
    server.calls.clear()
    reminder = Reminder(reminder_id="r-1", subject="Zoë waits", text="", due_at=START)

    assert await crm.remind(a_lead(), record, reminder) == ""
    assert server.calls == []


async def test_a_person_who_was_merged_is_asked_for_by_our_field(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    other = server.has(email="other@fabrikam.example")
    server.merge(record.id, other)
    asked = question(record, datetime.now(UTC) - HOUR)
    assert await crm.follow_ups([asked]) == {}

    server.sales_acts(other)

    seen = await crm.follow_ups([asked])
    assert list(seen) == [LEAD_ID]
    assert server.queries[-1]["filterType"] == ID_FIELD

    record = await deliver(crm, None, interest(2), record=record, fields={"title"})
    assert record.id == other
    assert await crm.follow_ups([question(record, asked.since)]) == seen


async def test_a_person_who_was_deleted_is_no_follow_up_with_a_field_of_ours_or_without(
    server: MarketoServer, crm: MarketoCrm, crm_for: CrmFor
) -> None:
    record = await deliver(crm)
    server.sales_deletes(record.id)
    asked = question(record, datetime.now(UTC) - HOUR)

    assert await crm.follow_ups([asked]) == {}
    assert await crm_for(MARKETO_ID_FIELD="").follow_ups([asked]) == {}


async def test_many_leads_whose_persons_are_gone_fit_into_an_address(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    since = datetime.now(UTC) - HOUR
    gone = [question(CrmRecord(id=str(i)), since, lead_id=f"{i:032x}") for i in range(1, 401)]
    server.has(None, **{ID_FIELD: f"{400:032x}", "leadStatus": "Contacted"})

    assert list(await crm.follow_ups(gone)) == [f"{400:032x}"]
    assert len(server.queries) == 4
