from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from local.fakes.hubspot import HubspotServer
from shared.destinations.hubspot.adapter import HubspotCrm
from shared.destinations.hubspot.settings import HubspotSettings
from tests.destinations.hubspot.world import CrmFor
from tests.fakes import START


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[HubspotServer]:
    async with HubspotServer().running() as running:
        yield running


@pytest.fixture
def server(running: HubspotServer) -> HubspotServer:
    """Return the server of all tests with a new account in it."""
    new = HubspotServer()
    new.url = running.url
    vars(running).update(vars(new))
    return running


@pytest.fixture
async def crm_for(server: HubspotServer) -> AsyncIterator[CrmFor]:
    built: list[HubspotCrm] = []

    def build(*, now: datetime = START, **given: str) -> HubspotCrm:
        named = {name: value for name, value in (server.settings() | given).items() if value}
        settings = HubspotSettings.model_validate(named)
        built.append(HubspotCrm(settings, clock=lambda: now))
        return built[-1]

    yield build
    for crm in built:
        await crm.close()


@pytest.fixture
def crm(crm_for: CrmFor) -> HubspotCrm:
    return crm_for()
