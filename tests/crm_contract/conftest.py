import uuid
from collections.abc import AsyncIterator

import pytest

from shared.settings import StorageSettings
from shared.storage.account import Storage
from tests.crm_contract.subjects import in_memory, on_a_socket, on_azurite
from tests.crm_contract.world import World


@pytest.fixture
async def world(request: pytest.FixtureRequest, azurite: str) -> AsyncIterator[World]:
    """Start with the destination that the case is parametrised by."""
    name: str = request.param
    if name.startswith("in memory"):
        yield World(in_memory(name))
    elif name == "azure_table":
        storage = Storage(StorageSettings(LeadStorage=azurite))
        yield World(on_azurite(storage.table(f"t{uuid.uuid4().hex[:12]}")))
        await storage.close()
    else:
        async with on_a_socket(name) as subject:
            yield World(subject)
