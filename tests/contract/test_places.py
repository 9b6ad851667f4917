"""Places of recipients: the same in memory and in table ``LeadIndex``."""

import asyncio
from datetime import timedelta

import pytest

from shared.domain.places import MOST_SINGLE, WINDOW
from shared.ports.places import PlaceKeeper
from shared.storage.account import Storage
from shared.storage.places import TablePlaces
from tests.fakes import START
from tests.telling import FakePlaces

SECOND = timedelta(seconds=1)


@pytest.fixture
def places(in_memory: bool, storage: Storage, prefix: str) -> PlaceKeeper:  # noqa: FBT001 - a fixture
    return FakePlaces() if in_memory else TablePlaces(storage.table(f"{prefix}LeadIndex"))


async def test_n5_ten_in_ten_minutes_have_a_place(places: PlaceKeeper) -> None:
    taken = [await places.take("anna", START + n * SECOND) for n in range(MOST_SINGLE + 2)]

    assert taken == [True] * MOST_SINGLE + [False] * 2
    assert await places.take("bo", START)
    assert not await places.take("anna", START + WINDOW - SECOND)
    assert await places.take("anna", START + WINDOW)


async def test_n5_one_list_in_ten_minutes_has_a_place(places: PlaceKeeper) -> None:
    assert await places.take_list("team:north", START)
    assert not await places.take_list("team:north", START + WINDOW - SECOND)
    assert await places.take("team:north", START)
    assert await places.take_list("team:north", START + WINDOW)


async def test_n5_no_more_than_ten_have_a_place_however_many_ask_at_once(
    places: PlaceKeeper,
) -> None:
    asked = (places.take("anna", START) for _ in range(30))

    assert sum(await asyncio.gather(*asked)) <= MOST_SINGLE
