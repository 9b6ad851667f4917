"""Several destinations: each has its own claim and schedule, and waits for none of the others."""

import asyncio

import pytest

from shared.domain.delivery import CLAIM
from shared.domain.errors import (
    CrmOutcomeUnknownError,
    CrmUnavailableError,
    StorageUnavailableError,
)
from shared.domain.schedule import GRACE
from tests.fakes import FakeCrm
from tests.route_lead.relay import MINUTE, SECOND, Gates, Relay, push, with_destinations


def two(north: FakeCrm | None, south: FakeCrm | None) -> Relay:
    crms = {"north": north, "south": south}
    return Relay(rules=with_destinations("north", "south"), crms=crms)


async def test_a_lead_goes_to_all_of_them() -> None:
    north, south = FakeCrm(), FakeCrm()
    routed = await two(north, south).take(push(1))
    assert routed is not None
    assert routed.delivered == ("north", "south")
    assert len(north.records) == len(south.records) == 1


async def test_one_that_is_down_does_not_hold_up_the_other() -> None:
    north, south = FakeCrm(fails=[CrmUnavailableError("503")] * 3), FakeCrm()
    relay = two(north, south)
    routed = await relay.take(push(1))
    assert routed is not None
    assert (routed.delivered, routed.postponed) == (("south",), 30 * SECOND)
    await relay.drain()
    assert len(north.records) == 1
    assert south.calls == 1


async def test_one_that_does_not_answer_does_not_hold_up_the_other() -> None:
    """They are asked side by side."""
    north, south = FakeCrm(), FakeCrm()
    relay = two(north, south)
    answered = asyncio.Event()

    async def wait_for_the_other(request: str) -> None:
        if request == "crm.upsert":
            await answered.wait()

    async def tell(request: str) -> None:
        if request == "crm.upserted":
            answered.set()

    north.gate, south.gate = wait_for_the_other, tell
    await relay.take(push(1))
    assert len(north.records) == len(south.records) == 1


async def test_one_with_wrong_settings_is_postponed_with_the_reason() -> None:
    south = FakeCrm()
    relay = two(None, south)
    await relay.take(push(1))
    assert len(south.records) == 1
    assert relay.delivery("north").last_error == "wrong settings:\n- CRM=north: no such destination"
    assert relay.delivery("north").claim_id == ""
    assert relay.waits() == [30 * SECOND]
    relay.crms["north"] = north = FakeCrm()
    await relay.drain()
    assert len(north.records) == 1
    assert south.calls == 1


async def test_the_message_waits_for_the_earliest_of_them() -> None:
    north = FakeCrm(fails=[CrmOutcomeUnknownError("cut")])
    south = FakeCrm(fails=[CrmUnavailableError("429", retry_after=2 * MINUTE)])
    relay = two(north, south)
    await relay.take(push(1))
    assert relay.waits() == [2 * MINUTE]
    await relay.drain(until=relay.clock() + 3 * MINUTE)
    assert len(south.records) == 1
    assert relay.waits() == [CLAIM + SECOND - 3 * MINUTE]
    await relay.drain()
    assert len(north.records) == 1


async def test_one_parks_what_the_other_takes() -> None:
    north, south = FakeCrm(rejects="LastName is required"), FakeCrm()
    relay = two(north, south)
    routed = await relay.take(push(1))
    assert routed is not None
    assert (routed.parked, routed.delivered) == (("north",), ("south",))
    await relay.take(push(2))
    assert relay.delivery("north").parked_version == 2
    assert relay.delivery("south").delivered_version == 2


async def test_one_that_is_added_gets_known_leads_with_their_next_interest() -> None:
    north, south = FakeCrm(), FakeCrm()
    relay = Relay(rules=with_destinations("north"), crms={"north": north, "south": south})
    await relay.take(push(1, Title="Engineer"))
    relay.rules = with_destinations("north", "south")
    await relay.take(push(2))
    for crm in (north, south):
        assert [record.notes for record in crm.records] == [["s1", "s2"]]
        assert [record.values["title"] for record in crm.records] == ["Engineer"]


async def test_one_that_is_gone_from_the_settings_is_postponed_for_the_leads_it_had() -> None:
    relay = Relay(rules=with_destinations("north"), crms={"north": FakeCrm()})
    await relay.take(push(1))
    relay.crms.clear()
    relay.rules = with_destinations("south")
    relay.crms["south"] = south = FakeCrm()
    await relay.take(push(2))
    assert len(south.records) == 1
    assert relay.delivery("north").is_behind(2)


@pytest.mark.parametrize("number", range(12))
async def test_storage_that_fails_one_of_them_leaves_the_other_as_it_is(number: int) -> None:
    north, south = FakeCrm(), FakeCrm()
    relay = two(north, south)
    relay.leads.gate = Gates(number, StorageUnavailableError("no answer"))
    await relay.host(push(1))
    await relay.drain()
    assert len(north.records) == len(south.records) == 1
    assert all(not relay.delivery(name).is_behind(1) for name in ("north", "south"))


async def test_no_destination_is_no_fault() -> None:
    relay = Relay(rules=with_destinations())
    routed = await relay.take(push(1))
    assert routed is not None
    assert (routed.delivered, routed.postponed) == ((), None)
    assert relay.lead.next_due_at == relay.clock() + GRACE
