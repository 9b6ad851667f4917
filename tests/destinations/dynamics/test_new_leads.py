"""A new lead: one row under a key of ours, however often it is sent."""

import asyncio

import pytest

from local.fakes.dynamics import DynamicsServer
from local.fakes.server import Fault
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.destinations.dynamics.fields import key
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmOutcomeUnknownError
from shared.ports.crm import Changed
from tests.destinations.dynamics.world import (
    ALL,
    CrmFor,
    customer,
    delivered,
    delivered_whole,
    given,
    new,
    row,
    seen,
)
from tests.examples import CONTACT, LEAD_ID, interest


async def test_a_new_lead_is_made_under_a_key_of_ours(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    upserted = await crm.upsert(customer(), new(), uncertain=False)
    owner = f"team:{server.team.id}"
    (sent,) = server.bodies
    assert server.calls == [f"PATCH /api/data/v9.2/leads({key('lead', LEAD_ID)})"]
    assert sent["headers"]["if-none-match"] == "*"
    assert sent["headers"]["odata-version"] == sent["headers"]["odata-maxversion"] == "4.0"
    assert sent["body"] == {
        "firstname": "Zoë",
        "lastname": 'O"Hara\\',
        "emailaddress1": "zoe@fabrikam.example",
        "telephone1": "+49 30 123456",
        "address1_country": "DE",
        "companyname": "Fabrikam, Gräf & Söhne 株式会社 🙂",
        "jobtitle": "Head of 'Things'",
        "subject": "Microsoft marketplace: Get it now, Things, AzureMarketplace,"
        " 2026-11-02 09:01 UTC",
        "description": "Microsoft marketplace: Get it now, Things, AzureMarketplace,"
        " 2026-11-02 09:01 UTC\nOffer: fabrikam.things",
        "leadsourcecode": 8,
        "ownerid@odata.bind": f"/teams({server.team.id})",
    }
    assert upserted.record == CrmRecord(
        id=key("lead", LEAD_ID),
        url=f"{server.url}/main.aspx?pagetype=entityrecord&etn=lead&id={upserted.record.id}",
        baseline={
            "statecode": "0",
            "statuscode": "1",
            "createdon": server.time(),
            "owner": owner,
        },
    )
    assert upserted.created
    assert upserted.holds == {"submission-1"}
    assert upserted.remarks == ()


def test_the_key_of_a_lead_never_changes() -> None:
    assert key("lead", LEAD_ID) == "984e00a5-2edb-5526-8dc2-d104c82170e6"


@pytest.mark.parametrize(
    ("left", "last_name"),
    [
        ({"last_name": ""}, "zoe@fabrikam.example"),
        ({"last_name": "", "email": ""}, CONTACT.company),
        ({"last_name": "", "email": "", "company": ""}, "(no name)"),
    ],
)
async def test_a_lead_without_a_last_name_gets_one(
    crm: DynamicsCrm, server: DynamicsServer, left: dict[str, str], last_name: str
) -> None:
    await delivered(crm, customer(**left))
    assert row(server)["lastname"] == last_name


async def test_owner_and_lead_source_may_be_left_to_the_crm(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    await delivered(crm_for(DYNAMICS_OWNER="", DYNAMICS_LEAD_SOURCE_CODE="0"))
    assert "leadsourcecode" not in row(server)
    assert server.records()[0].owner == server.app.name


async def test_a_lead_without_an_interest_is_made_as_well(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    nothing = Changed(record=None, fields=ALL, interests=())
    upserted = await crm.upsert(customer(), nothing, uncertain=False)
    assert row(server)["subject"] == "Microsoft marketplace lead"
    assert (upserted.created, upserted.holds) == (True, frozenset())


async def test_an_empty_answer_that_names_the_record_is_a_success(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    server.answers_with_rows = False
    record = await delivered(crm)
    assert record.id == key("lead", LEAD_ID)
    server.sales_owns(record.id, "Anna Sales", "Contacted")
    assert await seen(crm, record) is not None


async def test_a_lead_whose_creation_went_unanswered_is_found_by_its_key(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    server.faults.append(Fault.CUT_AFTER)
    with pytest.raises(CrmOutcomeUnknownError, match="no whole answer"):
        await delivered(crm)
    found = await delivered_whole(crm, customer(), new())
    (held,) = server.records()
    assert (held.record_id, held.notes) == (found.record.id, [])
    assert (found.created, found.holds) == (False, frozenset())


async def test_twenty_deliveries_at_once_make_one_lead(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    records = await asyncio.gather(*(delivered(crm) for _ in range(20)))
    assert len({record.id for record in records}) == len(server.records()) == 1
    assert server.token_calls == 1


async def test_an_uncertain_lead_that_was_never_made_is_made(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    await crm.upsert(customer(), new(), uncertain=True)
    assert len(server.records()) == 1


async def test_what_sales_corrected_in_a_lead_that_is_found_stays(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    await delivered(crm)
    server.sales_corrects(key("lead", LEAD_ID), "company", "Fabrikam Inc.")
    newer = given(2, phone="+49 30 2")
    await crm.upsert(customer(phone="+49 30 2"), new(interest(), newer), uncertain=True)
    (held,) = server.records()
    assert (held.values["company"], held.values["phone"]) == ("Fabrikam Inc.", "+49 30 2")


async def test_a_lead_that_is_there_unexpectedly_gets_the_interest_as_a_note(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    await delivered(crm)
    await delivered_whole(crm, customer(), new(interest(2, description="second")))
    (held,) = server.records()
    assert "second" in held.notes[0]
    assert len(held.notes) == 1
