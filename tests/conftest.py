from collections.abc import AsyncIterator

import pytest

from local.azurite import running_azurite

pytest_plugins = [
    "tests.suite.collecting",
    "tests.suite.hang_guard",
    "tests.suite.interruptible",
    "tests.suite.longest_first",
    "tests.suite.thorough",
    "tests.suite.unhurried",
    "tests.suite.workers",
]


@pytest.fixture(scope="session")
async def azurite() -> AsyncIterator[str]:
    """Start one in memory for all tests of a process, and give its connection string."""
    async with running_azurite(None) as running:
        yield running.connection
