"""A write whose answer was lost is found to be done, and is not done again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from shared.domain.errors import (
    CrmOutcomeUnknownError,
    CrmUnavailableError,
    StaleLeadError,
    StorageUnavailableError,
)
from shared.ports.leads import EventKind
from tests.fakes import FakeCrm
from tests.route_lead.relay import Relay, push

NO_ANSWER = StorageUnavailableError("no answer")
TRIED_AGAIN = StaleLeadError("the client tried again by itself, and met its own write")


@dataclass
class LosesAnswer:
    """Lose the answer to one write, after somebody else has had the time to write as well."""

    number: int
    error: Exception
    meanwhile: Callable[[], Awaitable[object]] | None = None
    seen: int = 0

    async def __call__(self, request: str) -> None:
        if request != "leads.committed":
            return
        self.seen += 1
        if self.seen == self.number:
            if self.meanwhile is not None:
                await self.meanwhile()
            raise self.error


def another_click(relay: Relay) -> Callable[[], Awaitable[object]]:
    return lambda: relay.take(push(9))


@pytest.mark.parametrize("error", [NO_ANSWER, TRIED_AGAIN])
@pytest.mark.parametrize("clicks", [False, True])
async def test_a_mark_without_an_answer_is_one_event(error: Exception, *, clicks: bool) -> None:
    relay = Relay()
    relay.leads.gate = LosesAnswer(2, error, another_click(relay) if clicks else None)
    await relay.take(push(1))
    await relay.drain()
    relay.assert_delivered("s1", *["s9"] * clicks)
    delivered = [
        event.detail
        for event in relay.partition.events.values()
        if event.kind is EventKind.DELIVERED
    ]
    assert delivered == [f"version {n}, record 0" for n in range(1, 2 + clicks)]


@pytest.mark.parametrize("error", [NO_ANSWER, TRIED_AGAIN])
@pytest.mark.parametrize("clicks", [False, True])
@pytest.mark.parametrize(
    "failure", [CrmUnavailableError("503"), CrmOutcomeUnknownError("no answer within 60 s")]
)
async def test_a_failure_without_an_answer_counts_once(
    error: Exception, failure: Exception, *, clicks: bool
) -> None:
    relay = Relay(crms={"crm": FakeCrm(fails=[failure] * (1 + clicks))})
    relay.leads.gate = LosesAnswer(2, error, another_click(relay) if clicks else None)
    await relay.take(push(1))
    asked = relay.crm.calls
    assert relay.delivery().attempts == asked
    assert relay.told().count(EventKind.POSTPONED) == 1
    await relay.drain()
    assert relay.record.updates == 1


@pytest.mark.parametrize("error", [NO_ANSWER, TRIED_AGAIN])
async def test_a_release_without_an_answer_is_one_event(error: Exception) -> None:
    relay = Relay(crms={"crm": FakeCrm(rejects="LastName is required")})
    await relay.take(push(1))
    relay.crm.rejects = ""
    relay.leads.gate = LosesAnswer(1, error)
    await relay.take(relay.deliver(release_version=1))
    assert relay.told()[2:] == [EventKind.RELEASED, EventKind.DELIVERED]
    relay.assert_delivered("s1")
