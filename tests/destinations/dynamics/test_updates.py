"""A lead that is there: what the marketplace changed is written, what sales did stays."""

from dataclasses import replace

import pytest

from local.fakes.dynamics import DynamicsServer
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.domain.errors import CrmUnavailableError
from shared.ports.crm import FollowUpSeen, Upserted
from tests.destinations.dynamics.world import HOUR, customer, delivered, later, new, row, seen
from tests.examples import CONTACT, interest
from tests.fakes import START


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
    assert (again.record.id, again.record.baseline["statuscode"]) == (record.id, "2")
    assert (again.created, again.holds) == (False, frozenset())


async def test_an_update_without_anything_new_writes_nothing(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    again = await crm.upsert(customer(), later(record, "phone"), uncertain=False)
    assert again == Upserted(record=record, owner=record.baseline["owner"])
    assert len(server.bodies) == 1


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
    again = await crm.upsert(suppressed, later(flagged.record), uncertain=False)
    assert row(server)["donotphone"] is False
    await crm.upsert(customer(phone="+49 1"), later(again.record, "phone"), uncertain=False)
    assert row(server)["donotemail"] is True


@pytest.mark.parametrize("outcome", ["Qualified", "Lost"])
async def test_a_closed_lead_is_left_as_it_is_and_keeps_the_interest(
    crm: DynamicsCrm, server: DynamicsServer, outcome: str
) -> None:
    record = await delivered(crm)
    server.sales_closes(record.id, outcome)
    server.refuses_closed = False
    changed = later(record, "phone", interests=[interest(2)])
    again = await crm.upsert(customer(phone="+49 1"), changed, uncertain=False)
    await crm.note(customer(), again.record, interest(2))
    assert again.remarks == ("closed in Dynamics 365: its fields were left as they are",)
    (held,) = server.records()
    assert (held.values["phone"], len(held.notes)) == (CONTACT.phone, 1)
    asked_at = START + HOUR
    found = await seen(crm, again.record, since=asked_at)
    assert found == FollowUpSeen(at=asked_at, by="Anna Sales")


async def test_a_lead_that_is_closed_under_our_hands_is_left_as_it_is(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.closes_before_patch = True
    again = await crm.upsert(customer(phone="+49 1"), later(record, "phone"), uncertain=False)
    assert again.remarks == ("closed in Dynamics 365: its fields were left as they are",)


async def test_a_lead_that_is_answered_without_its_columns_is_no_answer(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.answers[f"leads({record.id})"] = {"leadid": record.id}
    with pytest.raises(CrmUnavailableError, match="without its columns"):
        await crm.upsert(customer(), later(record), uncertain=False)


async def test_a_lead_that_is_found_is_flagged_for_do_not_contact(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    await delivered(crm)
    await crm.upsert(replace(customer(), suppressed=True), new(), uncertain=True)
    assert server.records()[0].do_not_contact
