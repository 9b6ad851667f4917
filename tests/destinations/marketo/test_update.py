"""What a further delivery sends."""

from dataclasses import replace

from local.fakes.marketo import MarketoServer
from local.fakes.marketo.schema import INTERESTS
from shared.destinations.marketo.adapter import MarketoCrm
from tests.destinations.marketo.world import a_lead, deliver, only, upsert
from tests.examples import CONTACT


async def test_an_update_sends_only_what_changed(server: MarketoServer, crm: MarketoCrm) -> None:
    record = await deliver(crm)
    server.sales_owns(record.id, "anna", "Contacted")
    server.sales_corrects(record.id, "last_name", "O’Hara")

    changed = a_lead(replace(CONTACT, phone="+49 30 654321", company="Contoso"))
    after = await upsert(crm, changed, record=record, fields={"phone", "company"})

    [person] = server.bodies[-1].pop("input")
    lines = person.pop(INTERESTS)
    assert server.bodies[-1] == {"action": "updateOnly", "lookupField": "id"}
    assert person == {"id": int(record.id), "phone": "+49 30 654321"}
    assert lines.startswith("Company as given: Contoso\n\nMicrosoft")
    assert (only(server).owner, only(server).status) == ("anna", "Contacted")
    assert only(server).values["last_name"] == "O’Hara"
    assert (after.record.id, after.created, after.holds) == (record.id, False, frozenset())
    assert after.remarks == ("company left out: Marketo takes it with a new person only",)

    await upsert(crm, changed, record=after.record, fields={"phone", "company"})
    assert INTERESTS not in server.bodies[-1]["input"][0]


async def test_an_update_without_anything_to_send_writes_nothing(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    await deliver(crm, None, record=record, fields=set())

    assert len(server.bodies) == 1
