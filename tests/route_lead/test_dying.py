"""A worker dies, or storage fails, at any single request: nothing is lost, nothing doubled."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from shared.domain.envelope import Push
from shared.domain.errors import CrmUnavailableError, StorageUnavailableError
from tests.fakes import FakeCrm
from tests.route_lead.relay import Gates, Relay, WorkerDiedError, push


@dataclass(frozen=True)
class Scene:
    """What came before, and the message at which something goes wrong; None is a delivery."""

    before: Sequence[Push]
    message: Push | None
    fails: Sequence[Exception] = ()
    takes_notes: bool = False

    async def played(self, gates: Gates) -> Relay:
        relay = Relay(crms={"crm": FakeCrm(takes_notes=self.takes_notes, fails=[*self.fails])})
        for one in self.before:
            await relay.host(one)
        for gated in (relay.leads, relay.index, relay.queue, relay.crm):
            gated.gate = gates
        await relay.host(self.message or relay.deliver())
        await relay.drain()
        return relay

    async def requests(self) -> list[str]:
        gates = Gates()
        relay = await self.played(gates)
        relay.assert_delivered(*self.submissions)
        return gates.passed

    @property
    def submissions(self) -> set[str]:
        last = [self.message] if self.message else []
        return {one.submission_id for one in (*self.before, *last)}


DOWN = CrmUnavailableError("503 Service Unavailable")
SCENES = {
    "a new lead": Scene([], push(1)),
    "a new lead that waits": Scene([], push(1), fails=[DOWN]),
    "a second interest": Scene([push(1)], push(2, Title="Manager")),
    "a late interest": Scene([push(2, Title="Manager")], push(1, Title="Engineer")),
    "a repeat": Scene([push(1, offer="a")], push(2, offer="a")),
    "a message that came before": Scene([push(1)], push(1)),
    "a delivery": Scene([push(1)], None, fails=[DOWN]),
    "a note": Scene([push(1)], push(2), takes_notes=True),
    "two notes": Scene([push(1), push(2)], push(3), fails=[DOWN, DOWN], takes_notes=True),
}


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
async def test_a_worker_may_die_at_any_request(scene: Scene) -> None:
    requests = await scene.requests()
    for number in range(len(requests)):
        relay = await scene.played(Gates(number, WorkerDiedError()))
        relay.assert_delivered(*scene.submissions)


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
async def test_storage_may_fail_at_any_request_done_or_not(scene: Scene) -> None:
    of_storage = [
        number
        for number, request in enumerate(await scene.requests())
        if not request.startswith("crm.")
    ]
    assert of_storage
    for number in of_storage:
        relay = await scene.played(Gates(number, StorageUnavailableError("no answer")))
        relay.assert_delivered(*scene.submissions)


async def test_a_normal_way_takes_four_requests_to_storage_and_one_to_the_crm() -> None:
    assert await SCENES["a new lead"].requests() == [
        "leads.read",
        "index.put_new",
        "index.written",
        "leads.commit",
        "leads.committed",
        "crm.upsert",
        "crm.upserted",
        "leads.commit",
        "leads.committed",
    ]


async def test_a_repeat_takes_two_requests() -> None:
    assert await SCENES["a repeat"].requests() == ["leads.read", "leads.commit", "leads.committed"]


async def test_a_message_that_came_before_takes_two_requests() -> None:
    requests = await SCENES["a message that came before"].requests()
    assert requests == ["leads.read", "leads.commit"]


@pytest.mark.parametrize("error", [WorkerDiedError(), StorageUnavailableError("no answer")])
async def test_what_is_being_parked_is_parked_whatever_happens(error: BaseException) -> None:
    for number in range(9):
        gates = Gates(number, error)
        relay = Relay(gate=gates, crms={"crm": FakeCrm(rejects="LastName is required")})
        await relay.host(push(1))
        await relay.drain()
        assert relay.delivery().parked_version == 1
        assert {row[1] for row in relay.index.parked} == {relay.lead.lead_id}
        assert len(gates.passed) > number
        relay.crm.rejects = ""
        await relay.host(relay.deliver(release_version=1))
        relay.assert_delivered("s1")


async def test_a_release_that_is_cut_off_anywhere_is_made_good() -> None:
    for number in range(9):
        relay = Relay(crms={"crm": FakeCrm(rejects="LastName is required")})
        await relay.host(push(1))
        relay.crm.rejects = ""
        relay.leads.gate = relay.queue.gate = relay.crm.gate = Gates(number)
        await relay.host(relay.deliver(release_version=1))
        await relay.drain()
        relay.assert_delivered("s1")
