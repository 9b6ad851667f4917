"""How far a customer has come: the highest of all that they did."""

from datetime import timedelta

import pytest

from shared.domain.lead import Contact, KeyKind, Lead, Submission
from shared.domain.merging import MergeRules, merge, new_lead
from shared.domain.stage import Stage, highest, stage_of
from shared.domain.whole import NEWEST_INTERESTS
from tests.fakes import START

DAY = timedelta(days=1)
RULES = MergeRules(repeat_window=DAY, follow_up_within=DAY)


def submission(submission_id: str, after: timedelta, action: str) -> Submission:
    return Submission(
        submission_id=submission_id,
        received_at=START + after,
        contact=Contact(email="zoe@fabrikam.example"),
        action=action,
    )


def lead_of(*actions: str) -> Lead:
    lead = new_lead("l1", KeyKind.EMAIL, submission("s", DAY, ""))
    for number, action in enumerate(actions):
        lead, _ = merge(lead, submission(f"s{number}", number * 2 * DAY, action), RULES)
    return lead


@pytest.mark.parametrize(
    ("action", "stage"),
    [
        ("PLT", Stage.INITIAL),
        ("StartTestDrive", Stage.ACCELERATED),
        ("INS", Stage.ACTIVE),
        ("Create", Stage.ACTIVE),
        ("DNC", Stage.NONE),
        ("Quote", Stage.INITIAL),
        ("N/A", Stage.INITIAL),
        ("", Stage.INITIAL),
    ],
)
def test_an_action_has_its_stage_in_any_case(action: str, stage: Stage) -> None:
    assert stage_of(action) == stage_of(action.upper()) == stage_of(action.lower()) == stage


@pytest.mark.parametrize(
    ("actions", "stage"),
    [
        (("DNC",), Stage.NONE),
        (("PLT", "DNC"), Stage.INITIAL),
        (("PLT", "StartTestDrive", "PLT"), Stage.ACCELERATED),
        (("INS", "StartTestDrive", "PLT", "DNC"), Stage.ACTIVE),
    ],
)
def test_the_highest_stage_counts_in_any_order(actions: tuple[str, ...], stage: Stage) -> None:
    assert lead_of(*actions).stage == lead_of(*reversed(actions)).stage == stage


def test_a_stage_outlives_the_interest_that_reached_it() -> None:
    lead = lead_of("INS", *["PLT"] * NEWEST_INTERESTS)
    assert {i.action for i in lead.interests} == {"PLT"}
    assert lead.stage is Stage.ACTIVE


def test_who_did_nothing_has_no_stage() -> None:
    assert highest(()) is Stage.NONE
