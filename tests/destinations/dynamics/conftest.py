from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from local.fakes.dynamics import DynamicsServer
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.destinations.dynamics.settings import DynamicsSettings
from tests.destinations.dynamics.world import CrmFor
from tests.fakes import START


@pytest.fixture
async def server() -> AsyncIterator[DynamicsServer]:
    async with DynamicsServer().running() as running:
        running.now = START
        yield running


@pytest.fixture
async def crm_for(server: DynamicsServer) -> AsyncIterator[CrmFor]:
    async with AsyncExitStack() as stack:

        def build(**given: str) -> DynamicsCrm:
            settings = {k: text for k, text in {**server.settings(), **given}.items() if text}
            crm = DynamicsCrm(DynamicsSettings.model_validate(settings))
            stack.push_async_callback(crm.close)
            return crm

        yield build


@pytest.fixture
def crm(crm_for: CrmFor) -> DynamicsCrm:
    return crm_for()
