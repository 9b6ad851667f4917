"""The do-not-contact flags."""

from local.fakes.marketo import MarketoServer
from shared.destinations.marketo.adapter import MarketoCrm
from tests.destinations.marketo.world import a_lead, deliver, only
from tests.examples import CONTACT


async def test_do_not_contact_is_set_on_a_new_person(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    await deliver(crm, a_lead(asked=False))

    assert only(server).do_not_contact


async def test_do_not_contact_of_a_person_who_was_there_is_set_by_the_suppression_list_alone(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.has(email=CONTACT.email)
    await deliver(crm, a_lead(asked=False))
    assert not only(server).do_not_contact

    await deliver(crm, a_lead(suppressed=True))
    assert only(server).do_not_contact


async def test_do_not_contact_is_set_once_and_what_sales_makes_of_it_stays(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    record = await deliver(crm, a_lead(suppressed=True), record=record, fields=set())
    assert only(server).do_not_contact

    server.has(int(record.id), unsubscribed=False)
    await deliver(crm, a_lead(suppressed=True), record=record, fields={"title"})
    assert not only(server).do_not_contact
