"""The fake Dataverse reads bindings as OData does, and refuses columns in Dataverse's words."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.fakes.dynamics import DynamicsServer
from local.fakes.dynamics.answers import BadAddressError
from local.fakes.dynamics.binds import Address, parse
from shared.destinations.http.client import certificates

ANOTHER = "00000000-0000-0000-0000-000000000001"
ACCOUNT = "parentaccountid@odata.bind"
LEAD = {"subject": "Things", "lastname": "O'Hara"}


@pytest.fixture
async def server() -> AsyncIterator[DynamicsServer]:
    async with DynamicsServer().running() as running:
        running.alternate_keys["accounts"] = {frozenset({"name"})}
        yield running


@pytest.fixture
async def client(server: DynamicsServer) -> AsyncIterator[httpx.AsyncClient]:
    server.tokens.add("t")
    base = f"{server.url}/api/data/v9.2"
    async with httpx.AsyncClient(
        base_url=base, headers={"Authorization": "Bearer t"}, verify=certificates()
    ) as opened:
        yield opened


async def create(client: httpx.AsyncClient, **columns: object) -> httpx.Response:
    return await client.patch(f"/leads({uuid4()})", json={**LEAD, **columns})


async def refusal(client: httpx.AsyncClient, **columns: object) -> dict[str, Any]:
    answer = await create(client, **columns)
    assert answer.is_client_error
    return dict(answer.json()["error"])


@pytest.mark.parametrize(
    ("address", "named"),
    [
        (f"/accounts({ANOTHER})", Address(table="accounts", row_id=ANOTHER)),
        (f"accounts({ANOTHER.upper()})", Address(table="accounts", row_id=ANOTHER)),
        (
            f"https://x.crm4.dynamics.com/api/data/v9.2/accounts({ANOTHER})",
            Address(table="accounts", row_id=ANOTHER),
        ),
        ("/accounts(name='O''Brien')", Address(table="accounts", key={"name": "O'Brien"})),
        ("/accounts(name='O%27%27Brien')", Address(table="accounts", key={"name": "O'Brien"})),
        ("/accounts(name='a%2Fb%3Fc')", Address(table="accounts", key={"name": "a/b?c"})),
        ("/accounts(name='a,b=''c''')", Address(table="accounts", key={"name": "a,b='c'"})),
        (
            "/accounts(name='x',accountnumber='7')",
            Address(table="accounts", key={"name": "x", "accountnumber": "7"}),
        ),
        # What was not escaped names something else.
        ("/accounts(name='a')?('')", Address(table="accounts", key={"name": "a"})),
        ("/accounts(name='a')#')", Address(table="accounts", key={"name": "a"})),
    ],
)
def test_an_address_names_a_row(address: str, named: Address) -> None:
    assert parse(address) == named


@pytest.mark.parametrize(
    "address",
    [
        "/accounts(name='O'Brien')",
        "/accounts(name='a/b')",
        "/accounts(name='100%')",
        "/accounts(name='%FF')",
        "/accounts(name='x',)",
        "/accounts(name='x' or name='y')",
        "/accounts('x')",
        "/accounts",
        "/accounts(name='x')/$ref",
        "",
    ],
)
def test_an_address_that_can_not_be_read(address: str) -> None:
    with pytest.raises(BadAddressError, match=r"^(Bad Request|Resource not found)"):
        parse(address)


async def test_a_lead_is_bound_by_an_alternate_key(
    server: DynamicsServer, client: httpx.AsyncClient
) -> None:
    account = server.holds("accounts", name="O'Brien & Söhne")

    await create(client, **{ACCOUNT: "/accounts(name='O%27%27Brien%20%26%20S%C3%B6hne')"})

    [row] = server.tables["leads"].values()
    assert row["parentaccountid"] == account


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (f"/accounts({ANOTHER})", "0x80040217"),
        ("/accounts(name='nobody')", "0x80060891"),
        ("/accounts(accountnumber='7')", "0x80060888"),
        ("/accounts(name='O'Brien')", "0x80060888"),
        ("/contacts(name='x')", "0x80048d19"),
    ],
)
async def test_a_lead_is_not_bound_to_what_is_not_there(
    client: httpx.AsyncClient, server: DynamicsServer, address: str, code: str
) -> None:
    assert (await refusal(client, **{ACCOUNT: address}))["code"] == code
    assert server.tables["leads"] == {}


async def test_an_unknown_column_is_named_and_a_refused_value_quoted(
    server: DynamicsServer, client: httpx.AsyncClient
) -> None:
    server.refused_columns["telephone1"] = "0x80040265"

    unknown = await refusal(client, new_offer="Things")
    refused = await refusal(client, telephone1="0x80040333 030 1234567")

    assert unknown["code"] == "0x80048d19"
    assert "The property 'new_offer' does not exist on type" in unknown["message"]
    assert refused["code"] == "0x80040265"
    assert "0x80040333 030 1234567" in refused["message"]


async def test_required_columns_are_told_and_a_plug_in_may_enforce_them(
    server: DynamicsServer, client: httpx.AsyncClient
) -> None:
    server.required_columns |= {"new_region"}
    server.own_columns |= {"new_region"}

    asked = await client.get("/EntityDefinitions(LogicalName='lead')/Attributes")
    levels = {c["LogicalName"]: c["RequiredLevel"]["Value"] for c in asked.json()["value"]}
    taken = await create(client)
    server.enforces_required = True

    assert (levels["new_region"], levels["jobtitle"]) == ("ApplicationRequired", "None")
    assert taken.status_code == 204
    assert "new_region" in (await refusal(client))["message"]
    assert (await create(client, new_region="DE")).is_success
