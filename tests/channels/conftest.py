from collections.abc import AsyncIterator

import pytest

from shared.channels.building import KINDS
from tests.channels.subjects import Subject, connected


@pytest.fixture(params=KINDS)
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    async with connected(request.param) as found:
        yield found
