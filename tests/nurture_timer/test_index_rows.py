"""Only the sweep deletes due rows, and none that anybody may still need."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest

from nurture_timer.nurture import MOST_LEADS, sweep
from nurture_timer.tidying import SETTLED
from shared.domain.delivery import CLAIM
from shared.domain.errors import (
    CrmRejectedError,
    StorageRefusedError,
    StorageUnavailableError,
    UnreadableLeadError,
)
from shared.domain.follow_up import FollowUpState
from shared.domain.schedule import GRACE
from shared.ports.index import Swept
from shared.ports.leads import LeadChange, StoredLead
from tests.examples import LEAD_ID, OTHER_LEAD_ID
from tests.fakes import START, FakeLeadStore
from tests.nurture_timer.world import (
    CLAIMED,
    DELIVERED,
    HOUR,
    MICROSECOND,
    WITHIN,
    Failing,
    World,
    lead,
)

THIRD_LEAD_ID = "c3" * 16
SILENT_SINCE = CLAIM + GRACE
"""When a lead whose worker died is due."""


async def test_the_row_of_a_lead_that_was_dealt_with_is_deleted() -> None:
    world = World()
    await world.put(lead(due_after=HOUR), DELIVERED)

    await world.sweep(HOUR)

    assert world.due() == {LEAD_ID: [WITHIN]}
    assert world.stored().lead.next_due_at == START + WITHIN


async def test_a_young_row_without_a_lead_stays_as_the_lead_may_come_a_moment_later() -> None:
    world = World()
    await world.index.put_due(LEAD_ID, START)

    swept = await world.sweep(SETTLED)

    assert swept.cleared == 0
    assert world.due() == {LEAD_ID: [timedelta(0)]}


async def test_an_old_row_without_a_lead_is_deleted() -> None:
    world = World()
    await world.index.put_due(LEAD_ID, START)

    swept = await world.sweep(SETTLED + MICROSECOND)

    assert (swept.looked_at, swept.cleared) == (1, 1)
    assert world.due() == {}


async def test_a_row_that_its_lead_does_not_name_is_deleted_once_it_is_old() -> None:
    world = World()
    await world.put(lead(), DELIVERED)
    await world.index.put_due(LEAD_ID, START)

    await world.sweep(SETTLED)
    assert world.due() == {LEAD_ID: [timedelta(0), WITHIN]}
    await world.sweep(2 * SETTLED)

    assert world.due() == {LEAD_ID: [WITHIN]}
    assert world.clock_of().state is FollowUpState.WAITING


async def test_an_old_row_that_was_written_again_meanwhile_stays() -> None:
    world = World()
    await world.index.put_due(LEAD_ID, START)

    async def written_again(request: str) -> None:
        if request == "leads.read":
            world.index._put_due(LEAD_ID, START)  # noqa: SLF001 - past the gate

    world.leads.gate = written_again
    await world.sweep(2 * SETTLED)

    assert world.due() == {LEAD_ID: [timedelta(0)]}


async def test_the_age_of_a_row_is_that_of_the_clock_and_not_of_the_time_swept_for() -> None:
    world = World()
    await world.index.put_due(LEAD_ID, START)

    swept = await sweep(START + 30 * WITHIN, world.ports)

    assert swept.cleared == 0
    assert world.due() == {LEAD_ID: [timedelta(0)]}


async def test_a_lead_that_somebody_else_writes_meanwhile_stays_due() -> None:
    world = World()
    await world.put(lead(), DELIVERED)

    async def somebody_else(request: str) -> None:
        if request == "leads.commit":
            stored = world.stored()
            world.leads._commit(LeadChange(before=stored, lead=stored.lead, at=START))  # noqa: SLF001 - past the gate

    world.leads.gate = somebody_else
    swept = await world.sweep(WITHIN)

    assert (swept.flagged, swept.failed) == (0, 0)
    assert world.clock_of().state is FollowUpState.WAITING
    assert WITHIN in world.due()[LEAD_ID]


@pytest.mark.parametrize(
    ("request_", "part"),
    [
        ("leads.read", "leads"),
        ("leads.commit", "leads"),
        ("index.put_due", "index"),
        ("index.put_overdue", "index"),
        ("index.delete", "index"),
        ("queue.send", "queue"),
    ],
)
async def test_storage_that_fails_for_one_lead_keeps_none_of_the_others_waiting(
    request_: str, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    for lead_id in (LEAD_ID, OTHER_LEAD_ID, THIRD_LEAD_ID):
        await world.put(lead(lead_id), CLAIMED)
    getattr(world, part).gate = Failing(request_, numbers=[2])

    swept = await world.sweep(WITHIN)

    assert swept.failed == 1
    assert swept.looked_at == 3
    states = [world.clock_of(lead_id).state for lead_id in (LEAD_ID, THIRD_LEAD_ID)]
    assert states == [FollowUpState.OVERDUE] * 2
    assert SILENT_SINCE in world.due()[OTHER_LEAD_ID]
    assert f"lead {OTHER_LEAD_ID} stays due: storage: 503" in caplog.text


async def test_a_row_that_can_not_be_deleted_is_cleared_by_a_later_sweep() -> None:
    world = World()
    await world.index.put_due(LEAD_ID, START)
    world.index.gate = Failing("index.delete", numbers=[1])

    assert (await world.sweep(2 * SETTLED)).failed == 1
    assert (await world.sweep(2 * SETTLED)).failed == 0

    assert world.due() == {}


async def test_a_fault_of_ours_is_not_taken_for_one_of_storage() -> None:
    world = World()
    await world.put(lead(), CLAIMED)
    world.index.gate = Failing("index.put_due", error=StorageUnavailableError("storage: 503"))
    assert (await world.sweep(WITHIN)).faults == 0

    world.index.gate = Failing("index.put_due", error=CrmRejectedError("impossible"))
    assert (await world.sweep(WITHIN)).faults == 1


async def test_an_index_that_can_not_be_read_is_told_to_the_host() -> None:
    world = World()
    world.index.gate = Failing("index.due")

    with pytest.raises(StorageUnavailableError, match="storage: 503"):
        await world.sweep(WITHIN)


async def test_the_heartbeat_says_when_and_what() -> None:
    world = World()
    await world.put(replace(lead(), test=True), CLAIMED)
    await world.outbox.keep("1", "message")
    await world.index.put_due(OTHER_LEAD_ID, START)

    swept = await world.sweep(WITHIN)

    assert swept == Swept(looked_at=2, flagged=1, requeued=1, from_outbox=1, cleared=1)
    assert world.index.heartbeat == (START + WITHIN, swept)


class Unreadable:
    """Leads of which only a newer version can read some."""

    def __init__(self, leads: FakeLeadStore, ids: Collection[str]) -> None:
        self._leads, self._ids = leads, ids
        self.interests, self.commit = leads.interests, leads.commit
        self.interest_rows, self.act_ids = leads.interest_rows, leads.act_ids

    async def read(self, lead_id: str) -> StoredLead | None:
        if lead_id in self._ids:
            raise UnreadableLeadError(lead_id)
        return await self._leads.read(lead_id)


async def test_leads_that_cannot_be_read_keep_no_other_from_its_turn() -> None:
    world = World()
    newer = [f"{number:032x}" for number in range(MOST_LEADS + 1)]
    for lead_id in newer:
        await world.index.put_due(lead_id, START)
    await world.put(lead(), DELIVERED)
    world.clock.now = START + WITHIN

    ports = replace(world.ports, leads=Unreadable(world.leads, set(newer)))
    swept = await sweep(world.clock.now, ports)

    assert (swept.flagged, swept.failed) == (1, len(newer))


async def test_a_row_that_storage_refuses_costs_neither_the_others_nor_the_heartbeat() -> None:
    world = World()
    await world.put(lead(), DELIVERED)
    await world.sweep(WITHIN)
    await world.index.put_overdue(LEAD_ID, START)
    world.leads.refuses = lambda _: True
    world.leads.gate = Failing("leads.read", error=StorageRefusedError("storage refuses"))

    await world.sweep(WITHIN + 2 * SETTLED)

    assert world.index.heartbeat is not None
    assert world.index.heartbeat[0] == START + WITHIN + 2 * SETTLED
