"""Rule A5: the sweep's question about follow-ups also tells whom sales gave the record to."""

from dataclasses import replace

import pytest

from shared.domain.delivery import OWNER, CrmRecord, Delivery
from shared.domain.leaving import without_members
from shared.domain.notices import Occasion
from shared.domain.rules import Member, Notify, Policy, StepKind
from shared.ports.leads import EventKind
from shared.ports.owners import Owned
from tests.examples import LEAD_ID
from tests.fakes import FakeCrm, FakeCrmRecord
from tests.nurture_timer.world import DELIVERED, HOUR, WITHIN, World, lead
from tests.telling import ANNA, BO, FAST, NORTH, ladder, rules

GUS = Member(id="gus", name="Gus")
TEAM = replace(
    NORTH,
    notify=Notify.ALWAYS,
    members=tuple(replace(one, owner_ids={"crm": one.id}) for one in (ANNA, BO, GUS)),
)


def seen_with(owner: str) -> Delivery:
    record = CrmRecord(id="0", baseline={OWNER: owner} if owner else {})
    return replace(DELIVERED, record=record)


class Somebody:
    """The port ``Owners`` that always names the same person."""

    async def find(self, lead: object, rules: object) -> Owned | None:
        return Owned(member="anna", team="north", why="turn")


async def asked(shown: str, delivery: Delivery | None = None, policy: Policy = FAST) -> World:
    """Return the world after the sweep that flags a lead of Anna's, which the CRM shows so."""
    crm = FakeCrm(records=[FakeCrmRecord(LEAD_ID, {}, owner=shown)])
    current = without_members(rules(TEAM, policy), {"gus"})
    world = World(crm=crm, rules=current, owners=Somebody())
    await world.put(replace(lead(), owner="anna", team="north"), delivery or seen_with("anna"))
    await world.sweep(WITHIN)
    return world


def assigned(world: World) -> list[tuple[str, str]]:
    events = world.leads.partitions[LEAD_ID].events.values()
    return [(e.former_owner, e.owner) for e in events if e.kind is EventKind.ASSIGNED]


def baseline(world: World) -> dict[str, str]:
    record = world.stored().deliveries["crm"].record
    assert record
    return record.baseline


async def test_a5_whom_sales_named_owns_the_lead_before_the_flag_is_told() -> None:
    world = await asked("bo")

    assert world.stored().lead.owner == "bo"
    assert assigned(world) == [("anna", "bo")]
    assert baseline(world) == {OWNER: "bo"}
    assert {n: str(one.occasion) for n, one in world.stored().notices.items()} == {
        "owner": "overdue"
    }
    await world.sweep(WITHIN + HOUR)
    assert assigned(world) == [("anna", "bo")]


async def test_a5_who_is_named_at_a_look_that_tells_nothing_is_told_of_the_lead() -> None:
    world = await asked("anna", policy=ladder())
    sent = world.leads.partitions[LEAD_ID]
    sent.stored = replace(sent.stored, notices={})
    world.crm.records[0].owner = "bo"

    await world.sweep(WITHIN + 6 * HOUR)

    assert world.stored().lead.owner == "bo"
    assert world.stored().notices["owner"].occasion is Occasion.REASSIGNED
    assert world.queued()[-1] == LEAD_ID


async def test_a5_an_id_that_is_no_member_s_owns_it_and_the_channel_is_told() -> None:
    world = await asked("005X")

    assert world.stored().lead.owner == "crm:005X"
    assert set(world.stored().notices) == {"owner"}, "it resolves to the channel when it is sent"


async def test_a5_one_who_has_left_is_not_taken_over_and_the_channel_is_told_once() -> None:
    world = await asked("gus", policy=ladder())
    first = world.stored().notices["team"]
    sent = world.leads.partitions[LEAD_ID]
    sent.stored = replace(sent.stored, notices={})
    for looks in range(1, 4):
        await world.sweep(WITHIN + looks * 6 * HOUR)

    assert first.occasion is Occasion.OWNER_LEFT
    assert world.stored().lead.owner == "anna"
    assert assigned(world) == []
    assert baseline(world)[OWNER] == "anna"
    assert world.stored().notices == {}


@pytest.mark.parametrize(
    "delivery",
    [
        seen_with(""),
        seen_with("bo"),
        replace(seen_with("anna"), owners_sent=("bo",)),
        replace(seen_with("anna"), owner_sending="bo"),
    ],
    ids=["never looked", "as it was", "an answer was lost", "is being set"],
)
async def test_a5_what_sales_did_not_change_is_not_taken_over(delivery: Delivery) -> None:
    world = await asked("bo", delivery)

    assert world.stored().lead.owner == "anna"
    assert assigned(world) == []


async def test_a5_whom_sales_named_does_not_lose_the_lead_by_the_step_of_that_moment() -> None:
    world = await asked("anna", policy=ladder(("1h", StepKind.REASSIGN)))
    world.crm.records[0].owner = "bo"

    await world.sweep(WITHIN + HOUR)

    assert world.stored().lead.owner == "bo"


async def test_a5_that_sales_did_what_the_lead_says_already_is_only_remembered() -> None:
    crm = FakeCrm(records=[FakeCrmRecord(LEAD_ID, {}, owner="bo")])
    world = World(crm=crm, rules=rules(TEAM), owners=Somebody())
    await world.put(replace(lead(), owner="bo", team="north"), seen_with("anna"))

    await world.sweep(WITHIN)

    assert world.stored().lead.owner == "bo"
    assert assigned(world) == []
    assert baseline(world) == {OWNER: "bo"}


async def test_a5_where_no_channel_is_nobody_is_told_and_the_owner_counts() -> None:
    for shown, owner in (("bo", "bo"), ("gus", "anna")):
        world = await asked("anna", policy=ladder())
        sent = world.leads.partitions[LEAD_ID]
        sent.stored = replace(sent.stored, notices={})
        world.crm.records[0].owner = shown
        world.rules = replace(world.rules, channels={}, default_channel="")
        await world.sweep(WITHIN + 6 * HOUR)

        assert world.stored().lead.owner == owner
        assert world.stored().notices == {}
