"""What a salesperson should know of a lead beside what the customer did."""

from dataclasses import replace
from datetime import timedelta

from shared.domain.acts import ActSummary, Outcome
from shared.domain.follow_up import FollowUp
from shared.domain.rules import (
    Member,
    Prerequisites,
    Rule,
    Rules,
    Team,
    rules_without_file,
)
from shared.domain.standing import Standing, due_of, rule_name, standing_fields, standing_of
from shared.domain.zones import zone
from tests.examples import interest, lead
from tests.fakes import START

ANNA = Member(id="anna", name="Anna Example", zone="Asia/Tokyo")
NORTH = Team(id="north", name="Sales North", members=(ANNA,), zone="Europe/Berlin")
RULES = Rules(
    rules=(Rule(name="enterprise", team="north"), Rule(name="default")),
    teams={"north": NORTH},
    prerequisites=Prerequisites(required=("country",)),
    source="rules",
)
DUE_AT = START + timedelta(days=1)


def test_names_are_those_that_people_know_and_times_are_the_owners() -> None:
    assert standing_of(RULES, lead()) == Standing(
        owner="Anna Example", team="Sales North", zone=zone("Asia/Tokyo"), judged=True
    )


def test_without_a_routing_file_nothing_is_said() -> None:
    assert standing_of(rules_without_file(), lead()) is None


def test_an_owner_whom_only_a_crm_knows_is_said_to_be_one() -> None:
    standing = standing_of(RULES, replace(lead(), owner="dynamics:systemuser:7"))

    assert standing is not None
    assert standing.owner == "somebody in dynamics (systemuser:7)"


def test_where_nothing_is_asked_for_only_a_person_says_whether_a_lead_is_qualified() -> None:
    anything = replace(RULES, prerequisites=Prerequisites())
    nobodys = replace(lead(), owner="", team="", rules={})
    act = ActSummary(at=START, by="anna", outcome=Outcome.QUALIFIED)

    assert standing_of(anything, nobodys) == Standing(zone=zone("UTC"))
    decided = standing_of(anything, replace(nobodys, acts=(act,)))
    assert decided is not None
    assert decided.judged


def test_an_interest_has_its_own_rule_and_its_own_time_while_an_answer_is_awaited() -> None:
    assert due_of(lead(), interest(1)) == DUE_AT
    assert due_of(lead(), interest(2)) is None
    assert due_of(replace(lead(), follow_up=FollowUp()), interest(1)) is None
    assert (rule_name(lead(), interest(1)), rule_name(lead(), interest(2))) == ("enterprise", "")


def test_every_json_tells_where_a_lead_stands_by_the_same_names() -> None:
    act = ActSummary(at=START, by="anna", outcome=Outcome.QUALIFIED, note="met them")

    assert standing_fields(replace(lead(), acts=(act,))) == {
        "owner": "anna",
        "team": "north",
        "priority": "high",
        "tags": ("big",),
        "qualified": True,
        "unqualified_because": (),
        "qualification_by": "anna",
        "qualification_note": "met them",
        "follow_up_due_at": DUE_AT,
    }
