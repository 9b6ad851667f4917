"""A lead gets one owner, by one turn, whatever dies or is lost on the way."""

from collections import Counter
from dataclasses import replace

import pytest

from shared.domain.durations import Duration
from shared.domain.errors import StorageUnavailableError
from shared.domain.rules import DEFAULT_RULE, Notify, Rule
from shared.domain.working_time import LONGEST_LOOK
from shared.ports.leads import EventKind
from tests.fakes import START, FakeCrm, open_gate
from tests.office import Office
from tests.route_lead.relay import DAY, Gates, Relay, WorkerDiedError, push
from tests.telling import ANNA, BO, CALENDAR, FAST, NORTH, rules


async def requests() -> list[str]:
    gates = Gates()
    await Office().played(gates)
    return gates.passed


async def test_a1_n1_a_worker_may_die_at_any_request_and_the_lead_has_taken_one_turn() -> None:
    passed = await requests()
    twice = 0
    for number in range(len(passed)):
        office = Office()
        await office.played(Gates(number, WorkerDiedError()))
        office.guard(open_gate)

        [taken] = office.teams.takings.values()
        assert office.relay.lead.owner == taken.member
        assert sum(s.at > 0 for s in office.teams.turns["north"].new.standings.values()) == 1
        told = Counter(office.channels.told())
        assert set(told) == {("people", told_name(taken.member), "new_lead"), SALES_TOLD}
        assert max(told.values()) <= 2
        twice += max(told.values()) == 2
        office.relay.assert_delivered("s1")
        kinds = [e.kind for e in office.relay.partition.events.values()]
        assert kinds.count(EventKind.ASSIGNED) == 1
    assert 0 < twice <= 6


SALES_TOLD = ("sales", "North", "new_lead")


def told_name(member: str) -> str:
    found = NORTH.member(member)
    assert found is not None
    return found.name


async def test_a1_storage_may_fail_at_any_request_done_or_not() -> None:
    for number, request in enumerate(await requests()):
        if request.startswith(("crm.", "channel.")):
            continue
        office = Office()
        await office.played(Gates(number, StorageUnavailableError("no answer")))

        [taken] = office.teams.takings.values()
        assert office.relay.lead.owner == taken.member
        assert set(office.channels.told()) == {
            ("people", told_name(taken.member), "new_lead"),
            SALES_TOLD,
        }


async def test_a4_assignment_adds_three_requests_to_a_new_lead_and_none_to_what_comes_after() -> (
    None
):
    office = Office()
    gates = Gates()
    office.guard(gates)

    await office.relay.host(push())
    first = [name for name in gates.passed if name.startswith("teams.")]
    await office.relay.host(push(2))
    await office.relay.host(push(3, offer="offer-2"))

    assert first == ["teams.read", "teams.taken", "teams.commit", "teams.committed"]
    assert [name for name in gates.passed if name.startswith("teams.")] == first


async def test_a4_a7_with_same_company_it_is_four() -> None:
    same = Rule(name=DEFAULT_RULE, team="north", policy="fast", same_company=True)
    office = Office(replace(rules(), rules=(same,)))
    gates = Gates()
    office.guard(gates)

    await office.relay.host(push(Email="zoe@fabrikam.example"))

    asked = [
        name for name in gates.passed if name.startswith("teams.") and name != "teams.committed"
    ]
    assert asked == ["teams.read", "teams.taken", "teams.company", "teams.commit"]


async def test_a3_a_customer_keeps_the_owner() -> None:
    office = Office()
    await office.relay.host(push())
    owner = office.relay.lead.owner

    for number in range(2, 6):
        await office.relay.host(push(number))

    assert office.relay.lead.owner == owner
    assert office.turns() == 1


async def test_a3_an_owner_who_is_in_no_team_any_more_is_replaced_at_the_next_interest() -> None:
    office = Office()
    await office.relay.host(push())
    owner = office.relay.lead.owner
    rest = tuple(member for member in NORTH.members if member.id != owner)
    office.relay.routing_rules = rules(replace(NORTH, members=rest))

    await office.relay.host(push(2))

    assert office.relay.lead.owner == rest[0].id
    assert office.relay.lead.reassigned == 1


async def test_the_owner_that_a_rule_names_takes_no_turn() -> None:
    named = Rule(name=DEFAULT_RULE, team="north", policy="fast", owner="bo")
    office = Office(replace(rules(), rules=(named,)))

    await office.relay.host(push())

    assert office.relay.lead.owner == "bo"
    assert office.turns() == 0


@pytest.mark.parametrize("why", ["test", "do not contact", "nameless"])
async def test_k3_a_lead_that_nobody_must_answer_takes_no_turn(why: str) -> None:
    office = Office()
    message = {
        "test": push(Email="MSFT_TEST_1@example.com"),
        "do not contact": push(ActionCode="DNC"),
        "nameless": push(FirstName="", LastName="", Company=""),
    }[why]
    if why == "do not contact":
        message = message.model_copy(
            update={"body": message.body.replace(b"AppSource-INS", b"AppSource-DNC")}
        )

    await office.relay.host(message)

    assert office.turns() == 0
    assert office.relay.lead.owner == ""
    assert office.channels.told() == []


ANNA_IN_CRM = replace(ANNA, owner_ids={"crm": "005A"})
BO_IN_CRM = replace(BO, owner_ids={"crm": "005B"})
KNOWN = replace(NORTH, members=(ANNA_IN_CRM, BO_IN_CRM))


async def test_a5_the_crm_is_given_the_owner_with_the_first_delivery() -> None:
    office = Office(rules(KNOWN))

    await office.relay.host(push())

    expected = {"anna": "005A", "bo": "005B"}[office.relay.lead.owner]
    assert office.relay.record.owner == expected
    assert office.relay.delivery().owners_sent == ()


async def test_a5_an_owner_whom_sales_named_becomes_the_lead_s() -> None:
    office = Office(rules(KNOWN))
    await office.relay.host(push())
    other = "bo" if office.relay.lead.owner == "anna" else "anna"
    office.relay.record.owner = {"anna": "005A", "bo": "005B"}[other]

    await office.relay.host(push(2))

    assert office.relay.lead.owner == other
    assert office.relay.record.owner == {"anna": "005A", "bo": "005B"}[other]
    [event] = [e for e in office.relay.partition.events.values() if e.detail == "named in crm"]
    assert (event.kind, event.owner) == (EventKind.ASSIGNED, other)


async def test_a5_an_owner_whom_no_team_knows_is_not_assigned_anew() -> None:
    """The team's channel is told in their place."""
    office = Office(rules(KNOWN))
    await office.relay.host(push())
    office.relay.record.owner = "005X"
    await office.relay.host(push(2))
    assert office.relay.lead.owner == "crm:005X"
    office.channels.arrived.clear()

    await office.relay.host(push(3))

    assert office.relay.lead.owner == "crm:005X"
    assert office.relay.record.owner == "005X"
    assert office.turns() == 1
    assert office.channels.told() == [SALES_TOLD]


async def test_a5_an_owner_who_was_set_without_an_answer_is_no_change_by_sales() -> None:
    passed = await requests()
    for number in range(len(passed)):
        office = Office(rules(KNOWN))
        await office.played(Gates(number, WorkerDiedError()))
        office.guard(open_gate)

        await office.relay.host(push(2))
        await office.relay.drain()

        [taken] = office.teams.takings.values()
        assert office.relay.lead.owner == taken.member
        assert office.relay.record.owner == {"anna": "005A", "bo": "005B"}[taken.member]


async def test_c5_a_calendar_that_never_opens_holds_no_lead_up_and_makes_nothing_due_early() -> (
    None
):
    """The rules say that it is wrong; the lead must not wait for that."""
    closed = frozenset((START + n * DAY).date() for n in range(-1, 800))
    never = replace(NORTH, calendar=replace(CALENDAR, closed=closed), notify=Notify.ALWAYS)
    policy = replace(FAST, within=Duration.parse("2 working hours"))
    office = Office(rules(never, policy))

    await office.relay.host(push())

    assert office.relay.lead.follow_up.due_at == office.relay.lead.created_at + LONGEST_LOOK


async def test_a_record_and_its_notes_are_told_the_owner_whom_sales_named() -> None:
    office = Office(rules(KNOWN))
    crm = office.relay.crms["crm"] = FakeCrm(takes_notes=True)
    await office.relay.host(push())
    owner = office.relay.lead.owner
    other = "bo" if owner == "anna" else "anna"
    office.relay.record.owner = {"anna": "005A", "bo": "005B"}[other]

    await office.relay.host(push(2))

    told = [standing.owner if standing else None for standing in crm.standings]
    assert told == [owner.capitalize(), owner.capitalize(), other.capitalize()]


async def test_without_a_routing_file_no_record_is_told_where_a_lead_stands() -> None:
    relay = Relay()
    await relay.host(push())

    assert relay.crm.standings == [None]
