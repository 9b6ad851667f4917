"""``leads check`` says of each destination what works, and how to mend what doesn't."""

import asyncio
import os

import pytest

from local.fakes.https_endpoint import HttpsEndpointServer
from tests.forking import Told
from tests.leads_process import run_leads


def check(settings: dict[str, str]) -> Told:
    return run_leads(["check"], os.environ | settings)


def test_a_table_that_can_be_read_is_ok(azurite: str) -> None:
    done = check({"LeadStorage": azurite, "CRM": "azure_table"})

    assert done.out == "ok      azure_table: table MarketplaceLeads can be read\n"
    assert done.code == 0


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"CRM": "nosuch"}, "the destinations are:"),
        ({"CRM": "salesforce"}, "SALESFORCE_URL"),
    ],
)
def test_wrong_settings_are_named(azurite: str, settings: dict[str, str], told: str) -> None:
    done = check({"LeadStorage": azurite} | settings)

    assert f"NOT OK  {settings['CRM']}: settings" in done.out
    assert told in done.out
    storage, error = done.err.splitlines()
    assert storage.startswith("storage: 127.0.0.1:")
    assert (done.code, error) == (1, "leads: 1 thing needs fixing")


def test_a_schedule_that_azure_reads_otherwise_is_named(azurite: str) -> None:
    settings = {"LeadStorage": azurite, "CRM": "azure_table"}

    fine = check({**settings, "NURTURE_SCHEDULE": "0 */5 * * * *"})
    done = check({**settings, "NURTURE_SCHEDULE": "0 0 22-2 * * *"})

    assert fine.out.startswith("ok      nurture_timer: the schedule 0 */5 * * * *\n")
    assert done.out.startswith("NOT OK  nurture_timer: the schedule\n")
    assert "is '0 0 22-2 * * *'; '22-2' goes backwards" in done.out
    assert (fine.code, done.code) == (0, 1)


async def test_a_destination_beside_a_wrong_one_is_tried_all_the_same(azurite: str) -> None:
    async with HttpsEndpointServer().running() as server:
        names = {"CRM": "nosuch,azure_table,https_endpoint"}
        settings = {"LeadStorage": azurite} | server.settings() | names
        done = await asyncio.to_thread(check, settings)

    fine = {line.split()[1] for line in done.out.splitlines() if line.startswith("ok")}
    assert {"azure_table:", "https_endpoint:"} <= fine
    assert done.code == 1
