"""What sales does to a lead between our look at it and a task on it costs no lead."""

import pytest

from local.fakes.salesforce import SalesforceServer
from local.fakes.salesforce.org import SALES
from shared.destinations.salesforce.adapter import SalesforceCrm
from shared.domain.errors import CrmSettingsError, CrmUnavailableError
from shared.ports.crm import Noted
from tests.destinations.salesforce.world import (
    NOTE,
    REMINDER,
    a_lead,
    deliver,
    error,
    only,
    says,
)
from tests.examples import interest

CONTACT = "003000000000001AAA"
NOWHERE = Noted(id="", remarks=("not noted: the lead is converted and has no contact any more",))


async def test_a_note_on_a_lead_that_is_converted_meanwhile_goes_to_its_contact(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.meanwhile_at[NOTE] = lambda: server.sales_converts(record.id)

    noted = await crm.note(a_lead(), record, interest(2))

    [task] = server.live("Task")
    assert (task["WhoId"], task["Id"]) == (CONTACT, noted.id)
    assert noted.remarks == ()


async def test_a_note_on_a_lead_that_is_merged_meanwhile_goes_where_it_went(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    master = server.insert("Lead", {}, SALES)["Id"]
    server.meanwhile_at[NOTE] = lambda: server.sales_merges(record.id, master)

    await crm.note(a_lead(), record, interest(2))

    assert [task["WhoId"] for task in server.live("Task")] == [master]


async def test_a_note_on_a_lead_that_is_deleted_meanwhile_is_tried_again_with_a_new_lead(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.meanwhile_at[NOTE] = lambda: server.sales_deletes(record.id)

    with pytest.raises(CrmUnavailableError, match="was deleted meanwhile"):
        await crm.note(a_lead(), record, interest(2))


@pytest.mark.parametrize("code", ["ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY"])
async def test_a_converted_lead_whose_contact_is_gone_is_delivered_with_a_remark(
    server: SalesforceServer, crm: SalesforceCrm, code: str
) -> None:
    record = await deliver(crm)
    server.sales_converts(record.id)
    server.sales_deletes_contact(CONTACT, code)

    assert await crm.note(a_lead(), record, interest(2)) == NOWHERE
    assert only(server).notes == []


async def test_a_converted_lead_without_a_contact_is_delivered_with_a_remark(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_converts(record.id, contact=None)

    assert await crm.note(a_lead(), record, interest(2)) == NOWHERE


async def test_a_lead_converted_without_a_contact_meanwhile_is_delivered_with_a_remark(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.meanwhile_at[NOTE] = lambda: server.sales_converts(record.id, contact=None)

    assert await crm.note(a_lead(), record, interest(2)) == NOWHERE


async def test_a_reference_that_is_wrong_on_a_lead_that_is_there_waits_as_a_trouble(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    number = len(server.calls)
    wrong = says([error("INVALID_CROSS_REFERENCE_KEY")])
    server.faults_at |= {number + 2: wrong, number + 5: wrong}

    with pytest.raises(CrmSettingsError, match="INVALID_CROSS_REFERENCE_KEY"):
        await crm.note(a_lead(), record, interest(2))


async def test_nobody_is_reminded_of_a_lead_that_is_converted_meanwhile(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_owns(record.id, SALES, "Open - Not Contacted")
    server.meanwhile_at[NOTE] = lambda: server.sales_converts(record.id)

    assert await crm.remind(a_lead(), record, REMINDER) == ""
    assert server.live("Task") == []


async def test_a_customers_words_are_not_taken_for_a_note_that_was_written(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(
        crm, None, interest(1, description="see [submission submission-2], please")
    )
    await crm.note(a_lead(), record, interest(3, description="or [submission submission-2]"))

    await crm.note(a_lead(), record, interest(2))

    assert len(only(server).notes) == 2
