"""What an update sends, and what it leaves to sales."""

from dataclasses import replace

from local.fakes.salesforce import SalesforceServer
from local.fakes.salesforce.org import SALES
from shared.destinations.salesforce.adapter import SalesforceCrm
from shared.ports.crm import Upserted
from tests.destinations.salesforce.world import NEW_PHONE, REMINDER, a_lead, deliver, only, upsert
from tests.examples import CONTACT, interest, lead


async def test_an_update_sends_only_what_changed_and_assigns_nobody(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_owns(record.id, SALES, "Working - Contacted")
    server.sales_corrects(record.id, "last_name", "O'Hara")

    await deliver(crm, a_lead(NEW_PHONE), interest(2), record=record, fields={"phone"})

    _, body, headers = server.requests[-1]
    assert body == {"Phone": NEW_PHONE.phone}
    assert headers["sforce-auto-assign"] == "FALSE"
    seen = only(server)
    assert (seen.owner, seen.status) == (SALES, "Working - Contacted")
    assert seen.values["last_name"] == "O'Hara"


async def test_nothing_is_written_where_nothing_changed(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)

    again = await upsert(crm, None, interest(2), record=record, fields=set())

    assert again == Upserted(record=record, owner=record.baseline["owner"])
    assert len(server.requests) == 1


async def test_a_converted_lead_is_left_as_it_is_and_its_contact_gets_the_note(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.sales_converts(record.id)

    again = await upsert(crm, a_lead(NEW_PHONE), interest(2), record=record, fields={"phone"})
    await crm.note(a_lead(), again.record, interest(2))

    assert again.remarks == ("the lead is converted: its fields stay as they are",)
    assert [what for what, *_ in server.requests] == ["POST Lead", "POST Task"]
    assert only(server).values["phone"] == CONTACT.phone
    [task] = server.live("Task")
    assert task["WhoId"] == "003000000000001AAA"
    assert await crm.remind(a_lead(), again.record, REMINDER) == ""


async def test_a_lead_converted_between_our_read_and_our_write_is_no_failure(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    server.meanwhile["PATCH"] = lambda: server.sales_converts(record.id)

    again = await upsert(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})

    assert again.record.id == record.id
    assert again.remarks == ("the lead is converted: its fields stay as they are",)


async def test_do_not_contact_is_set_on_create_and_when_it_becomes_so(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    assert not only(server).do_not_contact

    record = await deliver(crm, lead(), record=record, fields=set())
    assert only(server).do_not_contact

    server.change(record.id, {"DoNotCall": False})
    record = await deliver(crm, lead(), record=record, fields=set())
    assert not only(server).do_not_contact, "sales has talked to the customer since"
    assert len(server.requests) == 2

    other = replace(lead("c1" * 16), contact=replace(CONTACT, email="other@fabrikam.example"))
    await deliver(crm, other)
    assert server.records()[-1].do_not_contact


async def test_do_not_contact_is_never_cleared(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm, lead())

    await deliver(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})

    assert only(server).do_not_contact
