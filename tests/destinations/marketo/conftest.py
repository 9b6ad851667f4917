from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from local.fakes.marketo import MarketoServer
from shared.destinations.marketo.adapter import MarketoCrm
from shared.destinations.marketo.settings import MarketoSettings
from tests.destinations.marketo.world import CrmFor
from tests.fakes import Clock


@pytest.fixture
async def server() -> AsyncIterator[MarketoServer]:
    async with MarketoServer().running() as running:
        yield running


@pytest.fixture
async def crm_for(server: MarketoServer) -> AsyncIterator[CrmFor]:
    async with AsyncExitStack() as stack:

        def build(clock: Clock | None = None, **given: str) -> MarketoCrm:
            settings = {k: v for k, v in {**server.settings(), **given}.items() if v}
            told = MarketoSettings.model_validate(settings)
            crm = MarketoCrm(told, clock) if clock else MarketoCrm(told)
            stack.push_async_callback(crm.close)
            return crm

        yield build


@pytest.fixture
def crm(crm_for: CrmFor) -> MarketoCrm:
    return crm_for()
