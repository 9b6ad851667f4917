"""A column that Dataverse refuses by name is left out and told of, and the lead is delivered."""

import json
from dataclasses import replace

import pytest

from local.fakes.dynamics import DynamicsServer
from local.fakes.faults import Reply
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.destinations.http.texts import LABELS
from shared.domain.errors import CrmError, CrmRejectedError, CrmSettingsError, CrmUnavailableError
from shared.ports.crm import Upserted
from tests.destinations.dynamics.world import (
    WRITE,
    CrmFor,
    customer,
    delivered,
    delivered_whole,
    fault,
    given,
    later,
    new,
    row,
    says,
    too_long,
)
from tests.examples import CONTACT

PLUG_IN = "0x80040265"
COLUMNS = {
    "first_name": "firstname",
    "email": "emailaddress1",
    "phone": "telephone1",
    "country": "address1_country",
    "company": "companyname",
    "title": "jobtitle",
}


def told_of_it(server: DynamicsServer, upserted: Upserted, ours: str, column: str) -> None:
    """Assert that a column is told of instead of written, and no other."""
    (held,) = server.records()
    value = getattr(CONTACT, ours)
    assert column not in row(server)
    words = f"\n{LABELS[ours]} as given, not accepted by Dynamics 365: {value}"
    assert words in held.description
    assert upserted.remarks == (f"{column} left out: not accepted by Dynamics 365",)
    assert upserted.holds == {"submission-1"}
    assert {n: v for n, v in held.values.items() if n != ours} == {
        n: getattr(CONTACT, n) for n in held.values if n != ours
    }


@pytest.mark.parametrize(("ours", "column"), COLUMNS.items())
async def test_a_column_of_a_new_lead_that_is_refused_is_told_in_its_description(
    crm: DynamicsCrm, server: DynamicsServer, ours: str, column: str
) -> None:
    server.faults_at[WRITE] = says(too_long(column))
    told_of_it(server, await crm.upsert(customer(), new(), uncertain=False), ours, column)


@pytest.mark.parametrize(("ours", "column"), COLUMNS.items())
async def test_so_is_one_that_a_plug_in_of_the_publisher_names(
    crm: DynamicsCrm, server: DynamicsServer, ours: str, column: str
) -> None:
    server.refused_columns[column] = PLUG_IN
    told_of_it(server, await crm.upsert(customer(), new(), uncertain=False), ours, column)


async def test_a_refused_column_of_an_update_is_told_in_the_note(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.refused_columns["telephone1"] = PLUG_IN
    came = given(2, phone="+49 1", title="Boss")
    changed = later(record, "phone", "title", interests=[came])
    updated = await delivered_whole(crm, customer(phone="+49 1", title="Boss"), changed)
    (held,) = server.records()
    assert (held.values["phone"], held.values["title"]) == (CONTACT.phone, "Boss")
    assert updated.remarks == ("telephone1 left out: not accepted by Dynamics 365",)
    (note,) = held.notes
    assert note.endswith("\n\nPhone as given, not accepted by Dynamics 365: +49 1")
    assert "+49 1" not in str(updated)


async def test_a_refused_value_stays_told_until_the_column_takes_another_one(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    server.refused_columns["telephone1"] = PLUG_IN
    record = await delivered(crm)
    again = await crm.upsert(customer(), later(record), uncertain=False)
    assert again.record.baseline["refused"] == "telephone1"
    server.refused_columns.clear()
    changed = later(again.record, "phone")
    good = await crm.upsert(customer(phone="+49 1"), changed, uncertain=False)
    assert row(server)["telephone1"] == "+49 1"
    assert "refused" not in good.record.baseline


async def test_all_that_is_refused_one_after_the_other_is_left_out(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    refused = ["jobtitle", "telephone1", "lastname", "description", "subject"]
    for number, column in enumerate(refused):
        server.faults_at[number] = says(too_long(column))
    upserted = await delivered_whole(crm, customer(), new())
    sent = server.bodies[0]["body"]
    assert sent["lastname"] == "(no name)"
    assert set(refused) & sent.keys() == {"lastname"}
    told = {f"{column} left out: not accepted by Dynamics 365" for column in refused}
    assert told <= {*upserted.remarks}
    (held,) = server.records()
    (note,) = held.notes
    assert upserted.holds == frozenset()
    assert f"Last name as given, not accepted by Dynamics 365: {CONTACT.last_name}" in note


@pytest.mark.parametrize(
    ("answer", "raised", "said"),
    [
        (too_long("donotphone"), CrmSettingsError, "correct DYNAMICS_FIELDS"),
        (too_long("leadsourcecode"), CrmSettingsError, "correct DYNAMICS_FIELDS"),
        (too_long("new_other"), CrmRejectedError, "0x80044331"),
        (fault(PLUG_IN, "donotphone is set"), CrmRejectedError, "donotphone is set"),
        (fault(PLUG_IN, "A plug-in says no."), CrmRejectedError, "A plug-in says no"),
        (fault("0x80044331", "telephone1 is too long"), CrmRejectedError, "0x80044331"),
        (fault("0x80049999", "telephone1 is bad"), CrmRejectedError, "0x80049999"),
    ],
)
async def test_what_is_not_the_customers_or_not_named_is_never_left_out(
    crm: DynamicsCrm,
    server: DynamicsServer,
    answer: dict[str, object],
    raised: type[CrmError],
    said: str,
) -> None:
    server.faults_at[WRITE] = says(answer)
    with pytest.raises(raised, match=said) as caught:
        await delivered(crm, replace(customer(), suppressed=True))
    assert type(caught.value) is raised
    assert server.records() == []


async def test_a_customers_words_name_no_column(crm: DynamicsCrm, server: DynamicsServer) -> None:
    lead = customer(company="telephone1, emailaddress1 and donotphone")
    said = f"'{lead.contact.company}' is on the list of companies that we refuse."
    server.faults_at[WRITE] = says(fault(PLUG_IN, said))
    with pytest.raises(CrmRejectedError, match=PLUG_IN):
        await delivered(crm, lead)
    assert server.records() == []


async def test_leads_wait_while_a_plug_in_requires_a_column_that_is_not_mapped(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    server.own_columns.add("new_region")
    server.required_columns.add("new_region")
    server.enforces_required = True
    with pytest.raises(CrmSettingsError, match=r"new_region\.: set new_region in DYNAMICS_FIELDS"):
        await delivered(crm)


async def test_a_column_that_is_refused_and_required_parks_the_lead(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    server.required_columns.add("telephone1")
    server.enforces_required = True
    server.faults_at[WRITE] = says(too_long("telephone1"))
    with pytest.raises(CrmRejectedError, match="gave for telephone1 is not accepted"):
        await delivered(crm)


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (says({"value": [{}]}, 200), CrmUnavailableError),
        (says(fault("0x80072322", "Too many"), 429), CrmUnavailableError),
        (says({}, 503), CrmUnavailableError),
        (says(fault("0x80040220", "prvReadAttribute"), 403), CrmSettingsError),
    ],
)
async def test_a_lead_waits_where_nobody_tells_which_columns_are_required(
    crm: DynamicsCrm, server: DynamicsServer, answer: Reply, raised: type[CrmError]
) -> None:
    server.own_columns.add("new_region")
    server.required_columns.add("new_region")
    server.enforces_required = True
    server.faults_at["GET /api/data/v9.2/EntityDefinitions(LogicalName='lead')/Attributes"] = answer
    with pytest.raises(raised):
        await delivered(crm)
    with pytest.raises(CrmSettingsError, match="set new_region in DYNAMICS_FIELDS"):
        await delivered(crm)


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


async def test_leads_wait_while_an_address_of_the_settings_is_wrong(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    server.alternate_keys["accounts"] = {frozenset({"name"})}
    crm = crm_for(DYNAMICS_FIELDS=json.dumps({ACCOUNT: "/accounts(number='{company}')"}))
    with pytest.raises(CrmSettingsError, match=r"0x80060888 .*: correct DYNAMICS_OWNER or DYNAM"):
        await delivered(crm, customer(company="Fabrikam"))
