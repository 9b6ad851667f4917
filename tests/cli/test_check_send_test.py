"""``leads check --send-test`` as its user types it, beside an app that runs."""

import re
from collections.abc import AsyncIterator

import pytest

from local.app_process import RunningApp
from local.demo.run import app_settings
from local.fakes.https_endpoint import HttpsEndpointServer
from local.fakes.hubspot import HubspotServer
from local.fakes.server import Fault
from tests.cli.account import Told, leads_command
from tests.forked_app import forked

KEY = "c2VjcmV0"


@pytest.fixture(scope="module")
async def app() -> AsyncIterator[RunningApp]:
    async with RunningApp(env=app_settings(), start=forked) as app:
        yield app


async def check(url: str, *arguments: str, **env: str) -> Told:
    to = f"{url}/api/leads?code={KEY}"
    told = await leads_command("check", "--send-test", *arguments, stdin=b"", LEADS_URL=to, **env)
    assert KEY not in told.out + told.err
    assert "Traceback" not in told.err
    return told


async def test_a_test_lead_gets_to_the_table(app: RunningApp) -> None:
    told = await check(app.url, LeadStorage=app.connection)

    assert (told.code, told.err) == (0, "")
    assert re.fullmatch(
        "ok      azure_table: table MarketplaceLeads can be read\n"
        rf"ok      test lead: answered 202 by {app.url}/api/leads\n"
        r"ok      test lead: recorded as lead (\w{32}) within \d+ s\n"
        r"ok      test lead: delivered to azure_table as record \1\n",
        told.out,
    )


async def test_a_url_that_is_set_sends_nothing_by_itself(azurite: str) -> None:
    told = await leads_command("check", LEADS_URL="http://127.0.0.1:1", LeadStorage=azurite)

    said = "ok      azure_table: table MarketplaceLeads can be read\n"
    assert told == Told(0, said, "", told.storage)


async def test_a_url_that_is_given_counts_before_the_one_that_is_set(app: RunningApp) -> None:
    elsewhere = f"{app.url}/api/elsewhere?code={KEY}"

    told = await check(app.url, "--to", elsewhere, LeadStorage=app.connection)

    assert f"NOT OK  test lead: answered 404 by {app.url}/api/elsewhere\n" in told.out
    assert (told.code, told.err) == (1, "leads: 1 thing needs fixing\n")


async def test_other_storage_than_the_apps_is_told(app: RunningApp, azurite: str) -> None:
    told = await check(app.url, "--within", "1", LeadStorage=azurite)

    assert "NOT OK  test lead: not recorded within 1 s\n        accepted, so it is" in told.out
    assert told.code == 1


async def test_nobody_who_listens_is_told_after_the_ordinary_checks(azurite: str) -> None:
    told = await check("http://127.0.0.1:1", LeadStorage=azurite)

    assert told.out == (
        "ok      azure_table: table MarketplaceLeads can be read\n"
        "NOT OK  test lead: the endpoint answers\n"
        "        nothing is listening at http://127.0.0.1:1/api/leads: is the app running?\n"
    )
    assert (told.code, told.err) == (1, "leads: 1 thing needs fixing\n")


async def test_what_two_destinations_refuse_is_told_of_each() -> None:
    async with HubspotServer().running() as hubspot, HttpsEndpointServer().running() as endpoint:
        both = {"CRM": "hubspot,https_endpoint", "HUBSPOT_TOKEN": "pat-eu1-wrong"}
        settings = app_settings(crms=[hubspot]) | endpoint.settings() | both
        endpoint.faults.append(Fault.REJECTED)
        async with RunningApp(env=settings, start=forked) as app:
            told = await check(app.url, **(settings | {"LeadStorage": app.connection}))

    lines = told.out.splitlines()
    assert told.code == 1
    assert any(line.startswith("NOT OK  hubspot: ") for line in lines)
    [refused] = [line for line in lines if "postponed for hubspot" in line]
    assert refused.startswith("NOT OK  test lead: postponed for hubspot after 1 attempt: 401 ")
    [parked] = [line for line in lines if "parked for https_endpoint" in line]
    assert parked.startswith("NOT OK  test lead: parked for https_endpoint: 400 Bad Request: ")
    assert "Required properties are missing." in parked
    assert endpoint.sig not in told.out + told.err
