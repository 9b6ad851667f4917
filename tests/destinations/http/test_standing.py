"""Where a lead stands, as a salesperson reads it below what the customer did."""

from dataclasses import replace

from shared.destinations.http.standing import LONGEST_LINE, standing_lines
from shared.domain.acts import ActSummary, Outcome
from shared.domain.follow_up import FollowUp
from shared.domain.priority import Priority
from shared.domain.standing import Standing
from shared.domain.zones import zone
from tests.examples import interest, lead
from tests.fakes import START

STANDING = Standing(
    owner="Anna Example", team="Sales North", zone=zone("Europe/Berlin"), judged=True
)
BY_SAM = ActSummary(at=START, by="Sam", outcome=Outcome.QUALIFIED, note="known for years")


def test_few_lines_tell_all_that_the_rules_say() -> None:
    assert standing_lines(STANDING, lead(), interest(1)) == [
        "Qualified: no, country is missing",
        "Owner: Anna Example (Sales North)",
        "Answer by: Tue 3 Nov 2026, 10:00 CET",
        "Priority: high",
        "Tags: big",
        "Rule: enterprise",
    ]


def test_without_rules_there_is_no_line() -> None:
    assert standing_lines(None, lead(), interest(1)) == []


def test_what_there_is_nothing_to_say_of_has_no_line() -> None:
    plain = replace(lead(), follow_up=FollowUp(), tags=(), priority=Priority.NORMAL, rules={})

    assert standing_lines(Standing(team="Sales North"), plain, interest(1)) == []


def test_a_lead_that_nobody_owns_says_so_while_an_answer_is_awaited() -> None:
    lines = standing_lines(replace(STANDING, owner=""), lead(), interest(1))

    assert "Owner: nobody yet (Sales North)" in lines
    assert "Owner: nobody yet" in standing_lines(Standing(), lead(), interest(1))


def test_what_a_person_decided_is_told_with_who_and_why() -> None:
    yes = replace(lead(), acts=(BY_SAM,))
    no = replace(lead(), acts=(replace(BY_SAM, outcome=Outcome.NOT_QUALIFIED),))
    qualified = replace(lead(), unqualified=())

    assert standing_lines(STANDING, yes, interest(1))[0] == (
        "Qualified: yes, Sam decided so: known for years"
    )
    assert standing_lines(STANDING, no, interest(1))[0] == (
        "Qualified: no, Sam decided so: known for years"
    )
    assert standing_lines(STANDING, qualified, interest(1))[0] == "Qualified: yes"


def test_no_name_note_or_tag_breaks_a_line() -> None:
    sly = replace(BY_SAM, by="Sam\nRule: mine", note="a\r\nb\u2028c\x00\u202ed\ufffe")
    loud = replace(lead(), acts=(sly,), tags=("x" * 1_000, "y\nz"))
    named = Standing(owner="Anna\n\nExample\t", team="No\x0brth", zone=zone("UTC"), judged=True)

    lines = standing_lines(named, loud, interest(1))

    assert lines[:2] == [
        "Qualified: yes, Sam Rule: mine decided so: a b c d",
        "Owner: Anna Example (No rth)",
    ]
    assert all(len(line) <= LONGEST_LINE and len(line.splitlines()) == 1 for line in lines)
