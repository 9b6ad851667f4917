"""The destination HubSpot against a fake account on a socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import pytest
from starlette.responses import JSONResponse, Response

from shared.adapters.hubspot.adapter import HubspotCrm, create
from shared.adapters.hubspot.settings import HubspotSettings
from shared.delivery import CrmRecord
from shared.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmUnavailableError,
    CrmUncertainError,
    SettingsError,
)
from shared.follow_up import FollowUp
from shared.lead import CONTACT_FIELDS, Contact, Interest, Lead
from shared.ports.crm import Changed, Crm, FollowUpQuestion, Reminder, Upserted
from tests.crm_servers.hubspot import HubspotServer, error
from tests.crm_servers.server import Fault
from tests.examples import CONTACT, LEAD_ID, OTHER_LEAD_ID, interest, lead
from tests.fakes import START

CONTACTS = "/crm/objects/2026-09/contacts"
CREATE = f"POST {CONTACTS}"
BY_EMAIL = f"PATCH {CONTACTS}/{CONTACT.email}"
NOTES = "/crm/objects/2026-09/notes"
TASKS = "/crm/objects/2026-09/tasks"
BATCH = f"POST {CONTACTS}/batch/read"
ALL = frozenset(CONTACT_FIELDS)
FIRST = interest(1, description="Hello")
SECOND = interest(2, description="“Zwei” <b>&amp; 🙂\n\tthird line")

WANTED = replace(lead(), suppressed=False, follow_up=FollowUp())
UNWANTED = replace(WANTED, asked_for_contact=False)
NO_EMAIL = replace(WANTED, contact=replace(CONTACT, email=""))
REMINDER = Reminder(
    reminder_id="r-1", subject="Overdue: Zoë", text="Call <now>\nplease", due_at=START
)


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[HubspotServer]:
    async with HubspotServer().running() as running:
        yield running


@pytest.fixture
def server(running: HubspotServer) -> HubspotServer:
    """Return the server of all tests with a new account in it."""
    new = HubspotServer()
    new.url = running.url
    vars(running).update(vars(new))
    return running


class CrmFor(Protocol):
    def __call__(self, *, now: datetime = START, **given: str) -> HubspotCrm:
        """Build the adapter with some settings other than those that fit."""


@pytest.fixture
async def crm_for(server: HubspotServer) -> AsyncIterator[CrmFor]:
    built: list[HubspotCrm] = []

    def build(*, now: datetime = START, **given: str) -> HubspotCrm:
        named = {name: value for name, value in (server.settings() | given).items() if value}
        settings = HubspotSettings.model_validate(named)
        built.append(HubspotCrm(settings, clock=lambda: now))
        return built[-1]

    yield build
    for crm in built:
        await crm.close()


@pytest.fixture
def crm(crm_for: CrmFor) -> HubspotCrm:
    return crm_for()


def changed(
    *interests: Interest, record: CrmRecord | None = None, fields: frozenset[str] = ALL
) -> Changed:
    return Changed(record=record, fields=fields, interests=interests)


async def deliver(
    crm: HubspotCrm,
    new: Lead = WANTED,
    *interests: Interest,
    record: CrmRecord | None = None,
    uncertain: bool = False,
    fields: frozenset[str] = ALL,
) -> CrmRecord:
    """Do what a delivery does, and return the record."""
    done = await delivered(crm, new, *interests, record=record, uncertain=uncertain, fields=fields)
    return done.record


async def delivered(
    crm: HubspotCrm,
    new: Lead = WANTED,
    *interests: Interest,
    record: CrmRecord | None = None,
    uncertain: bool = False,
    fields: frozenset[str] = ALL,
) -> Upserted:
    """Do what a delivery does: the upsert, and a note for each interest that was not written."""
    given = interests or (FIRST,)
    what = changed(*given, record=record, fields=fields)
    done = await crm.upsert(new, what, uncertain=uncertain)
    for one in given:
        if one.submission.submission_id not in done.holds:
            await crm.note(new, done.record, one)
    return done


def question(
    record: CrmRecord, since: datetime = START, lead_id: str = LEAD_ID
) -> FollowUpQuestion:
    return FollowUpQuestion(lead_id=lead_id, record=record, since=since)


# Creating and updating


async def test_a_new_contact_is_looked_up_by_email_and_then_created_whole(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    done = await delivered(crm)
    record = done.record

    [(lookup, _), (created, body)] = server.bodies[1:]
    assert (lookup, created) == (BY_EMAIL, CREATE)
    message = body["properties"].pop("message")
    assert body["properties"] == {
        "firstname": CONTACT.first_name,
        "lastname": CONTACT.last_name,
        "email": CONTACT.email,
        "phone": CONTACT.phone,
        "country": CONTACT.country,
        "company": CONTACT.company,
        "jobtitle": CONTACT.title,
        "hubspot_owner_id": "77",
        "hs_lead_status": "NEW",
        "marketplace_lead_id": LEAD_ID,
    }
    assert message.startswith("Microsoft marketplace: Get it now, Things")
    assert message.endswith("Hello\n[submission submission-1]")
    assert record.url == f"https://app.hubspot.com/contacts/1/record/0-1/{record.id}"
    assert done.created
    assert done.remarks == ()


async def test_an_update_sends_only_what_changed(server: HubspotServer, crm: HubspotCrm) -> None:
    record = await deliver(crm)
    server.sales_corrects(record.id, "phone", "+1 555 0100")
    server.sales_owns(record.id, "88", "CONNECTED")
    server.bodies.clear()
    moved = replace(WANTED, contact=replace(CONTACT, title="CTO"))

    again = await deliver(crm, moved, SECOND, record=record, fields=frozenset({"title", "email"}))

    [seen] = server.records()
    assert server.bodies[0] == (
        f"PATCH {CONTACTS}/{record.id}",
        {"properties": {"jobtitle": "CTO"}},
    )
    assert (seen.values["title"], seen.values["phone"]) == ("CTO", "+1 555 0100")
    assert (seen.owner, seen.status) == ("88", "CONNECTED")
    assert (again.id, again.url, again.baseline) == (record.id, record.url, record.baseline)
    assert "Hello" in seen.description
    [note] = seen.notes
    assert "“Zwei” <b>&amp; 🙂\n\tthird line\n[submission submission-2]" in note


async def test_a_contact_that_sales_had_keeps_what_is_theirs_and_gets_a_note(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    known = server.has(
        email=CONTACT.email, hubspot_owner_id="88", hs_lead_status="OPEN", lifecyclestage="customer"
    )
    crm = crm_for(HUBSPOT_LIFECYCLE_STAGE="lead")

    record = await deliver(crm, WANTED, FIRST, SECOND)

    [seen] = server.records()
    assert record.id == known
    assert (seen.owner, seen.status, seen.description) == ("88", "OPEN", "")
    assert server.contacts[known]["lifecyclestage"] == "customer"
    assert seen.values == {name: getattr(CONTACT, name) for name in CONTACT_FIELDS}
    assert [("Hello" in note, "Zwei" in note) for note in seen.notes] == [
        (True, False),
        (False, True),
    ]


@pytest.mark.parametrize("who", [WANTED, NO_EMAIL], ids=["email", "our id"])
async def test_of_many_at_once_one_contact_is_created(
    server: HubspotServer, crm: HubspotCrm, who: Lead
) -> None:
    made = await asyncio.gather(
        *(crm.upsert(who, changed(FIRST), uncertain=False) for _ in range(20))
    )

    [seen] = server.records()
    assert {done.record.id for done in made} == {seen.record_id}
    assert [done.created for done in made].count(True) == 1
    assert seen.notes == []


async def test_a_contact_that_appears_after_the_lookup_is_updated(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    known = server.has(email=CONTACT.email, phone="old")
    server.answers_at[BY_EMAIL] = error(404, "OBJECT_NOT_FOUND", "resource not found")

    record = await deliver(crm)

    assert record.id == known
    assert server.contacts[known]["phone"] == CONTACT.phone
    assert "hubspot_owner_id" not in server.contacts[known]


async def test_a_contact_that_is_gone_is_created_anew(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    record = replace(record, baseline=record.baseline | {"num_contacted_notes": "5"})
    del server.contacts[record.id]

    again = await deliver(crm, WANTED, SECOND, record=record)

    [seen] = server.records()
    assert again.id == seen.record_id != record.id
    assert "Zwei" in seen.description
    assert seen.notes == []
    assert again.baseline["num_contacted_notes"] == ""


@pytest.mark.parametrize("email", ["zoë.o'hara+1@straße.example", 'a/b%40c?d"#@fabrikam.example'])
async def test_unusual_addresses_are_found_again(
    server: HubspotServer, crm: HubspotCrm, email: str
) -> None:
    who = replace(WANTED, contact=replace(CONTACT, email=email))

    assert (await deliver(crm, who)).id == (await deliver(crm, who)).id

    assert len(server.contacts) == 1


async def test_a_doubtful_email_is_told_to_sales_and_not_to_hubspot(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    await deliver(crm, replace(WANTED, contact=replace(CONTACT, email="zoe at fabrikam")))

    [seen] = server.records()
    assert seen.values["email"] == ""
    assert "E-mail as given: zoe at fabrikam" in seen.description


async def test_a_lead_without_name_and_email_gets_a_last_name(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    await deliver(crm, replace(WANTED, contact=Contact(company="Fabrikam")))

    [seen] = server.records()
    assert (seen.values["last_name"], seen.values["company"]) == ("Marketplace lead", "Fabrikam")


async def test_own_fields_are_set_on_create_and_cut_with_a_remark(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    given = json.dumps({"product": "x{offer_title}" + "y" * 65_536})
    crm = crm_for(HUBSPOT_FIELDS=given)

    done = await delivered(crm)

    product = server.contacts[done.record.id]["product"]
    assert (len(product), product[:7], product[-1]) == (65_536, "xThings", "…")
    assert done.remarks == ("product cut to 65536 characters",)


async def test_a_message_that_is_too_long_is_cut_before_its_mark(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    await deliver(crm, WANTED, interest(1, description="é🙂" * 40_000))

    [seen] = server.records()
    assert seen.description.endswith("…\n[submission submission-1]")
    assert len(seen.description.encode("utf-16-le")) <= 2 * 65_536


# Uncertain


@pytest.mark.parametrize("fault", [Fault.CUT_AFTER, Fault.NO_ID, Fault.HTML, Fault.HALF_A_BODY])
@pytest.mark.parametrize("who", [WANTED, NO_EMAIL], ids=["email", "our id"])
async def test_a_create_without_an_answer_is_unknown_and_found_when_uncertain(
    server: HubspotServer, crm: HubspotCrm, who: Lead, fault: Fault
) -> None:
    server.faults_at[CREATE] = fault

    with pytest.raises(CrmOutcomeUnknownError):
        await deliver(crm, who)
    record = await deliver(crm, who, FIRST, SECOND, uncertain=True)

    [seen] = server.records()
    assert seen.record_id == record.id
    assert (seen.owner, seen.status) == ("77", "NEW")
    assert "Hello" in seen.description
    assert ["Zwei" in note for note in seen.notes] == [True]


async def test_without_email_and_our_property_an_unanswered_create_is_for_a_person(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.unique.clear()
    server.faults_at[CREATE] = Fault.CUT_AFTER

    with pytest.raises(CrmOutcomeUnknownError):
        await deliver(crm, NO_EMAIL)
    with pytest.raises(CrmUncertainError, match="marketplace_lead_id with unique values"):
        await deliver(crm, NO_EMAIL, uncertain=True)

    assert len(server.contacts) == 1


async def test_without_email_and_our_property_a_contact_is_created_and_known_by_its_id(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.unique.clear()
    server.properties.remove("marketplace_lead_id")

    record = await deliver(crm, NO_EMAIL)
    again = await deliver(crm, NO_EMAIL, SECOND, record=record)

    [seen] = server.records()
    assert (record.id, again.id, seen.lead_id) == (seen.record_id, seen.record_id, "")
    assert len(seen.notes) == 1


async def test_an_uncertain_create_that_never_arrived_is_done(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm, WANTED, FIRST, SECOND, uncertain=True)

    [seen] = server.records()
    assert (seen.record_id, len(seen.notes)) == (record.id, 1)
    assert "Hello" in seen.description


# Errors


@pytest.mark.parametrize("status", [408, 423, 425, 429, 477, 500, 502, 503, 504])
async def test_an_update_waits_for_better_times(
    server: HubspotServer, crm: HubspotCrm, status: int
) -> None:
    server.answers_at[BY_EMAIL] = Response("{}", status, {"Retry-After": "40"})

    with pytest.raises(CrmUnavailableError, match=f"^{status}") as caught:
        await deliver(crm)

    assert caught.value.retry_after == timedelta(seconds=40)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (423, CrmUnavailableError),
        (429, CrmUnavailableError),
        (477, CrmUnavailableError),
        (500, CrmOutcomeUnknownError),
        (502, CrmOutcomeUnknownError),
        (503, CrmUnavailableError),
        (504, CrmOutcomeUnknownError),
        (520, CrmOutcomeUnknownError),
        (521, CrmUnavailableError),
        (522, CrmOutcomeUnknownError),
        (523, CrmUnavailableError),
        (524, CrmOutcomeUnknownError),
        (302, CrmUnavailableError),
        (400, CrmRejectedError),
        (404, CrmUnavailableError),
        (409, CrmRejectedError),
        (414, CrmRejectedError),
        (401, CrmCredentialsError),
        (403, CrmCredentialsError),
    ],
)
async def test_a_create_is_repeated_only_if_nothing_was_done(
    server: HubspotServer, crm: HubspotCrm, status: int, expected: type[CrmError]
) -> None:
    server.answers_at[CREATE] = JSONResponse({"message": "no"}, status)
    if status == 401:  # it is asked twice
        server.faults_at[CREATE] = Fault.UNAUTHORIZED

    with pytest.raises(expected):
        await deliver(crm)


async def test_ten_seconds_of_throttling_are_waited_for_on_our_own_schedule(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.faults.extend([Fault.THROTTLED_WITHOUT_WAIT, Fault.THROTTLED])
    for wait in (None, timedelta(seconds=42)):
        with pytest.raises(CrmUnavailableError, match="429") as caught:
            await deliver(crm)
        assert caught.value.retry_after == wait
    await deliver(crm)


@pytest.mark.parametrize(
    ("now", "zone", "wait"),
    [
        (datetime(2026, 11, 2, 22, 30, tzinfo=UTC), "Europe/Berlin", timedelta(minutes=30)),
        (datetime(2026, 11, 2, 23, 0, tzinfo=UTC), "Europe/Berlin", timedelta(hours=24)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), "Europe/Berlin", timedelta(hours=25)),
        (datetime(2026, 11, 2, 3, 20, tzinfo=UTC), "US/Eastern", timedelta(hours=1, minutes=40)),
        (datetime(2026, 11, 2, 3, 20, tzinfo=UTC), "", timedelta(minutes=40)),
        (datetime(2026, 11, 2, 4, 0, tzinfo=UTC), "", timedelta(hours=1)),
    ],
)
async def test_the_daily_limit_ends_at_midnight_of_the_account(
    server: HubspotServer, now: datetime, zone: str, wait: timedelta, crm_for: CrmFor
) -> None:
    crm = crm_for(now=now, HUBSPOT_TIME_ZONE=zone)
    daily = "You have reached your daily limit."
    server.answers_at[BY_EMAIL] = error(429, "RATE_LIMITS", daily, policyName="DAILY")

    with pytest.raises(CrmUnavailableError, match=daily) as caught:
        await deliver(crm)

    assert caught.value.retry_after == wait


async def test_a_refused_key_is_tried_once_more(server: HubspotServer, crm: HubspotCrm) -> None:
    server.faults.append(Fault.UNAUTHORIZED)

    await deliver(crm)

    assert len(server.contacts) == 1


async def test_a_key_that_is_refused_twice_is_the_operators_and_not_shown(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    crm = crm_for(HUBSPOT_TOKEN="pat-eu1-secret")

    with pytest.raises(CrmCredentialsError, match="INVALID_AUTHENTICATION") as caught:
        await deliver(crm)

    assert "secret" not in str(caught.value)


async def test_a_missing_scope_is_named(server: HubspotServer, crm: HubspotCrm) -> None:
    server.scopes.remove("crm.objects.contacts.write")

    with pytest.raises(CrmCredentialsError, match=r"MISSING_SCOPES.*crm\.objects\.contacts\.write"):
        await deliver(crm)


async def test_a_refused_property_is_named_without_its_value(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    server.required = {"industry"}
    crm = crm_for(HUBSPOT_LEAD_STATUS="NEWISH")

    with pytest.raises(CrmRejectedError, match=r"400 VALIDATION_ERROR.*industry") as caught:
        await deliver(crm)

    assert "hs_lead_status" in str(caught.value)
    assert server.contacts == {}


async def test_an_error_does_not_repeat_what_the_customer_said(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    about = f'Email "{CONTACT.email.upper()}" of {CONTACT.last_name} in de is bad, like NEW'
    server.answers_at[CREATE] = error(400, "VALIDATION_ERROR", about, email=[CONTACT.email])
    server.answers_at[BY_EMAIL] = error(404, "OBJECT_NOT_FOUND", "resource not found")

    with pytest.raises(CrmRejectedError) as caught:
        await deliver(crm)

    assert 'Email "…" of … in de is bad, like NEW' in str(caught.value)
    assert "email: …" in str(caught.value)
    server.answers_at[BY_EMAIL] = error(400, "VALIDATION_ERROR", f"{CONTACT.email} is bad")
    with pytest.raises(CrmRejectedError, match=r"VALIDATION_ERROR, … is bad$"):
        await deliver(crm)


@pytest.mark.parametrize(("version", "path"), [("2099-03", ""), ("2026-09", "/x")])
async def test_a_wrong_address_or_version_never_costs_a_lead(
    server: HubspotServer, crm_for: CrmFor, version: str, path: str
) -> None:
    crm = crm_for(HUBSPOT_API_VERSION=version, HUBSPOT_URL=server.url + path)

    with pytest.raises(CrmUnavailableError, match="HUBSPOT_URL and HUBSPOT_API_VERSION"):
        await deliver(crm)


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.HALF_A_BODY, Fault.REDIRECT, Fault.NO_ID])
async def test_an_update_with_nonsense_for_an_answer_is_not_delivered(
    server: HubspotServer, crm: HubspotCrm, fault: Fault
) -> None:
    record = await deliver(crm)
    server.faults_at[f"PATCH {CONTACTS}/{record.id}"] = fault

    with pytest.raises(CrmUnavailableError):
        await deliver(crm, WANTED, SECOND, record=record)


async def test_nobody_is_there(crm: HubspotCrm, server: HubspotServer, crm_for: CrmFor) -> None:
    server.down = True
    with pytest.raises(CrmUnavailableError):
        await deliver(crm)
    crm = crm_for(HUBSPOT_URL="http://127.0.0.1:1")
    with pytest.raises(CrmUnavailableError, match="can't be reached"):
        await deliver(crm)


# Notes


async def test_a_note_is_written_once_however_often_it_is_sent(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)

    ids = {(await crm.note(WANTED, record, SECOND)).id for _ in range(3)}

    [(made, note)] = server.attached["notes"].items()
    assert ids == {made}
    assert note["hs_timestamp"] == "2026-11-02T09:02:00.000Z"
    assert "&lt;b&gt;&amp;amp; 🙂<br>\tthird line<br>[submission" in note["hs_note_body"]


async def test_a_note_is_found_among_many(server: HubspotServer, crm: HubspotCrm) -> None:
    record = await deliver(crm)
    server.page_size = 120
    for number in range(2, 302):
        body = {"hs_note_body": f"<p>Called [submission submission-{number}]</p>"}
        server.attached["notes"][f"9{number}"] = body
        server.of[f"9{number}"] = record.id

    assert (await crm.note(WANTED, record, interest(301))).id == "9301"


@pytest.mark.parametrize("fault", [Fault.CUT_AFTER, Fault.NO_ID, Fault.HTML])
async def test_a_note_without_an_answer_is_unknown_and_found_the_next_time(
    server: HubspotServer, crm: HubspotCrm, fault: Fault
) -> None:
    record = await deliver(crm)
    server.faults_at[f"POST {NOTES}"] = fault

    with pytest.raises(CrmOutcomeUnknownError):
        await crm.note(WANTED, record, SECOND)
    await crm.note(WANTED, record, SECOND)

    assert len(server.attached["notes"]) == 1


async def test_a_first_note_that_failed_is_made_up_for(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.has(email=CONTACT.email)
    server.faults_at[f"POST {NOTES}"] = Fault.THROTTLED

    with pytest.raises(CrmUnavailableError):
        await deliver(crm)
    await deliver(crm)

    [seen] = server.records()
    assert ["Hello" in note for note in seen.notes] == [True]


@pytest.mark.parametrize("text", ["<" * 32_000, "é🙂" * 40_000, "a\n" * 30_000])
async def test_a_note_is_cut_before_its_mark_and_never_within_an_entity(
    server: HubspotServer, crm: HubspotCrm, text: str
) -> None:
    record = await deliver(crm)

    ids = {await crm.note(WANTED, record, interest(2, description=text)) for _ in range(2)}

    [note] = server.records()[0].notes
    [body] = [given["hs_note_body"] for given in server.attached["notes"].values()]
    assert len(ids) == 1
    assert len(body.encode("utf-16-le")) <= 2 * 65_536
    assert note.endswith("…\n[submission submission-2]")
    assert note.removesuffix("…\n[submission submission-2]")[-1] in text


async def test_a_note_for_a_contact_that_is_gone_is_refused(crm: HubspotCrm) -> None:
    with pytest.raises(CrmRejectedError, match="404 OBJECT_NOT_FOUND"):
        await crm.note(WANTED, CrmRecord(id="12345"), SECOND)


# Do not contact


async def test_whom_nobody_may_contact_is_unsubscribed(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    done = await delivered(crm, UNWANTED)

    assert server.records()[0].do_not_contact
    assert done.remarks == ()


async def test_do_not_contact_is_set_when_it_becomes_so_and_only_once(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    assert not server.records()[0].do_not_contact
    suppressed = replace(WANTED, suppressed=True)

    record = await deliver(crm, suppressed, SECOND, record=record)
    assert server.records()[0].do_not_contact
    server.unsubscribed.clear()  # the customer subscribes again
    await deliver(crm, suppressed, interest(3), record=record)
    await deliver(crm, WANTED, interest(4), record=record)

    assert not server.records()[0].do_not_contact


async def test_a_contact_that_sales_had_is_unsubscribed_for_our_suppression_list_only(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.has(email=CONTACT.email)

    record = await deliver(crm, UNWANTED)
    assert not server.records()[0].do_not_contact
    await deliver(crm, replace(UNWANTED, suppressed=True), SECOND, record=record)

    assert server.records()[0].do_not_contact


async def test_an_unsubscription_that_failed_is_made_up_for(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.scopes.remove("communication_preferences.read_write")
    with pytest.raises(CrmCredentialsError, match=r"communication_preferences\.read_write"):
        await deliver(crm, UNWANTED)
    server.scopes.add("communication_preferences.read_write")

    await deliver(crm, UNWANTED)

    [seen] = server.records()
    assert seen.do_not_contact
    assert seen.notes == []


@pytest.mark.parametrize("answer", ['{"numErrors": 1}', "<html>"])
async def test_an_unsubscription_that_only_looks_done_is_not(
    server: HubspotServer, crm: HubspotCrm, answer: str
) -> None:
    path = f"/communication-preferences/2026-09/statuses/{CONTACT.email}/unsubscribe-all"
    server.answers_at[f"POST {path}"] = Response(answer)

    with pytest.raises(CrmUnavailableError):
        await deliver(crm, UNWANTED)


async def test_where_nothing_can_be_unsubscribed_there_is_a_remark(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    off = crm_for(HUBSPOT_UNSUBSCRIBE="false")
    no_address = replace(NO_EMAIL, asked_for_contact=False)

    assert "HUBSPOT_UNSUBSCRIBE" in (await delivered(off, UNWANTED)).remarks[0]
    assert "no e-mail" in (await delivered(crm_for(), no_address)).remarks[0]
    assert server.unsubscribed == set()


# Follow-up


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

    assert START < seen[LEAD_ID].at <= now


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
    assert server.calls == [BATCH] * 3


async def test_a_contact_that_is_gone_does_not_keep_the_others_from_being_seen(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    server.sales_acts(record.id)
    gone = question(CrmRecord(id="404"), lead_id=OTHER_LEAD_ID)

    assert set(await crm.follow_ups([gone, question(record)])) == {LEAD_ID}


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


# Reminders


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


# Checking and settings


async def failed(crm: HubspotCrm) -> Sequence[str]:
    return [f"{found.what}: {found.mend}" for found in await crm.check() if not found.ok]


async def test_a_complete_account_passes_and_is_not_changed(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    crm = crm_for(
        HUBSPOT_TIME_ZONE="Asia/Calcutta",
        HUBSPOT_LIFECYCLE_STAGE="lead",
        HUBSPOT_FIELDS='{"product": "{offer}"}',
    )

    results = await crm.check()

    assert all(found.ok and not found.mend for found in results)
    assert len(results) == 11
    assert (server.contacts, server.unsubscribed) == ({}, set())


async def test_everything_that_is_missing_is_named_with_the_step_to_mend_it(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    server.properties -= {"marketplace_lead_id"}
    server.scopes -= {"crm.objects.contacts.write", "communication_preferences.read_write"}
    crm = crm_for(
        HUBSPOT_OWNER="66",
        HUBSPOT_TIME_ZONE="Europe/Berlin",
        HUBSPOT_LEAD_STATUS="Brand new",
        HUBSPOT_LIFECYCLE_STAGE="Lead",
        HUBSPOT_FIELDS='{"products": "", "num_contacted_notes": "1"}',
    )

    found = await failed(crm)

    expected = [
        "set it to Asia/Kolkata",
        "give the Service Key the scope crm.objects.contacts.write",
        "correct HUBSPOT_OWNER",
        "or set HUBSPOT_UNSUBSCRIBE to false",
        "internal name marketplace_lead_id",
        "HUBSPOT_LEAD_STATUS Brand new exists: set it to the internal name",
        "HUBSPOT_LIFECYCLE_STAGE Lead exists",
        "create the contact property products",
        "property num_contacted_notes can be set",
    ]
    assert len(found) == len(expected)
    assert [part for part, line in zip(expected, found, strict=True) if part not in line] == []


async def test_a_wrong_key_is_all_that_is_told(server: HubspotServer, crm_for: CrmFor) -> None:
    [line] = await failed(crm_for(HUBSPOT_TOKEN="wrong"))

    assert "set HUBSPOT_TOKEN to a Service Key" in line


async def test_a_key_that_can_read_nothing_is_told_so(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    server.scopes.clear()
    crm = crm_for(HUBSPOT_UNSUBSCRIBE="false")

    lines = await failed(crm)

    assert [line.split(":")[0] for line in lines] == [
        "contacts can be read",
        "contacts can be written",
        "owner 77 exists",
        "properties can be read",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUBSPOT_TOKEN", ""),
        ("HUBSPOT_TOKEN", "two words"),
        ("HUBSPOT_TOKEN", "@Microsoft.KeyVault(SecretUri=https://v.example/secrets/t)"),
        ("HUBSPOT_URL", "http://hubspot.example"),
        ("HUBSPOT_API_VERSION", "v3"),
        ("HUBSPOT_OWNER", "anna@fabrikam.example"),
        ("HUBSPOT_FIELDS", "{"),
        ("HUBSPOT_FIELDS", '["a"]'),
        ("HUBSPOT_FIELDS", '{"product": "{price}"}'),
        ("HUBSPOT_ID_PROPERTY", "Lead Id"),
        ("HUBSPOT_UNSUBSCRIBE", "perhaps"),
        ("HUBSPOT_TIME_ZONE", "Berlin"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv("HUBSPOT_TOKEN", "key")
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=f"- {name}: "):
        create()


def test_a_token_is_all_that_must_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBSPOT_TOKEN", "key")

    crm: Crm = create()

    assert crm.tells_follow_up is True


def test_a_time_zone_is_read() -> None:
    settings = HubspotSettings.model_validate(
        {"HUBSPOT_TOKEN": "key", "HUBSPOT_TIME_ZONE": "Europe/Berlin"}
    )

    assert settings.time_zone == ZoneInfo("Europe/Berlin")


# What sales deletes, completes, and what the publisher sets


async def test_a_deleted_contact_is_made_anew_with_a_remark(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    before = await deliver(crm)
    server.sales_deletes(before.id)

    done = await delivered(crm, WANTED, SECOND, record=before, fields=frozenset())

    [contact_id] = server.contacts
    assert done.record.id == contact_id != before.id
    assert done.created
    assert done.remarks == (f"record {before.id} was deleted there: made anew",)
    assert server.records()[0].values["last_name"] == CONTACT.last_name


@pytest.mark.parametrize("ours", [True, False])
async def test_a_completed_task_counts_unless_it_is_our_reminder(
    server: HubspotServer, crm: HubspotCrm, *, ours: bool
) -> None:
    record = await deliver(crm)
    reminder = Reminder(reminder_id="r1", subject="Nobody has answered", text="…", due_at=START)
    task_id = await crm.remind(WANTED, record, reminder)
    if not ours:
        server.attached["tasks"][task_id]["hs_task_body"] = "Call them"
    server.completes(task_id)

    seen = await crm.follow_ups([question(record)])

    assert list(seen) == ([] if ours else [LEAD_ID])


async def test_a_choice_sets_an_option_and_a_field_of_the_publishers_is_left_alone_later(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    fields = {
        "product": {"of": "{offer}", "values": {"things": "Things Pro"}},
        "country": {"of": "{country}", "values": {"de": "Germany"}},
    }
    crm = crm_for(HUBSPOT_FIELDS=json.dumps(fields))

    record = await deliver(crm)
    await deliver(crm, WANTED, SECOND, record=record)

    contact = server.contacts[record.id]
    assert (contact["product"], contact["country"]) == ("Things Pro", "Germany")
