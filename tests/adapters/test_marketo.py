"""The destination Marketo against a fake instance on a socket."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest
from starlette.responses import JSONResponse, Response

from shared.adapters.crm_values import mark
from shared.adapters.marketo import TEXT_AREA_BYTES, MarketoCrm, MarketoSettings, create
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
from tests.crm_servers.marketo import ID_FIELD, INTERESTS, MarketoServer, failed
from tests.crm_servers.server import Fault, SeenRecord
from tests.examples import CONTACT, LEAD_ID, OTHER_LEAD_ID, interest, lead
from tests.fakes import START, Clock

WITHOUT_EMAIL = replace(CONTACT, email="")
HOUR = timedelta(hours=1)


@pytest.fixture
async def server() -> AsyncIterator[MarketoServer]:
    async with MarketoServer().running() as running:
        yield running


class CrmFor(Protocol):
    """Builds adapters, some with settings other than those that fit; "" takes one away."""

    def __call__(self, clock: Clock | None = None, **given: str) -> MarketoCrm: ...


@pytest.fixture
async def crm_for(server: MarketoServer) -> AsyncIterator[CrmFor]:
    async with AsyncExitStack() as stack:

        def build(clock: Clock | None = None, **given: str) -> MarketoCrm:
            settings = {k: v for k, v in {**server.settings(), **given}.items() if v}
            told = MarketoSettings.model_validate(settings)
            crm = MarketoCrm(told, clock) if clock else MarketoCrm(told)
            stack.push_async_callback(crm.close)
            return crm

        yield build


@pytest.fixture
def crm(crm_for: CrmFor) -> MarketoCrm:
    return crm_for()


def a_lead(
    contact: Contact = CONTACT,
    *,
    asked: bool = True,
    suppressed: bool = False,
    lead_id: str = LEAD_ID,
) -> Lead:
    """Return a lead that may be contacted, unless told otherwise."""
    return replace(lead(lead_id), contact=contact, asked_for_contact=asked, suppressed=suppressed)


async def deliver(
    crm: MarketoCrm,
    given: Lead | None = None,
    *interests: Interest,
    record: CrmRecord | None = None,
    fields: set[str] | None = None,
    uncertain: bool = False,
) -> CrmRecord:
    given = given or a_lead()
    names = frozenset(given.contact.given() if fields is None else fields)
    new = interests or (() if record else (interest(1),))
    changed = Changed(record=record, fields=names, interests=new)
    return await crm.upsert(given, changed, uncertain=uncertain)


def only(server: MarketoServer) -> SeenRecord:
    [record] = server.records()
    return record


def question(record: CrmRecord, since: datetime, lead_id: str = LEAD_ID) -> FollowUpQuestion:
    return FollowUpQuestion(lead_id=lead_id, record=record, since=since)


# --- create -------------------------------------------------------------------------------


async def test_a_person_is_created_with_all_there_is_and_our_id(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm, None, interest(1, description="“Hello”\ntwo lines 🙂"))

    [body] = server.bodies
    [person] = body["input"]
    assert (body["action"], body["lookupField"]) == ("createOnly", "email")
    assert person == {
        "firstName": "Zoë",
        "lastName": 'O"Hara\\',
        "email": CONTACT.email,
        "phone": CONTACT.phone,
        "country": "DE",
        "company": CONTACT.company,
        "title": CONTACT.title,
        "leadSource": "Microsoft marketplace",
        "leadStatus": "New",
        ID_FIELD: LEAD_ID,
        INTERESTS: person[INTERESTS],
    }
    assert person[INTERESTS].startswith("Microsoft marketplace: Get it now, Things")
    assert person[INTERESTS].endswith(f"“Hello”\ntwo lines 🙂\n{mark(interest(1))}")
    assert record == CrmRecord(id=only(server).record_id, baseline={"leadStatus": "New"})
    assert server.calls == ["POST /rest/v1/leads.json"]


async def test_own_fields_are_set_on_a_new_person_and_cut(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    server.strings |= {"offer", "who"}
    own = '{"offer": "{publisher}/{offer_title}", "who": "{company} {company}"}'
    crm = crm_for(MARKETO_FIELDS=own)
    record = await deliver(crm, a_lead(replace(CONTACT, company="株" * 200)))

    [person] = server.persons.values()
    assert person["offer"] == "fabrikam/Things"
    assert len(person["who"]) == 255
    assert record.remarks == ("who cut to 255 characters",)


async def test_what_is_too_long_is_cut_and_the_cut_is_told(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    long = replace(CONTACT, first_name="Z" * 300, title="🙂" * 200)
    record = await deliver(crm, a_lead(long), interest(1, description="ü🙂" * 8_000))

    [person] = server.persons.values()
    assert person["firstName"] == "Z" * 254 + "…"
    assert person["title"] == "🙂" * 127 + "…"
    assert TEXT_AREA_BYTES - 4 < len(person[INTERESTS].encode()) <= TEXT_AREA_BYTES
    assert person[INTERESTS].endswith(f"…\n{mark(interest(1))}")
    assert set(record.remarks) == {
        "firstName cut to 255 characters",
        "title cut to 255 characters",
        f"{INTERESTS} cut to {TEXT_AREA_BYTES} bytes",
    }


async def test_a_company_that_is_refused_is_left_out(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.takes_company = False
    record = await deliver(crm)

    assert only(server).values["company"] == ""
    assert only(server).values["title"] == CONTACT.title
    assert record.remarks == ("company left out, which Marketo refuses",)


async def test_an_address_that_marketo_does_not_take_is_kept_with_the_interest(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    await deliver(crm, a_lead(replace(CONTACT, email="zoë@fabrikam.example")))

    assert only(server).values["email"] == ""
    assert only(server).lead_id == LEAD_ID
    assert "E-mail as given: zoë@fabrikam.example" in only(server).description


async def test_without_e_mail_and_id_field_nobody_is_created(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    with pytest.raises(CrmRejectedError, match="set MARKETO_ID_FIELD, then release"):
        await deliver(crm_for(MARKETO_ID_FIELD=""), a_lead(WITHOUT_EMAIL))

    assert server.calls == []


# --- whoever is there already ----------------------------------------------------------------


async def test_a_person_who_was_there_keeps_status_and_source_and_gets_the_interest(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    known = server.has(email=CONTACT.email.upper(), leadStatus="Customer", leadSource="Fair")
    record = await deliver(crm)

    [person] = server.persons.values()
    assert (person["leadStatus"], person["leadSource"]) == ("Customer", "Fair")
    assert (person["firstName"], person.get("company"), person.get(ID_FIELD)) == ("Zoë", None, None)
    assert mark(interest(1)) in person[INTERESTS]
    assert (record.id, record.baseline) == (known, {"leadStatus": "Customer"})
    assert record.remarks == ("company not sent: Marketo takes it with a new person only",)
    assert server.bodies[-1]["action"] == "updateOnly"


async def test_two_persons_with_the_address_are_for_somebody_to_merge(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.has(email=CONTACT.email)
    server.has(email=CONTACT.email)
    with pytest.raises(CrmRejectedError, match="1007: Multiple leads match"):
        await deliver(crm)

    server.answers.append(skipped("1005", "Lead already exists"))
    with pytest.raises(CrmRejectedError, match="2 persons in Marketo match the lead: merge them"):
        await deliver(crm)


async def test_a_person_who_exists_but_can_not_be_read_yet_is_waited_for(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.answers.append(skipped("1005", "Lead already exists"))
    with pytest.raises(CrmUnavailableError, match="does not show it"):
        await deliver(crm)


@pytest.mark.parametrize("contact", [CONTACT, WITHOUT_EMAIL], ids=["e-mail", "no e-mail"])
@pytest.mark.parametrize("by", ["the field named", "e-mail alone"])
@pytest.mark.parametrize("fault", [Fault.CUT_AFTER, Fault.NO_ID, Fault.HALF_A_BODY])
async def test_whom_a_lost_answer_made_is_found(
    server: MarketoServer, crm: MarketoCrm, contact: Contact, by: str, fault: Fault
) -> None:
    server.creates_by_any_field = by == "the field named"
    looked = [] if contact.email else [Fault.NONE]
    server.faults.extend([*looked, fault])
    with pytest.raises(CrmOutcomeUnknownError):
        await deliver(crm, a_lead(contact))

    record = await deliver(crm, a_lead(contact), uncertain=True)

    assert only(server).record_id == record.id
    assert only(server).lead_id == LEAD_ID
    assert only(server).description.count(mark(interest(1))) == 1


async def test_a_person_without_e_mail_whom_nobody_shows_yet_is_not_made_twice(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.creates_by_any_field = True
    await deliver(crm, a_lead(WITHOUT_EMAIL))
    server.answers.append(JSONResponse({"success": True, "result": []}))
    await deliver(crm, a_lead(WITHOUT_EMAIL), uncertain=True)

    assert only(server).lead_id == LEAD_ID


async def test_two_creates_at_the_same_time_make_two_persons_in_marketo(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.create_seconds = 0.1
    await asyncio.gather(deliver(crm), deliver(crm))

    assert len(server.records()) == 2  # the claim on a delivery is what keeps them apart


# --- update ----------------------------------------------------------------------------------


async def test_an_update_sends_only_what_changed(server: MarketoServer, crm: MarketoCrm) -> None:
    record = await deliver(crm)
    server.sales_owns(record.id, "anna", "Contacted")
    server.sales_corrects(record.id, "last_name", "O’Hara")

    changed = a_lead(replace(CONTACT, phone="+49 30 654321", company="Contoso"))
    after = await deliver(crm, changed, record=record, fields={"phone", "company"})

    assert server.bodies[-1] == {
        "action": "updateOnly",
        "lookupField": "id",
        "input": [{"id": int(record.id), "phone": "+49 30 654321"}],
    }
    assert (only(server).owner, only(server).status) == ("anna", "Contacted")
    assert only(server).values["last_name"] == "O’Hara"
    assert after.id == record.id
    assert after.remarks == ("company not sent: Marketo takes it with a new person only",)


async def test_an_update_without_anything_to_send_writes_nothing(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    await deliver(crm, None, record=record, fields=set())

    assert len(server.bodies) == 1


async def test_who_was_merged_is_followed_to_the_other_person(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    other = server.has(email="other@fabrikam.example")
    server.merge(record.id, other)

    after = await deliver(crm, None, record=record, fields={"title"})
    await crm.note(a_lead(), record, interest(2))

    assert after.id == other == only(server).record_id
    assert mark(interest(2)) in only(server).description


async def test_who_was_deleted_is_not_made_again(server: MarketoServer, crm: MarketoCrm) -> None:
    record = await deliver(crm)
    del server.persons[int(record.id)]

    with pytest.raises(CrmRejectedError, match=f"the person {record.id} was deleted in Marketo"):
        await deliver(crm, None, record=record, fields={"title"})
    with pytest.raises(CrmRejectedError, match="was deleted"):
        await crm.note(a_lead(), record, interest(2))


async def test_who_is_deleted_between_look_and_write_is_tried_again(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    server.meanwhile.extend([lambda: None, server.persons.clear])

    with pytest.raises(CrmUnavailableError, match="deleted or merged meanwhile"):
        await deliver(crm, None, record=record, fields={"title"})


# --- do not contact --------------------------------------------------------------------------


async def test_do_not_contact_is_set_on_a_new_person(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    await deliver(crm, a_lead(asked=False))

    assert only(server).do_not_contact


async def test_do_not_contact_of_a_person_who_was_there_is_set_by_the_suppression_list_alone(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.has(email=CONTACT.email)
    await deliver(crm, a_lead(asked=False))
    assert not only(server).do_not_contact

    await deliver(crm, a_lead(suppressed=True))
    assert only(server).do_not_contact


async def test_do_not_contact_is_set_once_and_what_sales_makes_of_it_stays(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    record = await deliver(crm, a_lead(suppressed=True), record=record, fields=set())
    assert only(server).do_not_contact

    server.has(int(record.id), unsubscribed=False)
    await deliver(crm, a_lead(suppressed=True), record=record, fields={"title"})
    assert not only(server).do_not_contact


# --- notes -----------------------------------------------------------------------------------


async def test_interests_stand_in_the_field_once_the_newest_first(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    for number in (2, 3, 2, 1):
        said = interest(number, description=f"Number {number} ✓")
        assert await crm.note(a_lead(), record, said) == f"submission-{number}"

    text = only(server).description
    places = [text.index(mark(interest(number))) for number in (3, 2, 1)]
    assert places == sorted(places)
    assert text.count("[submission ") == 3


async def test_an_interest_whose_answer_was_lost_is_noted_once(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    server.faults.extend([Fault.NONE, Fault.CUT_AFTER])
    with pytest.raises(CrmUnavailableError):
        await crm.note(a_lead(), record, interest(2))
    await crm.note(a_lead(), record, interest(2))

    assert only(server).description.count(mark(interest(2))) == 1


async def test_the_oldest_interests_give_way_when_the_field_is_full(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm, None, interest(1, description="🙂" * 5_000))
    await crm.note(a_lead(), record, interest(2, description="ü" * 8_000))

    text = only(server).description
    assert len(text.encode()) <= TEXT_AREA_BYTES
    assert mark(interest(2)) in text
    assert text.endswith("🙂…")


async def test_without_a_field_for_them_interests_are_not_sent(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    crm = crm_for(MARKETO_INTEREST_FIELD="", MARKETO_ID_FIELD="")
    record = await deliver(crm)
    server.calls.clear()

    assert await crm.note(a_lead(), record, interest(2)) == ""
    assert server.calls == []
    assert INTERESTS not in server.bodies[0]["input"][0]


# --- follow-ups and reminders ----------------------------------------------------------------


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
    gone = question(CrmRecord(id="1"), since, lead_id="gone")

    seen = await crm.follow_ups([*asked, gone])

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
    server.expire()
    server.answers.append(JSONResponse({"success": True, "result": [person]}))

    seen = await crm.follow_ups([question(CrmRecord(id="7"), START)])

    assert seen[LEAD_ID].at == START + HOUR / 2


async def test_a_reminder_goes_another_way(server: MarketoServer, crm: MarketoCrm) -> None:
    record = await deliver(crm)
    server.calls.clear()
    reminder = Reminder(reminder_id="r-1", subject="Zoë waits", text="", due_at=START)

    assert await crm.remind(a_lead(), record, reminder) == ""
    assert server.calls == []


# --- errors ----------------------------------------------------------------------------------


def skipped(code: str, message: str) -> Response:
    reasons = [{"code": code, "message": message}]
    return JSONResponse({"success": True, "result": [{"status": "skipped", "reasons": reasons}]})


@pytest.mark.parametrize(
    ("code", "error", "wait"),
    [
        ("603", CrmCredentialsError, None),
        ("606", CrmUnavailableError, timedelta(seconds=20)),
        ("608", CrmUnavailableError, None),
        ("610", CrmUnavailableError, None),
        ("614", CrmUnavailableError, None),
        ("615", CrmUnavailableError, None),
        ("713", CrmUnavailableError, None),
        ("500", CrmOutcomeUnknownError, None),
        ("502", CrmOutcomeUnknownError, None),
        ("604", CrmOutcomeUnknownError, None),
        ("611", CrmOutcomeUnknownError, None),
        ("605", CrmRejectedError, None),
        ("609", CrmRejectedError, None),
        ("612", CrmRejectedError, None),
        ("701", CrmRejectedError, None),
        ("710", CrmRejectedError, None),
    ],
)
async def test_errors_in_an_answer_of_200_are_told_as_what_they_are(
    server: MarketoServer, crm: MarketoCrm, code: str, error: type[CrmError], wait: timedelta | None
) -> None:
    server.answers.append(failed(code))
    with pytest.raises(error, match=f"^{code}: ") as raised:
        await deliver(crm)

    assert getattr(raised.value, "retry_after", None) == wait
    assert server.records() == []


@pytest.mark.parametrize("code", ["500", "502", "604", "611"])
async def test_what_may_be_done_twice_is_simply_done_again(
    server: MarketoServer, crm: MarketoCrm, code: str
) -> None:
    record = await deliver(crm)
    server.answers.append(failed(code))
    with pytest.raises(CrmUnavailableError):
        await deliver(crm, None, record=record, fields={"title"})


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (datetime(2026, 11, 2, 9, 0, tzinfo=UTC), 21),
        (datetime(2026, 11, 2, 5, 0, tzinfo=UTC), 1),
        (datetime(2026, 7, 2, 5, 30, tzinfo=UTC), 0.5),
        (datetime(2026, 7, 2, 6, 0, tzinfo=UTC), 24),
    ],
)
async def test_a_daily_quota_is_waited_for_until_midnight(
    server: MarketoServer, crm_for: CrmFor, now: datetime, hours: float
) -> None:
    server.now = clock = Clock(now)
    server.expire()
    server.answers.append(failed("607"))
    with pytest.raises(CrmUnavailableError, match="607") as raised:
        await deliver(crm_for(clock))

    assert raised.value.retry_after == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("1001", "Invalid value '{email}'. Required of type 'email'"),
        ("1006", "Field 'marketplaceLeadId' not found"),
        ("1008", "Access denied to partition 'EMEA'"),
        ("1018", "CRM Enabled"),
    ],
)
async def test_a_person_who_is_skipped_is_parked_with_the_reason_but_not_the_values(
    server: MarketoServer, crm: MarketoCrm, code: str, message: str
) -> None:
    server.answers.append(skipped(code, message.format(email=CONTACT.email)))
    with pytest.raises(CrmRejectedError) as raised:
        await deliver(crm)

    assert str(raised.value) == f"{code}: {message.format(email='…')}"


async def test_a_required_field_is_named(server: MarketoServer, crm: MarketoCrm) -> None:
    server.required.add("region")
    with pytest.raises(CrmRejectedError, match=r"1002: Missing value .* 'region'"):
        await deliver(crm)


@pytest.mark.parametrize(
    ("answer", "error", "match"),
    [
        (Response(status_code=404), CrmUnavailableError, "check MARKETO_URL"),
        (Response(status_code=413), CrmRejectedError, "413"),
        (Response(status_code=429, headers={"Retry-After": "42"}), CrmUnavailableError, "429"),
        (Response(status_code=503), CrmUnavailableError, "503"),
        (Response(status_code=502), CrmOutcomeUnknownError, "502"),
        (Response("null"), CrmOutcomeUnknownError, "no JSON object"),
        (JSONResponse({"success": True}), CrmOutcomeUnknownError, "neither a result nor"),
        (JSONResponse({"success": False}), CrmOutcomeUnknownError, "neither a result nor"),
        (
            JSONResponse({"success": True, "result": [{"status": "created"}]}),
            CrmOutcomeUnknownError,
            "no id of a person",
        ),
        (JSONResponse({"success": True, "result": []}), CrmOutcomeUnknownError, "no id"),
    ],
)
async def test_answers_other_than_documented_are_never_a_success(
    server: MarketoServer, crm: MarketoCrm, answer: Response, error: type[CrmError], match: str
) -> None:
    server.answers.append(answer)
    with pytest.raises(error, match=match):
        await deliver(crm)


async def test_a_person_without_an_id_is_no_answer(server: MarketoServer, crm: MarketoCrm) -> None:
    record = await deliver(crm)
    server.answers.append(JSONResponse({"success": True, "result": [{"leadStatus": "New"}]}))
    with pytest.raises(CrmUnavailableError, match="a person without an id"):
        await deliver(crm, None, record=record, fields={"title"})


# --- tokens ----------------------------------------------------------------------------------


async def test_many_calls_at_once_share_one_login(server: MarketoServer, crm: MarketoCrm) -> None:
    await asyncio.gather(*(crm.follow_ups([question(CrmRecord(id="1"), START)]) for _ in range(20)))

    assert server.logins == 1


async def test_a_token_is_fetched_anew_when_it_has_ended_and_not_before(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    server.now = clock = Clock(START)
    server.expire()
    crm = crm_for(clock)
    record = await deliver(crm)
    clock.advance(timedelta(minutes=58))  # to ask now is to get the same token again
    await crm.note(a_lead(), record, interest(2))
    assert server.logins == 1

    clock.advance(timedelta(minutes=3))
    await crm.note(a_lead(), record, interest(3))
    assert server.logins == 2
    assert mark(interest(3)) in only(server).description


async def test_a_token_that_is_refused_costs_one_login(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    server.expire()
    await crm.note(a_lead(), record, interest(2))

    assert server.logins == 2
    assert mark(interest(2)) in only(server).description


async def test_a_token_that_is_refused_twice_is_a_matter_of_credentials(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.faults.extend([Fault.UNAUTHORIZED] * 2)
    with pytest.raises(CrmCredentialsError, match="601: Access token invalid"):
        await deliver(crm)

    assert server.records() == []


async def test_a_wrong_secret_is_told_without_the_secret(
    crm_for: CrmFor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    crm = crm_for(MARKETO_CLIENT_SECRET="another-secret")
    with pytest.raises(CrmCredentialsError, match="refuses MARKETO_CLIENT_ID") as raised:
        await deliver(crm)

    logged = [r.getMessage() for r in caplog.records if not r.name.startswith("uvicorn")]
    assert logged
    assert "another-secret" not in f"{raised.value!r} {logged}"


@pytest.mark.parametrize(
    "answer", [{}, {"access_token": "t"}, {"access_token": "", "expires_in": 1}]
)
async def test_a_login_without_a_token_is_tried_again(
    server: MarketoServer, crm_for: CrmFor, answer: dict[str, object]
) -> None:
    server.login_answer = JSONResponse(answer)
    with pytest.raises(CrmUnavailableError, match="has no token"):
        await deliver(crm_for())


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, CrmUnavailableError), (502, CrmUnavailableError), (403, CrmCredentialsError)],
)
async def test_a_login_that_repeats_the_secret_is_told_without_it(
    server: MarketoServer, crm: MarketoCrm, status: int, error: type[CrmError]
) -> None:
    server.login_answer = Response(f"no {server.client_secret}", status)
    with pytest.raises(error, match=f"^{status}") as raised:
        await deliver(crm)

    assert server.client_secret not in str(raised.value)


# --- check and settings ----------------------------------------------------------------------


async def failing(crm: MarketoCrm) -> dict[str, str]:
    return {result.what: result.mend for result in await crm.check() if not result.ok}


async def test_a_check_of_an_instance_that_has_it_all_finds_nothing(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    results = await crm.check()

    assert all(result.ok and not result.mend for result in results)
    assert len(results) > 10
    assert server.records() == []


async def test_a_check_names_the_fields_that_are_missing(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    server.text_areas.clear()
    own = '{"offer": "{offer}", "updatedAt": "now"}'
    found = await failing(crm_for(MARKETO_ID_FIELD="ourId", MARKETO_FIELDS=own))

    assert list(found) == [
        "field ourId can be written",
        f"field {INTERESTS} can be written",
        "field offer can be written",
        "field updatedAt can be written",
        "persons can be found by ourId",
    ]
    assert found["field offer can be written"].startswith("create the field offer (Admin, Field")


async def test_a_check_says_what_is_lost_without_fields_of_our_own(crm_for: CrmFor) -> None:
    found = await failing(crm_for(MARKETO_ID_FIELD="", MARKETO_INTEREST_FIELD=""))

    assert list(found) == ["MARKETO_ID_FIELD is set", "MARKETO_INTEREST_FIELD is set"]
    assert found["MARKETO_ID_FIELD is set"].endswith("leads without e-mail are parked")


async def test_a_check_tells_a_permission_that_is_missing(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.may_write = False
    found = await failing(crm)

    assert list(found) == ["persons can be written (603: Access denied)"]
    assert "Read-Write Lead" in next(iter(found.values()))


async def test_a_check_tells_wrong_credentials_and_a_wrong_address(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    for given in ({"MARKETO_CLIENT_ID": "wrong"}, {"MARKETO_URL": f"{server.url}/wrong"}):
        [(what, mend)] = (await failing(crm_for(None, **given))).items()
        assert what.startswith("Marketo answers, and persons can be read (")
        assert mend.startswith("check MARKETO_URL, MARKETO_CLIENT_ID and MARKETO_CLIENT_SECRET")


async def test_an_answer_of_nothing_is_checked_as_an_instance_without_fields(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.answers.append(JSONResponse({"success": True, "result": []}))

    assert "field email can be written" in await failing(crm)


@pytest.mark.parametrize("end", ["/", "/rest", "/identity"])
async def test_an_address_as_marketo_shows_it_is_understood(
    server: MarketoServer, crm_for: CrmFor, end: str
) -> None:
    await deliver(crm_for(MARKETO_URL=server.url + end))

    assert only(server).lead_id == LEAD_ID


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"MARKETO_URL": ""}, "MARKETO_URL"),
        ({"MARKETO_URL": "http://000-aaa-000.mktorest.com"}, "MARKETO_URL: is 'http://000-aaa"),
        ({"MARKETO_CLIENT_SECRET": ""}, "MARKETO_CLIENT_SECRET"),
        (
            {"MARKETO_CLIENT_SECRET": "@Microsoft.KeyVault(x)"},
            "MARKETO_CLIENT_SECRET: .* Key Vault",
        ),
        ({"MARKETO_ID_FIELD": "Marketplace Lead Id"}, "MARKETO_ID_FIELD"),
        ({"MARKETO_FIELDS": "offer={offer}"}, "MARKETO_FIELDS"),
        ({"MARKETO_FIELDS": '{"a": "{price}"}'}, r"MARKETO_FIELDS: 'a' names \{price\}"),
    ],
)
def test_a_wrong_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], fault: str
) -> None:
    right = {
        "MARKETO_URL": "https://000-aaa-000.mktorest.com",
        "MARKETO_CLIENT_ID": "id",
        "MARKETO_CLIENT_SECRET": "secret",
    }
    for name, value in {**right, **given}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=fault) as raised:
        create()
    assert len(raised.value.faults) == 1


async def test_settings_that_fit_build_the_adapter(
    server: MarketoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.settings().items():
        monkeypatch.setenv(name, value)
    crm = create()

    assert isinstance(crm, MarketoCrm)
    assert (crm.tells_follow_up, crm.takes_notes) == (True, True)


async def test_two_leads_are_two_persons(server: MarketoServer, crm: MarketoCrm) -> None:
    await deliver(crm, a_lead(WITHOUT_EMAIL))
    await deliver(crm, a_lead(WITHOUT_EMAIL, lead_id=OTHER_LEAD_ID))

    assert [record.lead_id for record in server.records()] == [LEAD_ID, OTHER_LEAD_ID]
