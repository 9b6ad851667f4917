from collections.abc import AsyncIterator

import pytest
from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueServiceClient

from local.azurite import running_azurite
from tests.end_to_end.running import App, running


@pytest.fixture(scope="session")
async def app() -> AsyncIterator[App]:
    """Run one app for all tests that need no settings of their own."""
    async with running() as app:
        yield app
        assert "Traceback" not in app.logged()


@pytest.fixture(scope="session")
async def of_one_app() -> AsyncIterator[str]:
    async with running_azurite(None) as running:
        yield running.connection


@pytest.fixture
async def account(of_one_app: str) -> AsyncIterator[str]:
    """Give an empty account to an app that runs for one test, and empty it again."""
    yield of_one_app
    async with TableServiceClient.from_connection_string(of_one_app) as tables:
        for table in [found async for found in tables.list_tables()]:
            await tables.delete_table(table.name)
    async with QueueServiceClient.from_connection_string(of_one_app) as queues:
        for queue in [found async for found in queues.list_queues()]:
            await queues.delete_queue(queue)
