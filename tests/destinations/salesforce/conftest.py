from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from local.fakes.salesforce import SalesforceServer
from shared.destinations.salesforce.adapter import SalesforceCrm
from shared.destinations.salesforce.settings import SalesforceSettings
from tests.destinations.salesforce.world import CrmFor


@pytest.fixture
async def server() -> AsyncIterator[SalesforceServer]:
    """Start a fake org on a socket."""
    async with SalesforceServer().running() as running:
        yield running


@pytest.fixture
async def crm_for(server: SalesforceServer) -> AsyncIterator[CrmFor]:
    """Start with a way to build adapters for the org."""
    async with AsyncExitStack() as stack:

        def build(**given: str) -> SalesforceCrm:
            settings = {k: v for k, v in {**server.settings(), **given}.items() if v}
            crm = SalesforceCrm(SalesforceSettings.model_validate(settings))
            stack.push_async_callback(crm.close)
            return crm

        yield build


@pytest.fixture
def crm(crm_for: CrmFor) -> SalesforceCrm:
    """Start with the adapter as the org's settings have it."""
    return crm_for()
