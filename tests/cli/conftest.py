import uuid
from collections.abc import AsyncIterator, Callable

import pytest

from shared.bootstrap import utc_now
from shared.ports.rules import StoredRules
from shared.settings import StorageSettings
from shared.storage.account import Storage
from tests.cli.a_team import TEAM_RULES
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


@pytest.fixture
async def office(account: Account) -> Account:
    """Return an app in which rules with a team were applied."""
    applied = StoredRules(text=TEAM_RULES, applied_at=utc_now(), applied_by="ada")
    await account.push("warm@example.com")
    assert await account.stores.rules.put_in_force(applied, before=None)
    return account
