from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from shared.adapters.https_endpoint.adapter import HttpsEndpointCrm
from shared.adapters.https_endpoint.settings import HttpsEndpointSettings
from tests.adapters.https_endpoint.world import CrmFor
from tests.crm_servers.https_endpoint import HttpsEndpointServer


@pytest.fixture
async def server() -> AsyncIterator[HttpsEndpointServer]:
    async with HttpsEndpointServer().running() as running:
        yield running


@pytest.fixture
async def crm_for() -> AsyncIterator[CrmFor]:
    async with AsyncExitStack() as stack:

        def build(server: HttpsEndpointServer, **given: str) -> HttpsEndpointCrm:
            settings = HttpsEndpointSettings.model_validate({**server.settings(), **given})
            crm = HttpsEndpointCrm(settings)
            stack.push_async_callback(crm.close)
            return crm

        yield build


@pytest.fixture
def crm(crm_for: CrmFor, server: HttpsEndpointServer) -> HttpsEndpointCrm:
    return crm_for(server)
