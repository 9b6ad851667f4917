import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from azure.storage.queue.aio import QueueServiceClient

from local.app_process import RunningApp

TOY_APP = Path(__file__).parent / "toy_app"
TOY_SETTINGS = {"TOY_QUEUE": "toy", "TOY_SCHEDULE": "* * * * * *"}

type Eventually = Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]


@pytest.fixture(scope="session")
async def queue_service(azurite: str) -> AsyncIterator[QueueServiceClient]:
    async with QueueServiceClient.from_connection_string(azurite) as service:
        yield service


@pytest.fixture(scope="session")
async def toy(azurite: str) -> AsyncIterator[RunningApp]:
    env = {**TOY_SETTINGS, "LeadStorage": azurite}
    async with RunningApp(app=TOY_APP, env=env) as app:
        yield app
        assert await app.stop() == 0


@pytest.fixture
def eventually() -> Eventually:
    async def wait_for(met: Callable[[], Awaitable[bool]]) -> None:
        give_up_at = time.monotonic() + 30
        while not await met():
            assert time.monotonic() < give_up_at, "it never happened"
            await asyncio.sleep(0.05)

    return wait_for
