"""A destination that no setting names any more is left as it is."""

from dataclasses import replace
from datetime import timedelta

from shared.domain.errors import CrmRejectedError, CrmUnavailableError
from tests.fakes import FakeCrm
from tests.route_lead.relay import RULES, Relay, push, with_destinations

DAY = timedelta(days=1)


def two() -> Relay:
    return Relay(rules=with_destinations("old", "new"), crms={"old": FakeCrm(), "new": FakeCrm()})


async def test_a_new_interest_does_not_go_to_a_retired_destination() -> None:
    relay = two()
    await relay.take(push(1))
    before = relay.delivery("old")
    relay.rules = with_destinations("new")

    routed = await relay.take(push(2))

    assert routed is not None
    assert routed.delivered == ("new",)
    assert routed.postponed is None
    assert relay.delivery("old") == before
    assert relay.queue.messages == []


async def test_what_was_postponed_for_a_destination_is_not_tried_once_it_is_retired() -> None:
    relay = two()
    old = relay.crms["old"]
    assert old is not None
    old.fails = [CrmUnavailableError("it is down")]
    await relay.take(push(1))
    before = relay.delivery("old")
    relay.rules = with_destinations("new")

    await relay.drain()

    assert relay.delivery("old") == before
    assert old.calls == 1


async def test_what_is_parked_for_a_retired_destination_is_not_released() -> None:
    relay = two()
    old = relay.crms["old"]
    assert old is not None
    old.fails = [CrmRejectedError("the country is missing")]
    await relay.take(push(1))
    before = relay.delivery("old")
    relay.rules = with_destinations("new")

    await relay.take(relay.deliver(release_version=relay.lead.version))

    assert relay.delivery("old") == before
    assert old.calls == 1


async def test_a_destination_that_is_named_again_gets_what_it_lacks() -> None:
    relay = two()
    await relay.take(push(1))
    relay.rules = with_destinations("new")
    await relay.take(push(2))
    relay.clock.advance(DAY)
    relay.rules = replace(RULES, destinations=("old", "new"))

    await relay.take(relay.deliver())

    assert relay.delivery("old").delivered_version == relay.lead.version
