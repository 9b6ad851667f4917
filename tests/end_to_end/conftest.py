from collections.abc import AsyncIterator

import pytest

from tests.end_to_end.running import App, running


@pytest.fixture(scope="session")
async def app() -> AsyncIterator[App]:
    """Run one app for all tests that need no settings of their own."""
    async with running() as app:
        yield app
        assert "Traceback" not in app.logged()
