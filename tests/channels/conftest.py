from collections.abc import AsyncIterator

import pytest

from shared.channels.building import KINDS, Kind
from tests.channels.subjects import Subject, connected


@pytest.fixture(params=KINDS)
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    kind: Kind = request.param
    async with connected(kind) as found:
        yield found
