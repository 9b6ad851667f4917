"""Our own storage fails between a claim and its request: nothing was sent, so nothing is uncertain.

The CRM can't be searched by our id: whatever becomes uncertain there ends as parked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from shared.domain.envelope import Deliver, Push, parse_message
from shared.domain.errors import CrmRejectedError, CrmUnavailableError, StorageUnavailableError
from shared.ports.leads import EventKind
from tests.fakes import FakeCrm
from tests.route_lead.relay import MINUTE, SECOND, Relay, push

DOWN, REFUSED = CrmUnavailableError("503"), CrmRejectedError("LastName is required")


@dataclass
class Outage:
    """Tables give no answer from one of their requests on, for a while, or not that one alone."""

    relay: Relay
    number: int = -1
    lasts: timedelta = timedelta(0)
    passed: int = 0
    since: datetime | None = None

    async def __call__(self, request: str) -> None:
        if self.relay.crm.calls or not request.startswith(("leads.", "index.")):
            return
        if self.passed == self.number and self.since is None:
            self.since = self.relay.clock()
            raise StorageUnavailableError("no answer")
        self.passed += 1
        if self.since is not None and self.relay.clock() < self.since + self.lasts:
            raise StorageUnavailableError("no answer")


@dataclass(frozen=True)
class Scene:
    """What came before, and the message that meets the outage."""

    before: Sequence[Push]
    message: Callable[[Relay], Push | Deliver]
    fails: Sequence[Exception] = ()

    async def played(self, outage: Outage) -> Relay:
        relay = outage.relay
        relay.crm.fails = [*self.fails]
        for one in self.before:
            await relay.host(one)
        message = self.message(relay)
        relay.queue.messages.clear()
        relay.crm.calls = 0
        relay.leads.gate = relay.index.gate = outage
        await relay.host(message)
        return relay


SCENES = {
    "a new lead": Scene([], lambda _: push(1)),
    "a click after others that wait": Scene([push(1), push(2)], lambda _: push(3), [DOWN, DOWN]),
    "a delivery": Scene([push(1)], lambda relay: relay.deliver(), [DOWN]),
    "a release": Scene([push(1)], lambda relay: relay.deliver(release_version=1), [REFUSED]),
}


@pytest.mark.parametrize("lasts", [timedelta(0), 5 * SECOND, 4 * MINUTE, 20 * MINUTE])
@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
async def test_whatever_fails_before_the_first_request_parks_nothing(
    scene: Scene, lasts: timedelta
) -> None:
    undisturbed = Outage(Relay(crms={"crm": FakeCrm(finds=False)}))
    await scene.played(undisturbed)
    assert undisturbed.passed >= 3
    for number in range(undisturbed.passed):
        relay = Relay(crms={"crm": FakeCrm(finds=False)})
        await scene.played(Outage(relay, number, lasts))
        await relay.drain()
        assert relay.delivery().delivered_version == relay.lead.version
        assert len(relay.crm.records) == 1
        assert relay.told().count(EventKind.PARKED) == scene.fails.count(REFUSED)


async def test_a_message_says_which_claims_it_may_hold_in_vain() -> None:
    relay = Relay()
    outage = Outage(relay, number=4, lasts=MINUTE)
    await SCENES["a new lead"].played(outage)
    assert relay.delivery().claim_id == "claim-1"
    (message,) = relay.queue.messages
    assert parse_message(message.text).unsent_claims == ("claim-1",)


async def test_who_holds_a_claim_is_not_robbed_of_it_by_a_message_that_names_another() -> None:
    relay = Relay()
    claimed = []

    async def others(request: str) -> None:
        if request == "crm.upsert" and relay.crm.calls == 1:
            other = relay.deliver().with_unsent_claims("claim-0")
            await relay.take(other)
            claimed.append(relay.delivery().claim_id)

    relay.crm.gate = others
    await relay.take(push(1))
    assert claimed == ["claim-1"]
    assert relay.crm.calls == 1


async def test_one_message_twice_at_once_takes_its_old_claim_over_once() -> None:
    """A queue delivers at least once; both know of the claim, and one of them wins it."""
    relay = Relay()
    await SCENES["a new lead"].played(Outage(relay, number=4, lasts=SECOND))
    (message,) = relay.queue.messages
    relay.clock.now = message.visible_at

    async def the_other(request: str) -> None:
        if request == "crm.upsert" and relay.crm.calls == 1:
            await relay.take(message.text)

    relay.crm.gate = the_other
    await relay.take(message.text)
    await relay.drain()
    assert relay.crm.calls == 1
    relay.assert_delivered("s1")


def test_a_message_names_the_last_claims_only() -> None:
    message: Push | Deliver = push(1)
    for number in range(40):
        message = message.with_unsent_claims(f"claim-{number}")
    assert message.unsent_claims == tuple(f"claim-{number}" for number in range(8, 40))
