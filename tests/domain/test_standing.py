"""What a salesperson should know of a lead beside what the customer did."""

from dataclasses import replace
from datetime import timedelta

from shared.domain.acts import ActSummary, Outcome
from shared.domain.follow_up import FollowUp
from shared.domain.priority import Priority
from shared.domain.qualification import Qualification
from shared.domain.rules import (
    Member,
    Prerequisites,
    Rule,
    Rules,
    Team,
    rules_without_file,
)
from shared.domain.standing import Standing, standing_fields, standing_of
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


def test_names_are_those_that_people_know_and_a_time_is_the_owners() -> None:
    assert standing_of(RULES, lead(), interest(1)) == Standing(
        rule="enterprise",
        owner="Anna Example",
        team="Sales North",
        due_at=DUE_AT,
        zone=zone("Asia/Tokyo"),
        qualification=Qualification(qualified=False, reasons=("country is missing",)),
        priority=Priority.HIGH,
        tags=("big",),
    )


def test_without_a_routing_file_nothing_is_said() -> None:
    assert standing_of(rules_without_file(), lead(), interest(1)) is None


def test_an_owner_whom_only_a_crm_knows_is_said_to_be_one() -> None:
    given_away = replace(lead(), owner="dynamics:systemuser:7")

    standing = standing_of(RULES, given_away, interest(1))

    assert standing is not None
    assert standing.owner == "somebody in dynamics (systemuser:7)"


def test_what_was_answered_has_no_time_to_answer_by() -> None:
    answered = replace(lead(), follow_up=FollowUp())
    standing = standing_of(RULES, answered, interest(1))

    assert standing is not None
    assert standing.due_at is None


def test_where_nothing_is_asked_for_only_a_person_says_whether_a_lead_is_qualified() -> None:
    anything = replace(RULES, prerequisites=Prerequisites())
    plain = replace(lead(), unqualified=(), owner="", team="", rules={})
    act = ActSummary(at=START, by="anna", outcome=Outcome.QUALIFIED, note="met them")
    decided = Qualification(qualified=True, by="anna", note="met them")

    by_rules = standing_of(anything, plain, None)
    by_person = standing_of(anything, replace(plain, acts=(act,)), None)

    assert by_rules == Standing(
        zone=zone("UTC"), priority=Priority.HIGH, tags=("big",), qualification=None
    )
    assert by_person is not None
    assert by_person.qualification == decided


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
