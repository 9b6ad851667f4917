"""One customer is one lead, whoever else writes it and whichever answer is lost."""

import asyncio
from dataclasses import replace

import pytest

from local.fakes.salesforce import SalesforceServer
from local.fakes.salesforce.org import ID_FIELD, SALES
from local.fakes.server import Fault
from shared.destinations.salesforce.adapter import SalesforceCrm
from shared.domain.errors import CrmOutcomeUnknownError, CrmRejectedError
from shared.ports.crm import Noted
from tests.destinations.salesforce.world import NEW_PHONE, a_lead, deliver, only, upsert
from tests.examples import CONTACT, LEAD_ID, interest


async def test_one_customer_delivered_twenty_times_at_once_is_one_lead(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    records = await asyncio.gather(*(deliver(crm) for _ in range(20)))

    assert {record.id for record in records} == {only(server).record_id}


async def test_a_create_whose_answer_is_lost_is_found_by_our_id_and_not_made_again(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.faults.append(Fault.CUT_AFTER)
    with pytest.raises(CrmOutcomeUnknownError, match="no whole answer"):
        await deliver(crm)

    again = await upsert(crm, uncertain=True)
    record = again.record

    assert (record.id, again.created, again.holds) == (only(server).record_id, False, frozenset())
    assert await crm.note(a_lead(), record, interest(1)) == Noted(id=record.id)
    assert only(server).notes == []
    assert [what for what, *_ in server.requests] == ["POST Lead"]


async def test_an_uncertain_lead_that_is_not_there_is_created(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm, uncertain=True)

    assert record.id == only(server).record_id


async def test_a_lead_that_is_there_against_expectation_keeps_status_owner_and_interest(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    first = await deliver(crm, None, interest(1))
    server.sales_owns(first.id, SALES, "Working - Contacted")

    again = await upsert(crm, None, interest(2))
    await crm.note(a_lead(), again.record, interest(2))

    seen = only(server)
    assert (again.record.id, again.created, again.holds) == (first.id, False, frozenset())
    assert (seen.owner, seen.status) == (SALES, "Working - Contacted")
    assert "[submission submission-1]" in seen.description
    [note] = seen.notes
    assert note.endswith("[submission submission-2]")
    assert again.record.baseline == {"Status": "Working - Contacted", "owner": SALES}


async def test_a_lead_found_by_our_id_keeps_what_sales_corrected_and_gets_what_is_missing(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    first = await deliver(crm, a_lead(replace(CONTACT, title="")))
    server.sales_corrects(first.id, "phone", "+49 30 1")

    await deliver(crm, uncertain=True)

    assert only(server).values["phone"] == "+49 30 1"
    assert only(server).values["title"] == CONTACT.title


async def test_a_lead_found_by_our_id_that_nobody_touched_gets_the_newest_values(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    await deliver(crm)

    await deliver(crm, a_lead(NEW_PHONE), uncertain=True)

    assert only(server).values["phone"] == NEW_PHONE.phone


async def test_a_lead_that_the_user_may_not_see_is_parked_and_not_doubled(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.invisible.add(record.id)

    with pytest.raises(CrmRejectedError, match=f"DUPLICATE_VALUE.*{record.id}"):
        await deliver(crm, uncertain=True)

    assert len(server.records()) == 1


async def test_several_leads_with_our_id_are_parked_with_their_ids(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.unique = False
    ids = [server.insert("Lead", {ID_FIELD: LEAD_ID}, SALES)["Id"] for _ in range(2)]

    with pytest.raises(CrmRejectedError, match=f"merge them: {', '.join(ids)}"):
        await deliver(crm, uncertain=True)
