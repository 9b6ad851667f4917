"""Dynamics 365 Sales against a fake Dataverse on a socket."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import uuid4

import pytest

from shared.adapters.dynamics import DynamicsCrm, DynamicsSettings, create, key
from shared.delivery import CrmRecord
from shared.errors import (
    CrmCredentialsError,
    CrmError,
    CrmRejectedError,
    CrmUnavailableError,
    SettingsError,
)
from shared.lead import CONTACT_FIELDS, Interest, Lead
from shared.ports import Changed, CheckResult, FollowUpQuestion, FollowUpSeen, Reminder
from shared.settings import load
from tests.crm_servers.dynamics import DynamicsServer
from tests.crm_servers.server import Fault
from tests.examples import CONTACT, LEAD_ID, OTHER_LEAD_ID, interest, lead
from tests.fakes import START

ALL = frozenset(CONTACT_FIELDS)
HOUR = timedelta(hours=1)
REMINDER = Reminder(
    reminder_id="reminder-1", subject="Overdue: Zoë", text="Nobody called.", due_at=START
)


class CrmFor(Protocol):
    """Builds adapters, some with settings other than those that fit."""

    def __call__(self, **given: str) -> DynamicsCrm: ...


@pytest.fixture
async def server() -> AsyncIterator[DynamicsServer]:
    async with DynamicsServer().running() as running:
        running.now = START
        yield running


@pytest.fixture
async def crm_for(server: DynamicsServer) -> AsyncIterator[CrmFor]:
    async with AsyncExitStack() as stack:

        def build(**given: str) -> DynamicsCrm:
            settings = {k: text for k, text in {**server.settings(), **given}.items() if text}
            crm = DynamicsCrm(DynamicsSettings.model_validate(settings))
            stack.push_async_callback(crm.close)
            return crm

        yield build


@pytest.fixture
def crm(crm_for: CrmFor) -> DynamicsCrm:
    return crm_for()


def customer(**contact: str) -> Lead:
    return replace(lead(), suppressed=False, contact=replace(CONTACT, **contact))


def new(*interests: Interest) -> Changed:
    return Changed(record=None, fields=ALL, interests=interests or (interest(),))


def later(record: CrmRecord, *fields: str, interests: Sequence[Interest] = ()) -> Changed:
    return Changed(record=record, fields=frozenset(fields), interests=interests)


async def delivered(crm: DynamicsCrm, given: Lead | None = None) -> CrmRecord:
    return await crm.upsert(given or customer(), new(), uncertain=False)


def row(server: DynamicsServer) -> dict[str, Any]:
    (only,) = server.tables["leads"].values()
    return only


async def seen(crm: DynamicsCrm, record: CrmRecord, since: datetime = START) -> FollowUpSeen | None:
    question = FollowUpQuestion(lead_id=LEAD_ID, record=record, since=since)
    return (await crm.follow_ups([question])).get(LEAD_ID)


async def test_a_new_lead_is_made_under_a_key_of_ours(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    (sent,) = server.bodies
    assert server.calls == [f"PATCH /api/data/v9.2/leads({key('lead', LEAD_ID)})"]
    assert sent["headers"]["if-none-match"] == "*"
    assert sent["headers"]["odata-version"] == sent["headers"]["odata-maxversion"] == "4.0"
    assert sent["body"] == {
        "firstname": "Zoë",
        "lastname": 'O"Hara\\',
        "emailaddress1": "zoe@fabrikam.example",
        "telephone1": "+49 30 123456",
        "address1_country": "DE",
        "companyname": "Fabrikam, Gräf & Söhne 株式会社 🙂",
        "jobtitle": "Head of 'Things'",
        "subject": "Microsoft marketplace: Get it now, Things, AzureMarketplace,"
        " 2026-11-02 09:01 UTC",
        "description": "Microsoft marketplace: Get it now, Things, AzureMarketplace,"
        " 2026-11-02 09:01 UTC\nOffer: fabrikam.things",
        "leadsourcecode": 8,
        "ownerid@odata.bind": f"/teams({server.team.id})",
    }
    assert record == CrmRecord(
        id=key("lead", LEAD_ID),
        url=f"{server.url}/main.aspx?pagetype=entityrecord&etn=lead&id={record.id}",
        baseline={"statecode": "0", "statuscode": "1"},
    )


def test_the_key_of_a_lead_never_changes() -> None:
    assert key("lead", LEAD_ID) == "984e00a5-2edb-5526-8dc2-d104c82170e6"


async def test_an_update_sends_changed_fields_only(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.sales_corrects(record.id, "company", "Fabrikam Inc.")
    server.sales_owns(record.id, "Anna Sales", "Contacted")
    again = await crm.upsert(customer(phone="+49 30 9"), later(record, "phone"), uncertain=False)
    assert server.bodies[-1]["body"] == {"telephone1": "+49 30 9"}
    assert server.bodies[-1]["headers"]["if-match"] == "*"
    (held,) = server.records()
    assert (held.values["company"], held.owner, held.status) == (
        *("Fabrikam Inc.", "Anna Sales"),
        "Contacted",
    )
    assert (again.id, again.baseline["statuscode"]) == (record.id, "2")


async def test_an_update_without_anything_new_writes_nothing(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    assert await crm.upsert(customer(), later(record, "phone"), uncertain=False) == record
    assert len(server.bodies) == 1


async def test_too_long_values_are_cut_and_kept_whole_in_a_note(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    long = customer(company="🙂" * 60, first_name="x" * 51)
    record = await crm.upsert(long, new(interest(description="ü" * 5_000)), uncertain=False)
    (held,) = server.records()
    assert held.values["company"] == "🙂" * 49 + "…"
    assert held.values["first_name"] == "x" * 49 + "…"
    assert held.description.endswith("ü…")
    assert record.remarks == (
        "firstname cut to 50 characters",
        "companyname cut to 100 characters",
        "description cut to 2000 characters",
    )
    (note,) = held.notes
    assert "🙂" * 60 in note
    assert "ü" * 5_000 in note


async def test_a_value_that_is_too_long_by_its_last_emoji_is_cut(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    await delivered(crm, customer(first_name="x" * 49 + "🙂", title="y" * 100))
    (held,) = server.records()
    assert held.values["first_name"] == "x" * 49 + "…"
    assert held.values["title"] == "y" * 100


async def test_a_too_long_value_of_an_update_is_kept_whole_once(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    long = customer(title="t" * 101)
    for _ in range(2):
        again = await crm.upsert(long, later(record, "title"), uncertain=False)
        assert again.remarks == ("jobtitle cut to 100 characters",)
    (held,) = server.records()
    assert held.notes == ["Microsoft marketplace, in full:\njobtitle: " + "t" * 101]


@pytest.mark.parametrize(
    ("left", "last_name"),
    [
        ({"last_name": ""}, "zoe@fabrikam.example"),
        ({"last_name": "", "email": ""}, CONTACT.company),
        ({"last_name": "", "email": "", "company": ""}, "(no name)"),
    ],
)
async def test_a_lead_without_a_last_name_gets_one(
    crm: DynamicsCrm, server: DynamicsServer, left: dict[str, str], last_name: str
) -> None:
    await delivered(crm, customer(**left))
    assert row(server)["lastname"] == last_name


async def test_own_fields_win_and_keep_their_types(crm_for: CrmFor, server: DynamicsServer) -> None:
    server.own_columns = {"new_offer", "new_kind", "new_hot"}
    own = '{"new_offer": "{offer_title}", "subject": "{email}", "new_kind": 100000001,'
    crm = crm_for(DYNAMICS_FIELDS=own + ' "new_hot": true, "leadsourcecode": 10, "jobtitle": ""}')
    await delivered(crm)
    wanted = {"new_offer": "Things", "new_kind": 100000001, "new_hot": True, "leadsourcecode": 10}
    held = row(server)
    assert wanted.items() <= held.items()
    assert (held["subject"], held["jobtitle"]) == (CONTACT.email, CONTACT.title)


async def test_owner_and_lead_source_may_be_left_to_the_crm(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    await delivered(crm_for(DYNAMICS_OWNER="", DYNAMICS_LEAD_SOURCE_CODE="0"))
    assert "leadsourcecode" not in row(server)
    assert server.records()[0].owner == server.app.name


async def test_a_lead_without_an_interest_is_made_as_well(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    nothing = Changed(record=None, fields=ALL, interests=())
    await crm.upsert(customer(), nothing, uncertain=False)
    assert row(server)["subject"] == "Microsoft marketplace lead"


async def test_an_empty_answer_that_names_the_record_is_a_success(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    server.answers_with_rows = False
    record = await delivered(crm)
    assert record.id == key("lead", LEAD_ID)
    server.sales_owns(record.id, "Anna Sales", "Contacted")
    assert await seen(crm, record) is not None


async def test_do_not_contact_is_flagged_on_create(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    await delivered(crm, replace(customer(), suppressed=True))
    (held,) = server.records()
    assert held.do_not_contact


async def test_do_not_contact_is_flagged_when_it_becomes_so_once_and_never_cleared(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    suppressed = replace(customer(), suppressed=True)
    flagged = await crm.upsert(suppressed, later(record), uncertain=False)
    assert server.records()[0].do_not_contact
    server.tables["leads"][record.id]["donotphone"] = False
    again = await crm.upsert(suppressed, later(flagged), uncertain=False)
    assert row(server)["donotphone"] is False
    await crm.upsert(customer(phone="+49 1"), later(again, "phone"), uncertain=False)
    assert row(server)["donotemail"] is True


async def test_a_lead_whose_creation_went_unanswered_is_found_by_its_key(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    server.faults.append(Fault.CUT_AFTER)
    with pytest.raises(CrmUnavailableError, match="no whole answer"):
        await delivered(crm)
    record = await delivered(crm)
    (held,) = server.records()
    assert (held.record_id, held.notes) == (record.id, [])


async def test_twenty_deliveries_at_once_make_one_lead(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    records = await asyncio.gather(*(delivered(crm) for _ in range(20)))
    assert len({record.id for record in records}) == len(server.records()) == 1
    assert server.token_calls == 1


async def test_an_uncertain_lead_that_was_never_made_is_made(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    await crm.upsert(customer(), new(), uncertain=True)
    assert len(server.records()) == 1


async def test_what_sales_corrected_in_a_lead_that_is_found_stays(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    await delivered(crm)
    server.sales_corrects(key("lead", LEAD_ID), "company", "Fabrikam Inc.")
    moved = replace(interest(2).submission, contact=replace(CONTACT, phone="+49 30 2"))
    newer = Interest(submission=moved, version=2)
    await crm.upsert(customer(phone="+49 30 2"), new(interest(), newer), uncertain=True)
    (held,) = server.records()
    assert (held.values["company"], held.values["phone"]) == ("Fabrikam Inc.", "+49 30 2")


async def test_a_lead_that_is_there_unexpectedly_gets_the_interest_as_a_note(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    await delivered(crm)
    await crm.upsert(customer(), new(interest(2, description="second")), uncertain=False)
    (held,) = server.records()
    assert "second" in held.notes[0]
    assert len(held.notes) == 1


async def test_a_lead_that_is_found_with_cut_values_gets_them_whole(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    first = interest(description="ü" * 5_000)
    server.faults.extend([Fault.NONE, Fault.UNAVAILABLE])
    with pytest.raises(CrmUnavailableError):
        await crm.upsert(customer(), new(first), uncertain=False)
    await crm.upsert(customer(), new(first), uncertain=False)
    (held,) = server.records()
    assert ["ü" * 5_000 in note for note in held.notes] == [True]


async def test_a_deleted_lead_is_parked_and_never_made_again(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.sales_deletes(record.id)
    with pytest.raises(
        CrmRejectedError, match=r"deleted in Dynamics 365 .* not made a second time"
    ):
        await crm.upsert(customer(phone="+49 1"), later(record, "phone"), uncertain=False)
    with pytest.raises(CrmRejectedError, match="Does Not Exist"):
        await crm.note(customer(), record, interest(2))
    with pytest.raises(CrmRejectedError, match="deleted"):
        await crm.remind(customer(), record, REMINDER)
    assert server.records() == []


@pytest.mark.parametrize("outcome", ["Qualified", "Lost"])
async def test_a_closed_lead_is_left_as_it_is_and_keeps_the_interest(
    crm: DynamicsCrm, server: DynamicsServer, outcome: str
) -> None:
    record = await delivered(crm)
    server.sales_closes(record.id, outcome)
    server.refuses_closed = False
    changed = later(record, "phone", interests=[interest(2)])
    again = await crm.upsert(customer(phone="+49 1"), changed, uncertain=False)
    await crm.note(customer(), again, interest(2))
    assert again.remarks == ("closed in Dynamics 365: its fields were left as they are",)
    (held,) = server.records()
    assert (held.values["phone"], len(held.notes)) == (CONTACT.phone, 1)
    asked_at = START + HOUR
    found = await seen(crm, again, since=asked_at)
    assert found == FollowUpSeen(at=asked_at, by="Anna Sales")


async def test_a_lead_that_is_closed_under_our_hands_is_left_as_it_is(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.closes_before_patch = True
    again = await crm.upsert(customer(phone="+49 1"), later(record, "phone"), uncertain=False)
    assert again.remarks == ("closed in Dynamics 365: its fields were left as they are",)


async def test_a_note_sent_twice_is_one(crm: DynamicsCrm, server: DynamicsServer) -> None:
    record = await delivered(crm)
    second = interest(2, description="Grüße, 日本 🙂")
    server.faults.append(Fault.CUT_AFTER)
    with pytest.raises(CrmUnavailableError):
        await crm.note(customer(), record, second)
    note_id = await crm.note(customer(), record, second)
    assert note_id == key("note", "submission-2")
    (held,) = server.records()
    assert len(held.notes) == 1
    assert "Grüße, 日本 🙂" in held.notes[0]


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


async def test_nothing_is_seen_before_sales_acts(crm: DynamicsCrm, server: DynamicsServer) -> None:
    record = await delivered(crm)
    await crm.note(customer(), record, interest(2))
    server.completed("task", record.id, by=server.app)
    server.completed("email", record.id, by=server.anna, status=4)
    server.sales_corrects(record.id, "company", "Fabrikam Inc.")
    assert await seen(crm, record) is None
    assert await crm.follow_ups([]) == {}


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
    moved = await crm.upsert(customer(), later(record), uncertain=False)
    assert await seen(crm, moved) is None


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
        for n, record in enumerate([first, other, *gone])
    ]
    assert list(await crm.follow_ups(questions)) == ["1"]
    assert len(server.calls) == 5


@pytest.mark.parametrize(
    ("fault", "raised", "said"),
    [
        (Fault.REJECTED, CrmRejectedError, "400 0x80040265 A plug-in of the publisher says no."),
        (Fault.THROTTLED, CrmUnavailableError, "0x80072322"),
        (Fault.THROTTLED_WITHOUT_WAIT, CrmUnavailableError, "0x80072322"),
        (Fault.UNAVAILABLE, CrmUnavailableError, "503"),
        (Fault.CUT_BEFORE, CrmUnavailableError, "no whole answer"),
        (Fault.HALF_A_BODY, CrmUnavailableError, "no whole answer"),
        (Fault.HTML, CrmUnavailableError, "no JSON object"),
        (Fault.NO_ID, CrmUnavailableError, "without the record's id"),
        (Fault.REDIRECT, CrmUnavailableError, "redirected elsewhere"),
    ],
)
async def test_each_fault_is_told_for_what_it_is_and_the_lead_is_made_once(
    crm: DynamicsCrm,
    server: DynamicsServer,
    fault: Fault,
    raised: type[CrmError],
    said: str,
) -> None:
    server.faults.append(fault)
    with pytest.raises(raised, match=said) as caught:
        await delivered(crm)
    wait = getattr(caught.value, "retry_after", None)
    assert wait == (timedelta(seconds=30) if fault is Fault.THROTTLED else None)
    await delivered(crm)
    (held,) = server.records()
    assert held.notes == []


async def test_a_rule_against_duplicates_rejects_although_its_status_is_500(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    await delivered(crm, replace(customer(), lead_id=OTHER_LEAD_ID))
    server.duplicate_rule = True
    with pytest.raises(CrmRejectedError, match="0x80040333 A record was not created"):
        await delivered(crm)


async def test_a_violated_key_rejects_and_is_told_without_the_address(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    await delivered(crm, replace(customer(), lead_id=OTHER_LEAD_ID))
    server.email_is_key = True
    with pytest.raises(CrmRejectedError, match="0x80060892 Entity Key Email violated") as caught:
        await delivered(crm)
    assert CONTACT.email not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"DYNAMICS_FIELDS": '{"new_offer": "x"}'},
            "property 'new_offer' .*: mend DYNAMICS_FIELDS",
        ),
        ({"DYNAMICS_LEAD_SOURCE_CODE": "99"}, "value 99 .*: mend DYNAMICS_LEAD_SOURCE_CODE"),
        ({"DYNAMICS_OWNER": f"team:{uuid4()}"}, "Does Not Exist: mend DYNAMICS_OWNER"),
    ],
)
async def test_leads_wait_until_a_setting_that_dataverse_refuses_is_mended(
    crm_for: CrmFor, server: DynamicsServer, settings: dict[str, str], said: str
) -> None:
    with pytest.raises(CrmCredentialsError, match=said):
        await delivered(crm_for(**settings))
    assert server.records() == []


async def test_a_value_that_is_longer_than_a_column_of_ones_own_rejects(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    crm = crm_for(DYNAMICS_FIELDS='{"mobilephone": "{email}"}')
    with pytest.raises(CrmRejectedError, match="0x80044331 The length of the 'mobilephone'"):
        await delivered(crm, customer(email="a.rather.long.one@fabrikam.example"))
    assert server.records() == []


async def test_a_fault_inside_dataverse_is_told_without_what_was_sent(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    server.breaks_down = True
    with pytest.raises(
        CrmUnavailableError, match="500 0x80040224 A plug-in broke over …"
    ) as caught:
        await delivered(crm)
    assert CONTACT.email not in str(caught.value)


async def test_a_missing_privilege_and_a_missing_user_are_credentials(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    server.missing_privileges = {"prvCreateLead"}
    with pytest.raises(CrmCredentialsError, match=r"0x80040220 .*: widen the role"):
        await delivered(crm)
    server.knows_no_user = True
    with pytest.raises(CrmCredentialsError, match=r"0x80072560 .*: add an application user"):
        await delivered(crm)


async def test_an_environment_without_sales_postpones(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    crm = crm_for()
    record = await delivered(crm)
    del server.tables["leads"]
    with pytest.raises(CrmUnavailableError, match="no Dynamics 365 Sales here"):
        await delivered(crm)
    with pytest.raises(CrmUnavailableError, match="no Dynamics 365 Sales here"):
        await crm.upsert(customer(phone="+49 1"), later(record, "phone"), uncertain=False)


async def test_a_token_that_is_refused_is_fetched_anew_once(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    await delivered(crm)
    server.tokens.clear()
    await crm.note(customer(), CrmRecord(id=key("lead", LEAD_ID)), interest(2))
    assert server.token_calls == 2
    server.faults.extend([Fault.UNAUTHORIZED, Fault.UNAUTHORIZED])
    with pytest.raises(CrmCredentialsError, match="401"):
        await delivered(crm)
    assert server.token_calls == 3


async def test_a_wrong_secret_is_told_without_it(crm_for: CrmFor, server: DynamicsServer) -> None:
    crm = crm_for(DYNAMICS_CLIENT_SECRET="not-the-secret")
    with pytest.raises(CrmCredentialsError, match="AADSTS7000215: Invalid client secret") as caught:
        await delivered(crm)
    assert "not-the-secret" not in str(caught.value)
    assert "Trace ID" not in str(caught.value)


async def test_an_authority_that_answers_otherwise_is_told(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    with pytest.raises(CrmCredentialsError, match="check DYNAMICS_AUTHORITY"):
        await delivered(crm_for(DYNAMICS_AUTHORITY=f"{server.url}/nowhere"))
    server.down = True
    with pytest.raises(CrmUnavailableError, match="503"):
        await delivered(crm_for())
    server.down, server.answers["token"] = False, {"expires_in": 3599}
    with pytest.raises(CrmUnavailableError, match="answered without a token"):
        await delivered(crm_for())


async def test_a_managed_identity_needs_no_secret(
    crm_for: CrmFor, server: DynamicsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{server.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", server.identity_header)
    crm = crm_for(DYNAMICS_CREDENTIAL="managedidentity", DYNAMICS_CLIENT_SECRET="")
    await delivered(crm)
    server.tokens.clear()
    await crm.note(customer(), CrmRecord(id=key("lead", LEAD_ID)), interest(2))
    assert server.token_calls == 2
    server.tokens.clear()
    server.refuses_tokens = True
    with pytest.raises(CrmCredentialsError, match="managed identity gets no token"):
        await delivered(crm)


async def test_a_check_of_what_fits_finds_no_fault_and_writes_nothing(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    for owner in ("", f"systemuser:{server.anna.id}", f"team:{server.team.id}"):
        results = await crm_for(DYNAMICS_OWNER=owner).check()
        assert [result.ok for result in results] == [True] * 5
    assert server.bodies == []


async def test_a_check_names_what_is_missing_and_how_to_mend_it(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    server.missing_privileges = {"prvCreateLead", "prvAppendNote"}
    server.anna.disabled = True
    crm = crm_for(
        DYNAMICS_FIELDS='{"new_offer": "{offer}", "campaignid@odata.bind": "/campaigns(1)"}',
        DYNAMICS_LEAD_SOURCE_CODE="99",
        DYNAMICS_OWNER=f"systemuser:{server.anna.id}",
    )
    results = await crm.check()
    assert [result.ok for result in results] == [True, False, False, False, False]
    assert [result.mend for result in results[1:]] == [
        "give the application user a security role with prvCreateLead, prvAppendNote",
        "create new_offer on the table lead, or mend DYNAMICS_FIELDS",
        "set DYNAMICS_LEAD_SOURCE_CODE to one of [1, 2, 8, 10], or to 0 for none; it is 99",
        "DYNAMICS_OWNER names a disabled user: enable it or name another",
    ]


async def test_a_check_names_an_owner_that_is_not_there(crm_for: CrmFor) -> None:
    (*_, owner) = await crm_for(DYNAMICS_OWNER=f"team:{uuid4()}").check()
    assert owner.mend.startswith("set DYNAMICS_OWNER to a team of this environment: 404")


async def test_a_check_stops_where_nobody_is_let_in(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    server.refuses_tokens = True
    (only,) = await crm.check()
    assert isinstance(only, CheckResult)
    assert not only.ok
    assert "AADSTS7000215" in only.mend


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("leads", {"value": "none"}),
        ("leads", {"value": [{"leadid": None}]}),
        ("leads", {}),
        ("activitypointers", {"value": [{"modifiedon": "yesterday"}]}),
        ("WhoAmI", {}),
    ],
)
async def test_nonsense_for_rows_is_no_answer(
    crm: DynamicsCrm, server: DynamicsServer, path: str, answer: dict[str, object]
) -> None:
    record = await delivered(crm)
    server.answers[path] = answer
    with pytest.raises(CrmUnavailableError, match="DYNAMICS_URL"):
        await seen(crm, record)


async def test_a_lead_that_is_answered_without_its_columns_is_no_answer(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.answers[f"leads({record.id})"] = {"leadid": record.id}
    with pytest.raises(CrmUnavailableError, match="without its columns"):
        await crm.remind(customer(), record, REMINDER)


@pytest.fixture
def env(server: DynamicsServer, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Give the app the settings that fit, and none of this machine's."""
    for field in DynamicsSettings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
    for name, value in server.settings().items():
        monkeypatch.setenv(name, value)
    return monkeypatch


async def test_the_settings_of_the_server_build_an_adapter(
    env: pytest.MonkeyPatch, server: DynamicsServer
) -> None:
    env.setenv("DYNAMICS_URL", f"{server.url}/main.aspx?appid=1")
    env.setenv("DYNAMICS_FIELDS", '{"jobtitle": "{offer}", "donotfax": true}')
    crm = create()
    assert isinstance(crm, DynamicsCrm)
    assert load(DynamicsSettings).own_fields == {"jobtitle": "{offer}", "donotfax": True}
    assert next(iter(await crm.check())).ok
    await crm.close()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"DYNAMICS_URL": ""}, "DYNAMICS_URL: is not set"),
        ({"DYNAMICS_URL": "http://contoso.crm4.dynamics.com"}, "DYNAMICS_URL: .*https address"),
        (
            {"DYNAMICS_AUTHORITY": "ftp://x", "DYNAMICS_FIELDS": '{"a": "{nothing}"}'},
            "(?s)DYNAMICS_AUTHORITY: .*DYNAMICS_FIELDS: 'a' names {nothing}",
        ),
        ({"DYNAMICS_FIELDS": '{"a": "{offer"}'}, "DYNAMICS_FIELDS: .*'}'"),
        ({"DYNAMICS_FIELDS": "new_offer"}, "DYNAMICS_FIELDS.*JSON"),
        ({"DYNAMICS_OWNER": "Anna"}, "DYNAMICS_OWNER: is 'Anna'"),
        ({"DYNAMICS_TENANT_ID": "a/b"}, "DYNAMICS_TENANT_ID: is 'a/b'"),
        ({"DYNAMICS_LEAD_SOURCE_CODE": "Web"}, "DYNAMICS_LEAD_SOURCE_CODE: is 'Web'"),
        ({"DYNAMICS_CLIENT_SECRET": ""}, "DYNAMICS_CLIENT_SECRET: should all be set"),
        (
            {"DYNAMICS_CLIENT_SECRET": "@Microsoft.KeyVault(VaultName=v)"},
            "DYNAMICS_CLIENT_SECRET: .* Key Vault",
        ),
    ],
)
async def test_wrong_settings_are_named(
    env: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    for name, value in given.items():
        env.setenv(name, value)
    with pytest.raises(SettingsError, match=said):
        create()
