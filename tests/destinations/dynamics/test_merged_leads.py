"""A lead that sales merged into another one is that other one from then on."""

from dataclasses import replace

from local.fakes.dynamics import DynamicsServer
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.destinations.dynamics.fields import key
from shared.domain.delivery import CrmRecord
from shared.ports.crm import FollowUpSeen
from tests.destinations.dynamics.world import (
    HOUR,
    REMINDER,
    customer,
    delivered,
    delivered_whole,
    later,
    seen,
)
from tests.examples import LEAD_ID, interest
from tests.fakes import START


async def merged(crm: DynamicsCrm, server: DynamicsServer) -> tuple[CrmRecord, str]:
    """Return the record of ours, and the id of the lead that it was merged into."""
    record = await delivered(crm)
    survivor = server.sales_types_in({"lastname": "O’Hara", "companyname": "Fabrikam Inc."})
    server.sales_merges(record.id, into=survivor)
    return record, survivor


async def test_an_update_and_a_note_go_to_the_surviving_lead(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record, survivor = await merged(crm, server)
    changed = later(record, "phone", interests=[interest(2)])
    upserted = await delivered_whole(crm, customer(phone="+49 1"), changed)
    lead = server.tables["leads"][survivor]
    assert (lead["telephone1"], lead["companyname"]) == ("+49 1", "Fabrikam Inc.")
    assert len(server.notes(survivor)) == 1
    assert upserted.record.id == survivor
    assert upserted.record.url.endswith(f"&id={survivor}")
    assert upserted.remarks == (f"record {record.id} was merged into {survivor}",)
    again = await crm.upsert(customer(), later(upserted.record), uncertain=False)
    assert (again.record.id, again.remarks) == (survivor, ())


async def test_the_surviving_lead_is_flagged_for_do_not_contact_as_well(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    suppressed = replace(customer(), suppressed=True)
    record = await delivered(crm, suppressed)
    survivor = server.sales_types_in({"lastname": "O’Hara"})
    server.sales_merges(record.id, into=survivor)
    await crm.upsert(suppressed, later(record), uncertain=False)
    assert server.tables["leads"][survivor]["donotphone"] is True


async def test_merges_are_followed_one_after_the_other_and_a_circle_ends(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record, second = await merged(crm, server)
    third = server.sales_types_in({"lastname": "O’Hara"})
    server.sales_merges(second, into=third)
    assert (await crm.upsert(customer(), later(record), uncertain=False)).record.id == third
    server.sales_acts(third)
    assert await seen(crm, record) is not None
    server.sales_merges(third, into=record.id)
    closed = await crm.upsert(customer(), later(record), uncertain=False)
    assert "closed in Dynamics 365" in closed.remarks[-1]
    assert await seen(crm, record) is not None


async def test_the_owner_of_the_surviving_lead_is_reminded(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record, survivor = await merged(crm, server)
    server.sales_owns(survivor, "Anna Sales", "New")
    await crm.remind(customer(), record, REMINDER)
    (task,) = server.tables["tasks"].values()
    assert task["regardingobjectid_lead_task"] == survivor
    assert task["_ownerid_value"] == server.anna.id


async def test_to_merge_is_no_follow_up_and_what_sales_does_on_the_surviving_lead_is(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record, survivor = await merged(crm, server)
    assert await seen(crm, record) is None
    server.now = START + HOUR
    server.sales_acts(survivor)
    assert await seen(crm, record) == FollowUpSeen(at=START + HOUR, by="Anna Sales")
    server.sales_closes(survivor)
    assert await seen(crm, record, since=START + 2 * HOUR) is not None


async def test_what_was_done_before_the_merge_still_counts(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.sales_acts(record.id)
    server.sales_merges(record.id, into=server.sales_types_in({"lastname": "O’Hara"}))
    assert await seen(crm, record) == FollowUpSeen(at=START, by="Anna Sales")


async def test_a_merged_lead_whose_survivor_nobody_tells_counts_as_closed(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record, survivor = await merged(crm, server)
    server.sales_deletes(survivor)
    upserted = await crm.upsert(customer(phone="+49 1"), later(record, "phone"), uncertain=False)
    assert upserted.remarks == ("closed in Dynamics 365: its fields were left as they are",)
    assert await seen(crm, record) is not None


async def test_a_surviving_lead_that_was_deleted_is_made_anew_under_a_key_of_its_own(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record, survivor = await merged(crm, server)
    followed = await crm.upsert(customer(), later(record), uncertain=False)
    server.sales_deletes(survivor)
    changed = later(followed.record, interests=[interest(2)])
    made = [await delivered_whole(crm, customer(), changed) for _ in range(2)]
    assert [one.created for one in made] == [True, False]
    assert made[0].record == made[1].record
    assert made[0].record.id == key("lead", f"{LEAD_ID}|{survivor}")
    for one in made:
        assert one.remarks == (f"record {survivor} was deleted there: re-created",)
    assert len(server.records()) == 2


async def test_a_merged_lead_that_sales_opened_again_stands_for_itself(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record, _ = await merged(crm, server)
    server.sales_sets(record.id, {"statecode": 0, "statuscode": 1})
    upserted = await crm.upsert(customer(phone="+49 1"), later(record, "phone"), uncertain=False)
    assert upserted.record.id == record.id
    assert server.tables["leads"][record.id]["telephone1"] == "+49 1"
