from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from time import monotonic

import pytest

from local.fakes.https_endpoint import HttpsEndpointServer
from shared.destinations.https_endpoint.adapter import HttpsEndpointCrm
from shared.destinations.https_endpoint.settings import HttpsEndpointSettings
from tests.destinations.https_endpoint.world import CrmFor


@pytest.fixture
async def server() -> AsyncIterator[HttpsEndpointServer]:
    async with HttpsEndpointServer().running() as running:
        yield running


@pytest.fixture
async def crm_for() -> AsyncIterator[CrmFor]:
    async with AsyncExitStack() as stack:

        def build(
            server: HttpsEndpointServer, clock: Callable[[], float] = monotonic, **given: str
        ) -> HttpsEndpointCrm:
            settings = HttpsEndpointSettings.model_validate({**server.settings(), **given})
            crm = HttpsEndpointCrm(settings, clock)
            stack.push_async_callback(crm.close)
            return crm

        yield build


@pytest.fixture
def crm(crm_for: CrmFor, server: HttpsEndpointServer) -> HttpsEndpointCrm:
    return crm_for(server)
