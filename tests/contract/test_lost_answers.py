"""A write is done and answered as if it was not, and the SDK tries again by itself."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from azure.core.pipeline import PipelineResponse

from shared.domain.places import MOST_SINGLE
from shared.ports.quarantine import Quarantined, QuarantineReason
from shared.settings import StorageSettings
from shared.storage.account import Storage
from shared.storage.places import TablePlaces
from shared.storage.quarantine import TableQuarantine
from shared.storage.quarantine_entries import TableQuarantineEntries
from tests.fakes import START

SECOND = timedelta(seconds=1)


@dataclass
class LostAnswers:
    """Replaces the answers to the next writes by those of a busy gateway."""

    left: int = 0
    lost: int = 0

    def __call__(self, response: PipelineResponse[Any, Any]) -> None:
        if self.left and response.http_request.method != "GET":
            self.left -= 1
            self.lost += 1
            response.http_response.status_code = HTTPStatus.SERVICE_UNAVAILABLE


@pytest.fixture
def answers() -> LostAnswers:
    return LostAnswers()


@pytest.fixture
async def losing(azurite: str, answers: LostAnswers) -> AsyncIterator[Storage]:
    storage = Storage(StorageSettings(LeadStorage=azurite), raw_response_hook=answers)
    yield storage
    await storage.close()


def name() -> str:
    return f"t{uuid.uuid4().hex[:12]}"


async def test_n5_a_place_is_taken_once(losing: Storage, answers: LostAnswers) -> None:
    places = TablePlaces(losing.table(name()))
    taken = [await places.take("anna", START)]
    for number in range(1, MOST_SINGLE + 1):
        answers.left = number in (1, 4)
        taken.append(await places.take("anna", START + number * SECOND))

    assert answers.lost == 2
    assert taken == [True] * MOST_SINGLE + [False]


async def test_what_was_decided_on_an_entry_is_known_as_ones_own(
    losing: Storage, answers: LostAnswers
) -> None:
    table = losing.table(name())
    push = Quarantined(
        quarantine_id="q1",
        received_at=START,
        reason=QuarantineReason.INVALID,
        faults=["not JSON"],
        body=b"no lead",
        content_type="",
        size=7,
    )
    await TableQuarantine(table).keep(push)
    entries = TableQuarantineEntries(table)
    [entry] = await entries.like("q1", most=2)

    answers.left = 1
    assert await entries.decide(entry, "discarded", note="spam", at=START)
    assert answers.lost == 1
    assert not await entries.decide(entry, "released", note="", at=START)
