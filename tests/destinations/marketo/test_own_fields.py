"""The publisher's custom fields."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from local.fakes.marketo import MarketoServer
from local.fakes.server import Fault
from shared.domain.errors import CrmOutcomeUnknownError
from tests.destinations.marketo.world import HOUR, CrmFor, a_lead, deliver, only, question, upsert
from tests.examples import CONTACT, LEAD_ID


async def test_own_fields_are_set_on_a_new_person_and_cut(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    server.schema.types |= {"offer": "string", "who": "string"}
    own = '{"offer": "{publisher}/{offer_title}", "who": "{company} {company}"}'
    crm = crm_for(MARKETO_FIELDS=own)
    upserted = await upsert(crm, a_lead(replace(CONTACT, company="株" * 200)))

    [person] = server.persons.values()
    assert person["offer"] == "fabrikam/Things"
    assert len(person["who"]) == 255
    assert upserted.remarks == ("who cut to 255 characters",)


async def test_constants_keep_their_type_and_a_choice_is_made_by_what_the_customer_did(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    server.schema.types |= {"isPartnerLead": "boolean", "weight": "integer", "product": "string"}
    choice = {"of": "{publisher}.{offer}", "values": {"Fabrikam.Things": "Things Pro"}}
    own = {"isPartnerLead": True, "weight": 20, "product": choice}
    await deliver(crm_for(MARKETO_FIELDS=json.dumps(own)))

    [person] = server.persons.values()
    assert (person["isPartnerLead"], person["weight"], person["product"]) == (
        True,
        20,
        "Things Pro",
    )


async def test_a_choice_that_has_no_value_is_left_out_and_told(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    own = {"country": {"of": "{country}", "values": {"FR": "France"}}}
    upserted = await upsert(crm_for(MARKETO_FIELDS=json.dumps(own)))

    assert "country" not in server.bodies[0]["input"][0]
    assert upserted.remarks == ("country left out: the setting has no value",)


async def test_an_own_value_of_a_contact_field_wins_and_updates_leave_it_alone(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    own = {"country": {"of": "{country}", "values": {"DE": "Germany"}}, "company": "{last_name}"}
    crm = crm_for(MARKETO_FIELDS=json.dumps(own))
    record = await deliver(crm)
    assert only(server).values["country"] == "Germany"

    changed = a_lead(replace(CONTACT, country="AT", company="Contoso", title="Boss"))
    names = {"country", "company", "title"}
    after = await upsert(crm, changed, record=record, fields=names)

    assert server.bodies[-1]["input"] == [{"id": int(record.id), "title": "Boss"}]
    assert after.remarks == ()


async def test_a_status_of_the_publishers_own_is_no_follow_up(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    crm = crm_for(MARKETO_FIELDS='{"leadStatus": "Marketplace {action}"}')
    server.faults.append(Fault.CUT_AFTER)
    with pytest.raises(CrmOutcomeUnknownError):
        await deliver(crm)
    record = await deliver(crm, uncertain=True)
    asked = question(record, datetime.now(UTC) - HOUR)

    assert only(server).status == "Marketplace INS"
    assert await crm.follow_ups([asked]) == {}

    server.sales_acts(record.id)
    assert list(await crm.follow_ups([asked])) == [LEAD_ID]


async def test_who_owns_the_lead_is_told_and_told_again_when_it_is_somebody_else(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    server.schema.types |= {"relayOwner": "string", "relayOffer": "string"}
    server.schema.types["relayTeam"] = "string"
    own = '{"relayOwner": "{owner}", "relayTeam": "{team}", "relayOffer": "{offer_title}"}'
    crm = crm_for(MARKETO_FIELDS=own)
    record = await deliver(crm, replace(a_lead(), owner="anna", team="north"))
    [person] = server.persons.values()
    assert (person["relayOwner"], person["relayOffer"]) == ("anna", "Things")
    assert person["relayTeam"] == "north"
    server.has(int(record.id), relayOffer="What sales sells")

    server.bodies.clear()
    again = await deliver(crm, replace(a_lead(), owner="anna"), record=record, fields=set())
    assert server.bodies == []
    bert = replace(a_lead(), owner="bert", team="south")
    again = await deliver(crm, bert, record=again, fields=set())

    [person] = server.persons.values()
    assert (person["relayOwner"], person["relayOffer"]) == ("bert", "What sales sells")
    assert person["relayTeam"] == "south"
    assert again.baseline["owner"] == "bert"
