"""What sales deletes and completes, and what the publisher sets."""

import json

import pytest

from local.fakes.hubspot import HubspotServer
from shared.destinations.hubspot.adapter import HubspotCrm
from shared.ports.crm import Reminder
from tests.destinations.hubspot.world import SECOND, WANTED, CrmFor, deliver, delivered, question
from tests.examples import CONTACT, LEAD_ID
from tests.fakes import START


async def test_a_deleted_contact_is_made_anew_with_a_remark(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    before = await deliver(crm)
    server.sales_deletes(before.id)

    done = await delivered(crm, WANTED, SECOND, record=before, fields=frozenset())

    [contact_id] = server.contacts
    assert done.record.id == contact_id != before.id
    assert done.created
    assert done.remarks == (f"record {before.id} was deleted there: re-created",)
    assert server.records()[0].values["last_name"] == CONTACT.last_name


async def test_a_contact_of_the_same_address_takes_the_place_of_a_deleted_one(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    before = await deliver(crm)
    server.sales_deletes(before.id)
    other = server.has(email=CONTACT.email, hs_lead_status="CONNECTED")

    done = await delivered(crm, WANTED, SECOND, record=before, fields=frozenset())

    assert (done.record.id, done.created) == (other, False)
    assert done.remarks == (f"record {before.id} is gone there: now it is {other}",)
    assert list(server.contacts) == [other]
    assert server.contacts[other]["hs_lead_status"] == "CONNECTED"
    assert await crm.follow_ups([question(done.record)]) == {}


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
