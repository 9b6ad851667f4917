"""Contacts that sales deletes or merges, at any moment of a delivery."""

from dataclasses import replace

import pytest

from local.fakes.faults import Fault, Reply
from local.fakes.hubspot import HubspotServer, error
from shared.destinations.hubspot.adapter import HubspotCrm
from shared.domain.errors import CrmOutcomeUnknownError, CrmUnavailableError
from shared.domain.lead import Lead
from tests.destinations.hubspot.world import (
    CONTACTS,
    CREATE,
    FIRST,
    MOVED,
    NOTES,
    REMINDER,
    SECOND,
    WANTED,
    CrmFor,
    deliver,
    delivered,
    question,
    update_of,
)
from tests.examples import CONTACT, LEAD_ID, interest

REFUSED = error(400, "VALIDATION_ERROR", "Some associations could not be created")


async def test_a_merged_contact_goes_on_under_its_new_id(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    before = await deliver(crm)
    merged = server.sales_merges(before.id, server.has(email="z@fabrikam.example", company="Inc."))

    done = await delivered(crm, MOVED, SECOND, record=before, fields=frozenset({"title"}))

    [seen] = server.records()
    assert done.record.id == seen.record_id == merged
    assert done.remarks == (f"record {before.id} was merged into {merged}",)
    assert ["Zwei" in note for note in seen.notes] == [True]
    again = await delivered(crm, MOVED, interest(3), record=done.record, fields=frozenset())
    assert (again.record.id, again.remarks) == (merged, ())
    assert len(server.records()[0].notes) == 2


async def test_a_merged_contact_is_sales_too_and_only_its_empty_properties_are_filled(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    before = await deliver(crm, replace(WANTED, contact=replace(CONTACT, phone="")))
    other = server.has(email="z@fabrikam.example", jobtitle="CEO")
    merged = server.sales_merges(other, before.id)
    moved = replace(MOVED, contact=replace(MOVED.contact, phone="+49 1"))
    second = replace(SECOND, submission=replace(SECOND.submission, contact=moved.contact))

    record = await deliver(crm, moved, second, record=before)

    values = server.records()[0].values
    assert (record.id, values["title"], values["phone"]) == (merged, "CEO", "+49 1")
    assert "\nJob title as given: CTO\n" in server.records()[0].notes[0]


async def test_a_merge_is_no_follow_up_but_what_sales_does_after_it_is(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    before = await deliver(crm)
    theirs = server.has(
        email="z@fabrikam.example",
        hs_lead_status="CONNECTED",
        num_contacted_notes="7",
        notes_last_contacted="2026-11-02T08:30:00Z",
    )
    merged = server.sales_merges(theirs, before.id)
    assert await crm.follow_ups([question(before)]) == {}

    record = await deliver(crm, WANTED, SECOND, record=before, fields=frozenset())
    assert await crm.follow_ups([question(record)]) == {}

    server.sales_acts(merged)
    assert set(await crm.follow_ups([question(before)])) == {LEAD_ID}
    assert set(await crm.follow_ups([question(record)])) == {LEAD_ID}


async def test_notes_and_reminders_find_a_merged_contact(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    before = await deliver(crm)
    reminded = await crm.remind(WANTED, before, REMINDER)
    merged = server.sales_merges(server.has(email="z@fabrikam.example"), before.id)

    note = await crm.note(WANTED, before, SECOND)
    again = await crm.note(WANTED, before, SECOND)

    assert (note.id, server.of[note.id]) == (again.id, merged)
    assert await crm.remind(WANTED, before, REMINDER) == reminded


async def test_a_lost_answer_while_a_contact_is_re_created_makes_no_second_one(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    before = await deliver(crm)
    server.sales_deletes(before.id)
    server.faults_at[CREATE] = Fault.CUT_AFTER
    with pytest.raises(CrmOutcomeUnknownError):
        await deliver(crm, WANTED, SECOND, record=before)

    done = await delivered(crm, WANTED, SECOND, record=before, uncertain=True)

    [seen] = server.records()
    assert (done.record.id, seen.notes) == (seen.record_id, [])
    assert done.remarks == (f"record {before.id} was deleted there: re-created",)
    assert "Zwei" in seen.description


async def test_a_contact_that_is_deleted_before_the_update_is_re_created_at_once(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    before = await deliver(crm)
    server.meanwhile_at[update_of(before)] = lambda: server.sales_deletes(before.id)

    done = await delivered(crm, MOVED, SECOND, record=before)

    [seen] = server.records()
    assert done.created
    assert (done.record.id, seen.values["title"]) == (seen.record_id, "CTO")
    assert "Zwei" in seen.description


@pytest.mark.parametrize("who", [WANTED, replace(WANTED, contact=replace(CONTACT, email=""))])
async def test_a_contact_that_is_deleted_before_its_note_is_re_created_by_the_next_attempt(
    server: HubspotServer, crm: HubspotCrm, who: Lead
) -> None:
    before = await deliver(crm, who)
    server.meanwhile_at[f"POST {NOTES}"] = lambda: server.sales_deletes(before.id)

    with pytest.raises(CrmUnavailableError, match=f"contact {before.id} was deleted meanwhile"):
        await deliver(crm, who, SECOND, record=before, fields=frozenset())
    done = await delivered(crm, who, SECOND, record=before, fields=frozenset())

    assert done.created
    assert "Zwei" in server.records()[0].description


async def test_a_note_goes_to_the_contact_that_has_taken_the_place_of_a_deleted_one(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    before = await deliver(crm)

    def replaced() -> None:
        server.sales_deletes(before.id)
        server.has(email=CONTACT.email)

    server.meanwhile_at[f"POST {NOTES}"] = replaced
    await deliver(crm, WANTED, SECOND, record=before, fields=frozenset())

    assert ["Zwei" in note for note in server.records()[0].notes] == [True]


async def test_a_refused_note_is_tried_again(server: HubspotServer, crm: HubspotCrm) -> None:
    before = await deliver(crm)
    server.answers_at[f"POST {NOTES}"] = REFUSED

    done = await delivered(crm, WANTED, SECOND, record=before, fields=frozenset())

    assert done.remarks == ()
    assert len(server.records()[0].notes) == 1


async def test_where_only_the_note_is_impossible_the_lead_is_delivered_with_a_remark(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    server.faults_at[f"POST {NOTES}"] = Reply(status=400, body=bytes(REFUSED.body))
    server.answers_at[f"POST {NOTES}"] = REFUSED

    noted = await crm.note(WANTED, record, SECOND)

    assert noted.id == ""
    assert noted.remarks == (
        "interest not noted: 400 VALIDATION_ERROR: Some associations could not be created",
    )


async def test_a_conflict_with_a_contact_that_is_deleted_meanwhile_is_tried_again(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    other = server.has(email=CONTACT.email)
    server.answers_at["GET /crm/objects/2026-09/contacts/zoe@fabrikam.example"] = error(
        404, "OBJECT_NOT_FOUND", "resource not found"
    )
    server.meanwhile_at[f"GET /crm/objects/2026-09/contacts/{other}"] = lambda: (
        server.sales_deletes(other)
    )

    record = await deliver(crm)

    assert list(server.contacts) == [record.id]
    assert record.id != other
    assert server.contacts[record.id]["email"] == CONTACT.email


async def test_an_email_that_a_deleted_contact_keeps_is_told_and_left_out(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.deleted_keep_email = True
    server.sales_deletes(server.has(email=CONTACT.email))

    done = await delivered(crm)
    again = await deliver(crm, WANTED, FIRST, SECOND, uncertain=True)

    [seen] = server.records()
    assert (done.record.id, again.id) == (seen.record_id, seen.record_id)
    assert done.remarks == ("email left out: not accepted by HubSpot",)
    assert (seen.values["email"], seen.lead_id) == ("", LEAD_ID)
    assert f"E-mail as given, not accepted by HubSpot: {CONTACT.email}" in seen.description


async def test_a_deleted_contact_that_is_not_of_the_lead_is_left_alone(
    crm_for: CrmFor, server: HubspotServer
) -> None:
    before = await deliver(crm_for())
    server.sales_deletes(before.id)

    assert await crm_for().follow_ups([question(before)]) == {}


async def test_a_contact_that_is_missed_by_its_id_but_found_by_its_e_mail_is_the_one_that_we_know(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    server.answers_at[f"GET {CONTACTS}/{record.id}"] = error(
        404, "OBJECT_NOT_FOUND", "resource not found"
    )

    since = replace(SECOND, submission=replace(SECOND.submission, contact=MOVED.contact))
    after = await deliver(crm, MOVED, since, record=record, fields=frozenset({"title"}))

    assert server.contacts[record.id]["jobtitle"] == "CTO"
    assert after.baseline.get("existed", "") == record.baseline.get("existed", "")
