"""Creating and updating contacts."""

import asyncio
import json
from dataclasses import replace

import pytest

from local.fakes.hubspot import HubspotServer, error
from shared.destinations.hubspot.adapter import HubspotCrm
from shared.domain.lead import CONTACT_FIELDS, Contact, Lead
from tests.destinations.hubspot.world import (
    BY_EMAIL,
    CREATE,
    FIRST,
    MOVED,
    NO_EMAIL,
    SECOND,
    WANTED,
    CrmFor,
    changed,
    deliver,
    delivered,
    update_of,
)
from tests.examples import CONTACT, LEAD_ID, interest


async def test_a_new_contact_is_looked_up_by_email_and_then_created_whole(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    done = await delivered(crm)
    record = done.record

    [(lookup, _), _, (created, body)] = server.bodies
    assert (lookup, created) == (BY_EMAIL, CREATE)
    assert body["associations"] == []
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

    again = await deliver(crm, MOVED, SECOND, record=record, fields=frozenset({"title", "email"}))

    [seen] = server.records()
    assert server.bodies[1] == (update_of(record), {"properties": {"jobtitle": "CTO"}})
    assert (seen.values["title"], seen.values["phone"]) == ("CTO", "+1 555 0100")
    assert (seen.owner, seen.status) == ("88", "CONNECTED")
    assert (again.id, again.url) == (record.id, record.url)
    assert again.baseline == record.baseline | {"owner": "88"}
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
    known = server.has(email=CONTACT.email, company="")
    server.answers_at[BY_EMAIL] = error(404, "OBJECT_NOT_FOUND", "resource not found")

    record = await deliver(crm)

    assert record.id == known
    assert server.contacts[known]["phone"] == CONTACT.phone
    assert server.contacts[known]["company"] == CONTACT.company
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
