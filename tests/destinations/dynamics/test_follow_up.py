"""What sales did is seen, and nothing else is taken for it."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from local.fakes.dynamics import DynamicsServer
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.destinations.dynamics.api import API
from shared.domain.acts import Outcome
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmUnavailableError
from shared.ports.crm import FollowUpQuestion, FollowUpSeen, SeenAct
from tests.destinations.dynamics.world import (
    HOUR,
    REMINDER,
    all_seen,
    customer,
    delivered,
    later,
    seen,
)
from tests.examples import OTHER_LEAD_ID, interest
from tests.fakes import START


async def test_nothing_is_seen_before_sales_acts(crm: DynamicsCrm, server: DynamicsServer) -> None:
    record = await delivered(crm)
    await crm.note(customer(), record, interest(2))
    server.completed("task", record.id, by=server.app)
    server.completed("email", record.id, by=server.anna, status=4)
    server.sales_corrects(record.id, "company", "Fabrikam Inc.")
    assert await seen(crm, record) is None
    assert await crm.follow_ups([]) == {}


async def test_our_own_reminder_that_is_ticked_off_is_no_follow_up(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.sales_ticks_off(await crm.remind(customer(), record, REMINDER))
    (ticked_off,) = server.activities
    assert ticked_off["_modifiedby_value"] == server.anna.id
    assert await seen(crm, record) is None


async def test_a_completed_activity_is_a_follow_up(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.now = START + HOUR
    server.sales_acts(record.id)
    assert await seen(crm, record) == FollowUpSeen(at=START + HOUR, by="Anna Sales")
    assert await seen(crm, record, since=START + 2 * HOUR) is None


async def test_an_activity_in_the_second_of_the_question_is_a_follow_up(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.sales_acts(record.id)
    since = START + timedelta(milliseconds=900)
    assert await seen(crm, record, since=since) == FollowUpSeen(at=since, by="Anna Sales")


async def test_a_task_whose_end_is_a_day_only_is_a_follow_up_and_an_older_one_is_none(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.now = START + HOUR
    server.sales_acts(record.id)
    (activity,) = server.activities
    activity["actualend"] = "2026-11-02T00:00:00Z"
    assert await seen(crm, record) == FollowUpSeen(at=START, by="Anna Sales")
    activity["actualend"] = "2026-10-30T00:00:00Z"
    assert await seen(crm, record) is None
    activity["actualend"] = None
    assert await seen(crm, record) == FollowUpSeen(at=START + HOUR, by="Anna Sales")


async def test_another_status_or_a_first_contact_is_a_follow_up(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.now = START + HOUR
    for communication, told in ((1, False), (0, True)):
        server.sales_sets(record.id, {"initialcommunication": communication})
        assert (await seen(crm, record) is not None) is told
    server.sales_sets(record.id, {"initialcommunication": None})
    server.sales_owns(record.id, "Anna Sales", "Contacted")
    assert await seen(crm, record) == FollowUpSeen(at=START + HOUR, by="Anna Sales")
    assert await seen(crm, record, since=START + 2 * HOUR) is None


async def test_what_sales_did_between_two_interests_is_still_seen(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.now = START + HOUR
    server.sales_owns(record.id, "Anna Sales", "Contacted")
    server.now = START + 2 * HOUR

    moved = await crm.upsert(customer(), later(record), uncertain=False)
    again = await crm.upsert(customer(), later(moved.record), uncertain=False)

    assert await seen(crm, again.record) == FollowUpSeen(at=START + HOUR)
    assert await seen(crm, again.record, since=START + 2 * HOUR) is None


async def test_many_leads_are_asked_about_in_few_calls(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    first = await delivered(crm)
    other = await delivered(crm, replace(customer(), lead_id=OTHER_LEAD_ID))
    server.sales_acts(other.id)
    server.calls.clear()
    gone = [CrmRecord(id=str(uuid4())) for _ in range(58)]
    questions = [
        FollowUpQuestion(lead_id=str(n), record=record, since=START)
        for n, record in enumerate([first, *gone, other])
    ]
    assert list(await crm.follow_ups(questions)) == ["59"]
    assert len(server.calls) == 5


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("leads", {"value": "none"}),
        ("leads", {"value": [{"leadid": None}]}),
        ("leads", {"value": [5]}),
        ("leads", {}),
        ("activitypointers", {"value": [{"modifiedon": "yesterday"}]}),
        ("activitypointers", {"value": [None]}),
        ("activitypointers", {"value": [], "@odata.nextLink": "https://elsewhere.example/api"}),
        ("activitypointers", {"value": [], "@odata.nextLink": "/api/data/v9.2/more"}),
        ("activitypointers", {"value": [], "@odata.nextLink": 7}),
        ("activitypointers", {"value": [], "@odata.nextLink": "http://[x"}),
        ("WhoAmI", {}),
        ("WhoAmI", {"UserId": None}),
        ("WhoAmI", {"UserId": "me) or (1 eq 1"}),
    ],
)
async def test_nonsense_for_rows_is_no_answer(
    crm: DynamicsCrm, server: DynamicsServer, path: str, answer: dict[str, object]
) -> None:
    record = await delivered(crm)
    server.answers[path] = answer
    with pytest.raises(CrmUnavailableError, match="DYNAMICS_URL"):
        await seen(crm, record)


async def test_activities_on_further_pages_are_seen(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    at = f"{START + HOUR:%Y-%m-%dT%H:%M:%SZ}"
    act = {"_regardingobjectid_value": record.id, "modifiedon": at}
    link = f"{server.url}{API}/activitypointers/more?$skiptoken=2"
    server.answers["activitypointers"] = {"value": [], "@odata.nextLink": link}
    server.answers["activitypointers/more"] = {"value": [act]}

    assert await seen(crm, record) == FollowUpSeen(at=START + HOUR)


async def test_an_answer_without_an_end_is_none(crm: DynamicsCrm, server: DynamicsServer) -> None:
    record = await delivered(crm)
    link = f"{server.url}{API}/activitypointers?$skiptoken=2"
    server.answers["activitypointers"] = {"value": [], "@odata.nextLink": link}

    with pytest.raises(CrmUnavailableError, match="has no end; check DYNAMICS_URL"):
        await seen(crm, record)


async def test_all_activities_since_are_told_by_time(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    for hours in (3, 1, 2):
        server.now = START + hours * HOUR
        server.completed("phonecall", record.id, by=server.anna)

    told = await all_seen(crm, record, since=START + 2 * HOUR)

    acts = tuple(SeenAct(at=START + hours * HOUR, by="Anna Sales") for hours in (2, 3))
    assert told == FollowUpSeen(at=acts[-1].at, by="Anna Sales", acts=acts, all_told=True)


@pytest.mark.parametrize(
    ("closed_as", "outcome"),
    [("Qualified", Outcome.QUALIFIED), ("Lost", Outcome.LOST)],
)
async def test_what_became_of_a_closed_lead_is_told(
    crm: DynamicsCrm, server: DynamicsServer, closed_as: str, outcome: Outcome
) -> None:
    record = await delivered(crm)
    server.now = START + HOUR
    server.sales_acts(record.id)
    server.now = START + 2 * HOUR
    server.sales_closes(record.id, closed_as)

    told = await all_seen(crm, record)

    assert told is not None
    assert [(act.at, act.outcome, act.closed) for act in told.acts] == [
        (START + HOUR, None, False),
        (START + 2 * HOUR, outcome, True),
    ]
    assert not told.all_told  # of the lead itself, the last change is seen alone
