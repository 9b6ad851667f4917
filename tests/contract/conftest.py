import uuid
from collections.abc import AsyncIterator

import pytest

from shared.ports.queue import Outbox
from shared.settings import StorageSettings
from shared.storage.account import Storage
from shared.storage.outbox import TableOutbox
from shared.storage.teams import TableTeams
from tests.contract import subjects
from tests.contract.office import Office
from tests.fake_teams import FakeTeams
from tests.fakes import Clock, FakeOutbox


@pytest.fixture(scope="session")
async def storage(azurite: str) -> AsyncIterator[Storage]:
    storage = Storage(StorageSettings(LeadStorage=azurite))
    yield storage
    await storage.close()


@pytest.fixture
def prefix() -> str:
    """Begin the names of tables and queues, so that tests do not see each other."""
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture(params=["in memory", "on Azurite"])
def in_memory(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "in memory")


@pytest.fixture
def leads(in_memory: bool, storage: Storage, prefix: str) -> subjects.Leads:  # noqa: FBT001 - a fixture
    if in_memory:
        return subjects.leads_in_memory()
    return subjects.leads_on_azurite(storage.table(f"{prefix}Leads"))


@pytest.fixture
def index(in_memory: bool, storage: Storage, prefix: str) -> subjects.Index:  # noqa: FBT001 - a fixture
    if in_memory:
        return subjects.index_in_memory()
    return subjects.index_on_azurite(storage.table(f"{prefix}LeadIndex"))


@pytest.fixture
def queue(in_memory: bool, storage: Storage, prefix: str) -> subjects.Queue:  # noqa: FBT001 - a fixture
    if in_memory:
        return subjects.queue_in_memory()
    return subjects.queue_on_azurite(storage.queue(prefix))


@pytest.fixture
def outbox(in_memory: bool, storage: Storage, prefix: str) -> Outbox:  # noqa: FBT001 - a fixture
    return FakeOutbox() if in_memory else TableOutbox(storage.table(f"{prefix}Outbox"))


@pytest.fixture
def kept(in_memory: bool, storage: Storage, prefix: str) -> subjects.Kept:  # noqa: FBT001 - a fixture
    if in_memory:
        return subjects.quarantine_in_memory()
    return subjects.quarantine_on_azurite(storage.table(f"{prefix}Quarantine"))


@pytest.fixture
def office(in_memory: bool, storage: Storage, prefix: str) -> Office:  # noqa: FBT001 - a fixture
    teams = FakeTeams() if in_memory else TableTeams(storage.table(f"{prefix}Teams"))
    return Office(teams, Clock())
