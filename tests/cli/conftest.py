import uuid
from collections.abc import AsyncIterator, Callable

import pytest

from shared.settings import StorageSettings
from shared.storage.account import Storage
from tests.cli.account import Account, open_account
from tests.fakes import FakeCrm


@pytest.fixture(scope="session")
async def storage(azurite: str) -> AsyncIterator[Storage]:
    storage = Storage(StorageSettings(LeadStorage=azurite))
    yield storage
    await storage.close()


@pytest.fixture
def open_again(azurite: str, storage: Storage) -> Callable[[Account], Account]:
    """Open an account as a process does that has just started."""

    def opened(account: Account) -> Account:
        return open_account(azurite, storage, account.prefix, account.crm)

    return opened


@pytest.fixture
async def account(azurite: str, storage: Storage) -> Account:
    """Open an account of its own for each test, with an empty queue."""
    account = open_account(azurite, storage, f"t{uuid.uuid4().hex[:12]}", FakeCrm())
    await account.messages.create_queue()
    return account
