"""The publisher's own columns: theirs on create, and theirs for good."""

import json
from dataclasses import replace

import pytest

from local.fakes.dynamics import DynamicsServer
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.domain.errors import CrmSettingsError
from shared.ports.crm import Upserted
from tests.destinations.dynamics.world import CrmFor, customer, delivered, later, new, row, seen
from tests.examples import CONTACT

KIND = {"of": "{offer}", "values": {"Things": 100_000_001}, "else": 100_000_009}


def own(crm_for: CrmFor, **fields: object) -> DynamicsCrm:
    return crm_for(DYNAMICS_FIELDS=json.dumps(fields))


async def created(crm: DynamicsCrm) -> Upserted:
    return await crm.upsert(customer(), new(), uncertain=False)


async def test_own_fields_win_and_keep_their_types(crm_for: CrmFor, server: DynamicsServer) -> None:
    server.own_columns = {"new_offer", "new_kind", "new_hot", "new_score"}
    crm = own(
        crm_for,
        new_offer="{offer_title}",
        subject="{email}",
        new_kind=100000001,
        new_hot=True,
        new_score=0.5,
        leadsourcecode=10,
        jobtitle="",
    )
    await delivered(crm)
    wanted = {"new_offer": "Things", "new_kind": 100000001, "new_hot": True, "leadsourcecode": 10}
    held = row(server)
    assert wanted.items() <= held.items()
    assert held["new_score"] == 0.5
    assert (held["subject"], held["jobtitle"]) == (CONTACT.email, CONTACT.title)


async def test_a_choice_maps_what_the_marketplace_says_to_a_value(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    server.choices["new_kind"] = {100_000_001, 100_000_009}
    server.own_columns = {"new_region"}
    region = {"of": "{country}", "values": {"fr": "West"}}
    upserted = await created(own(crm_for, new_kind=KIND, new_region=region))
    assert row(server)["new_kind"] == 100_000_001
    assert "new_region" not in row(server)
    assert upserted.remarks == ("new_region left out: the setting has no value",)


async def test_a_choice_may_name_the_owner(crm_for: CrmFor, server: DynamicsServer) -> None:
    by_country = {"of": "{country}", "values": {"DE": f"/systemusers({server.anna.id})"}}
    crm = own(crm_for, **{"ownerid@odata.bind": by_country})
    await delivered(crm)
    assert server.records()[0].owner == "Anna Sales"


async def test_a_contact_column_of_ones_own_is_left_alone_by_updates(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    crm = own(crm_for, jobtitle="{action} {title}")
    record = await delivered(crm)
    assert row(server)["jobtitle"] == f"INS {CONTACT.title}"
    changed = later(record, "title", "phone")
    await crm.upsert(customer(title="Boss", phone="+49 1"), changed, uncertain=False)
    assert row(server)["jobtitle"] == f"INS {CONTACT.title}"
    assert row(server)["telephone1"] == "+49 1"


async def test_a_contact_column_of_ones_own_is_left_alone_in_a_lead_that_is_found(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    crm = own(crm_for, jobtitle="{title}")
    await delivered(crm)
    await crm.upsert(customer(title="Boss"), new(), uncertain=True)
    assert row(server)["jobtitle"] == CONTACT.title


async def test_an_own_description_leaves_the_first_interest_to_a_note(crm_for: CrmFor) -> None:
    upserted = await created(own(crm_for, description="Call within a day."))
    assert (upserted.created, upserted.holds) == (True, frozenset())


async def test_a_status_of_ones_own_is_no_follow_up(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    server.own_columns = {"statuscode"}
    server.answers_with_rows = False
    crm = own(crm_for, statuscode=2)
    assert await seen(crm, await delivered(crm)) is None


async def test_no_field_of_ones_own_clears_do_not_contact(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    await delivered(own(crm_for, donotemail=False), replace(customer(), suppressed=True))
    assert server.records()[0].do_not_contact


async def test_a_value_that_is_longer_than_a_column_of_ones_own_is_left_out(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    crm = own(crm_for, mobilephone="{email}")
    given = customer(email="a.rather.long.one@fabrikam.example")
    upserted = await crm.upsert(given, new(), uncertain=False)
    assert "mobilephone" not in row(server)
    assert upserted.remarks == ("mobilephone left out: not accepted by Dynamics 365",)


async def test_leads_wait_while_a_constant_is_longer_than_its_column(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    crm = own(crm_for, mobilephone="+49 30 123456 123456 123456")
    with pytest.raises(
        CrmSettingsError, match=r"0x80044331 .*'mobilephone' .*: correct DYNAMICS_F"
    ):
        await delivered(crm)
    assert server.records() == []


async def test_leads_wait_while_a_choice_gives_what_dataverse_refuses(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    server.choices["new_kind"] = {1, 2}
    said = r"value 100000001 of 'new_kind' .*: correct DYNAMICS_LEAD_SOURCE_CODE or DYNAMICS_F"
    with pytest.raises(CrmSettingsError, match=said):
        await delivered(own(crm_for, new_kind=KIND))
    assert server.records() == []
