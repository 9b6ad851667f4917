"""A record that a lead should be bound to, and is not: the lead is delivered, unbound."""

import json

import pytest

from local.fakes.dynamics import DynamicsServer
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.domain.errors import CrmSettingsError
from tests.destinations.dynamics.world import (
    WRITE,
    CrmFor,
    customer,
    delivered,
    fault,
    new,
    row,
    says,
)
from tests.examples import CONTACT

PLUG_IN = "0x80040265"
ACCOUNT = "parentaccountid@odata.bind"


@pytest.fixture
def by_name(crm_for: CrmFor, server: DynamicsServer) -> DynamicsCrm:
    """Start with leads that are bound to an account by the company's name."""
    server.alternate_keys["accounts"] = {frozenset({"name"})}
    return crm_for(DYNAMICS_FIELDS=json.dumps({ACCOUNT: "/accounts(name='{company}')"}))


@pytest.mark.parametrize("company", ["O'Brien & Söhne", "50% / 50? <#1>", CONTACT.company])
async def test_a_lead_is_bound_to_the_account_that_is_called_as_the_customer_says(
    by_name: DynamicsCrm, server: DynamicsServer, company: str
) -> None:
    account = server.holds("accounts", name=company)
    server.holds("accounts", name="Another one")
    upserted = await by_name.upsert(customer(company=company), new(), uncertain=False)
    assert row(server)["parentaccountid"] == account
    assert upserted.remarks == ()


async def test_a_company_that_is_no_account_costs_the_lookup_and_not_the_lead(
    by_name: DynamicsCrm, server: DynamicsServer
) -> None:
    another = server.holds("accounts", name="Another one")
    lead = customer(company=f"x') or /accounts({another}")
    upserted = await by_name.upsert(lead, new(), uncertain=False)
    assert "parentaccountid" not in row(server)
    assert upserted.remarks == (f"{ACCOUNT} left out: not accepted by Dynamics 365",)


async def test_a_key_that_can_not_be_looked_up_by_costs_the_lookup_and_not_the_lead(
    by_name: DynamicsCrm, server: DynamicsServer
) -> None:
    unreadable = fault("0x80060888", "Bad Request - Error in query syntax.")
    server.faults_at[WRITE] = says(unreadable)
    await delivered(by_name, customer(company="A/B"))
    assert "parentaccountid" not in row(server)


async def test_a_lookup_that_a_plug_in_refuses_by_its_column_costs_the_lookup(
    by_name: DynamicsCrm, server: DynamicsServer
) -> None:
    server.holds("accounts", name="Fabrikam")
    server.faults_at[WRITE] = says(fault(PLUG_IN, "ParentAccountId is closed."))
    upserted = await by_name.upsert(customer(company="Fabrikam"), new(), uncertain=False)
    assert upserted.remarks == (f"{ACCOUNT} left out: not accepted by Dynamics 365",)


async def test_leads_wait_while_an_address_of_the_settings_is_wrong(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    server.alternate_keys["accounts"] = {frozenset({"name"})}
    crm = crm_for(DYNAMICS_FIELDS=json.dumps({ACCOUNT: "/accounts(number='{company}')"}))
    with pytest.raises(CrmSettingsError, match=r"0x80060888 .*: correct DYNAMICS_OWNER or DYNAM"):
        await delivered(crm, customer(company="Fabrikam"))
