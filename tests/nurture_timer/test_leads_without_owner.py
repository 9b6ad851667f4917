"""Rule A3, and the rule of assignment: the sweep finds an owner for a lead that lacks one."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.absences import Absence
from shared.domain.acts import Act, Outcome, Via
from shared.domain.follow_up import FollowUpState
from shared.domain.rules import Member, Notify, Rules, StepKind, Team, rules_without_file
from shared.ports.leads import EventKind
from tests.fakes import START
from tests.office import Office
from tests.route_lead.relay import DAY, push
from tests.telling import ANNA, BO, FAST, NORTH, ladder, rules

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ALWAYS = replace(NORTH, notify=Notify.ALWAYS)
CARL = Member(id="carl", name="Carl", slack="U9")
SOUTH = replace(ALWAYS, id="south", name="South", members=(CARL,))


async def of_before(count: int = 1) -> Office:
    """Return an office with leads that came before anybody was in a team."""
    office = Office(rules_without_file())
    for n in range(count):
        await office.relay.host(push(n + 1, Email=f"c{n}@example.com", LastName=f"Ray {n}"))
    await office.relay.drain()
    return office


async def with_a_lead(in_force: Rules) -> Office:
    office = Office(in_force)
    await office.relay.host(push())
    await office.relay.drain()
    return office


def events(office: Office, kind: EventKind) -> list[tuple[str, str]]:
    found = sorted(office.relay.partition.events.items())
    return [(e.former_owner, e.owner) for _, e in found if e.kind is kind]


def told(office: Office) -> list[tuple[str, str]]:
    return [(one.to, one.kind) for one in office.channels.arrived]


async def test_a3_a_lead_of_before_the_teams_gets_an_owner_who_is_told() -> None:
    office = await of_before()
    office.relay.routing_rules = rules(ALWAYS)

    await office.run(START + 3 * DAY)

    assert office.relay.lead.owner == "anna"
    assert events(office, EventKind.ASSIGNED) == [("", "anna")]
    assert told(office) == [
        ("Anna", "list"),
        ("Anna", "reminder"),
        ("Anna", "reminder"),
        ("Marta", "escalation"),
    ]
    assert "Nobody owns" not in str([one.message.title for one in office.channels.arrived])
    assert office.turns() == 1
    delivered = office.relay.partition.stored.deliveries["crm"].delivered_version
    assert delivered == office.relay.lead.version == 2, "the CRM hears of it"


async def test_a3_the_channel_is_told_too_while_all_who_could_own_it_are_away() -> None:
    office = await of_before()
    away = tuple(
        Absence(member=one, from_at=START, until_at=START + 9 * DAY) for one in ("anna", "bo")
    )
    office.relay.routing_rules = replace(rules(ALWAYS, ladder()), absences=away)

    await office.run(START + 25 * HOUR)

    assert office.relay.lead.owner == "anna"
    assert {who for who, _ in told(office)} == {"Anna", "North"}


async def test_a3_one_whom_no_channel_reaches_gets_it_and_the_channel_is_told() -> None:
    office = await of_before()
    only_default = replace(ALWAYS, channel="", member_channel="")
    office.relay.routing_rules = rules(only_default, ladder())

    await office.run(START + 25 * HOUR)

    assert office.relay.lead.owner == "anna"
    assert told(office) == [("North", "reminder")]


async def test_a3_many_leads_of_before_the_teams_make_no_storm_of_messages() -> None:
    office = await of_before(40)
    office.relay.routing_rules = rules(ALWAYS)

    await office.run(START + 20 * HOUR)

    owners = Counter(p.stored.lead.owner for p in office.relay.leads.partitions.values())
    assert owners == {"anna": 20, "bo": 20}
    assert sorted(told(office)) == [("Anna", "list"), ("Bo", "list")]


async def test_a3_an_overdue_lead_gets_an_owner_at_the_next_look_and_they_find_it_in_a_list() -> (
    None
):
    office = await of_before()
    await office.run(START + 25 * HOUR)
    assert office.relay.lead.follow_up.state is FollowUpState.OVERDUE
    office.channels.arrived.clear()
    office.relay.routing_rules = rules(ALWAYS, ladder())

    await office.run(START + 40 * HOUR)

    assert office.relay.lead.owner == "anna"
    assert told(office) == [("Anna", "list")]


async def test_a3_c7_so_does_one_that_nothing_else_would_make_the_sweep_look_at() -> None:
    office = await of_before()
    await office.run(START + 30 * HOUR)
    partition = office.relay.partition
    ended = replace(partition.stored.lead, next_due_at=None)
    partition.stored = replace(partition.stored, lead=ended)
    office.relay.routing_rules = rules(ALWAYS, ladder())

    await office.run(START + 32 * HOUR)

    assert office.relay.lead.owner == "anna"


async def test_a3_while_nobody_can_take_a_lead_nobody_is_told_so_at_each_look() -> None:
    office = await of_before()
    empty = replace(ALWAYS, members=())
    office.relay.routing_rules = rules(empty, ladder(("1h", StepKind.REMIND)))

    await office.run(START + 4 * DAY)

    assert office.relay.lead.owner == ""
    assert told(office) == [("North", "reminder"), ("North", "reminder")]


async def test_a3_an_owner_whose_team_left_the_file_is_replaced_at_the_flag() -> None:
    office = await with_a_lead(rules(ALWAYS))
    office.relay.routing_rules = rules(SOUTH)

    await office.run(START + 2 * DAY)

    assert (office.relay.lead.owner, office.relay.lead.team) == ("carl", "south")
    assert events(office, EventKind.ASSIGNED) == [("", "anna"), ("anna", "carl")]


async def test_a3_an_owner_whose_team_left_the_file_is_replaced_at_the_next_interest() -> None:
    office = await with_a_lead(rules(ALWAYS))
    office.relay.routing_rules = rules(SOUTH)

    await office.relay.host(push(2, after=5 * MINUTE, offer="offer-2"))
    await office.relay.drain()

    assert (office.relay.lead.owner, office.relay.lead.team) == ("carl", "south")


@pytest.mark.parametrize("before", [rules_without_file(), rules(SOUTH)], ids=["nobody", "gone"])
async def test_a3_an_owner_who_is_found_at_a_repeat_is_told_and_so_is_the_crm(
    before: Rules,
) -> None:
    office = await with_a_lead(before)
    office.relay.routing_rules = rules(ALWAYS)
    office.channels.arrived.clear()

    await office.relay.host(push(2, after=5 * MINUTE, offer="offer-1"))
    await office.run(START + HOUR)

    stored = office.relay.partition.stored
    assert [one.repeats for one in stored.lead.interests] == [1]
    assert stored.lead.owner == "anna"
    assert "Anna" in {who for who, _ in told(office)}
    assert stored.deliveries["crm"].delivered_version == stored.lead.version == 2


async def test_a3_without_any_team_an_owner_stays() -> None:
    office = await with_a_lead(rules(ALWAYS))
    office.relay.routing_rules = rules_without_file()

    await office.run(START + 2 * DAY)

    assert office.relay.lead.owner == "anna"


async def checked_in(team: Team) -> Office:
    """Return an office in which a lead of Anna's that she left open is looked at again."""
    office = await with_a_lead(rules(ALWAYS))
    at = START + 5 * MINUTE
    done = Act(said_at=at, seen_at=at, by="Anna", via=Via.LINK, outcome=Outcome.MEETING)
    await office.act(office.relay.lead.lead_id, done)
    office.channels.arrived.clear()
    await office.run(START + DAY)
    office.relay.routing_rules = rules(team)
    await office.run(START + 20 * DAY)
    return office


async def test_a3_an_owner_who_has_gone_is_replaced_at_a_check_in() -> None:
    office = await checked_in(replace(ALWAYS, members=(BO,)))

    assert office.relay.lead.owner == "bo"
    assert events(office, EventKind.ASSIGNED) == [("", "anna"), ("anna", "bo")]
    assert told(office) == [
        ("North", "reminder"),
        ("Bo", "check_in"),
        ("Bo", "check_in"),
        ("Bo", "check_in"),
    ]


async def test_a3_one_who_is_still_there_keeps_a_lead_at_a_check_in() -> None:
    office = await checked_in(replace(ALWAYS, members=(ANNA, BO, CARL)))

    assert office.relay.lead.owner == "anna"
    assert told(office) == [("Anna", "check_in")] * len(FAST.check_ins)


async def test_a3_where_nobody_is_left_for_a_check_in_the_channel_is_asked() -> None:
    office = await checked_in(replace(ALWAYS, members=()))

    assert office.relay.lead.owner == ""
    assert told(office) == [("North", "check_in")] * len(FAST.check_ins)
