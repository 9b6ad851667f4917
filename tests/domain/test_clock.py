"""Consent, and the clock from the first interest that nobody has answered."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.acts import Outcome
from shared.domain.clock import answered
from shared.domain.follow_up import FollowUp, FollowUpState, flag, follow_up
from shared.domain.lead import Contact, Submission
from tests.domain.histories import (
    DAY,
    HOUR,
    NOON,
    RULES,
    START,
    histories,
    merged,
    submission,
)
from tests.examples import acted
from tests.suite.unhurried import examples


def test_do_not_contact_starts_no_clock() -> None:
    lead = merged([submission(action="dnc")])
    assert lead.do_not_contact
    assert lead.follow_up == FollowUp()


@pytest.mark.parametrize("order", [1, -1])
def test_one_interest_is_stronger_than_any_do_not_contact(order: int) -> None:
    asked = submission("s2", HOUR)
    both = [submission("s1", action="DNC"), asked, submission("s3", 2 * HOUR, action="DNC")]
    lead = merged(both[::order])
    assert not lead.do_not_contact
    assert lead.follow_up == merged([asked]).follow_up


def test_the_suppression_list_is_stronger_than_any_interest() -> None:
    lead = merged([submission()], replace(START, suppressed=True))
    assert lead.do_not_contact
    assert lead.follow_up.state is FollowUpState.NONE
    assert lead.asked_for_contact


@pytest.mark.parametrize(
    "contact", [Contact(), Contact(title="Buyer", country="DE"), Contact(email="noemail@x.com")]
)
def test_a_lead_that_nobody_could_answer_has_no_clock(contact: Contact) -> None:
    assert merged([submission(contact=contact)]).follow_up == FollowUp()


@pytest.mark.parametrize("contact", [Contact(phone="call me"), Contact(first_name="Anna")])
def test_a_lead_of_whom_anything_personal_is_known_keeps_its_clock(contact: Contact) -> None:
    assert merged([submission(contact=contact)]).follow_up.state is FollowUpState.WAITING


def test_test_leads_start_no_clock() -> None:
    lead = merged([submission(test=True)])
    assert lead.test
    assert not lead.do_not_contact
    assert lead.follow_up == FollowUp()


def test_the_clock_is_due_when_the_rules_say() -> None:
    clock = merged([submission()]).follow_up
    assert clock == FollowUp(
        state=FollowUpState.WAITING, clock_started_at=NOON, due_at=NOON + RULES.follow_up_within
    )


def test_a_late_interest_that_was_earlier_sets_the_clock_back() -> None:
    lead = merged([submission("s2", HOUR), submission("s1")])
    assert lead.follow_up.clock_started_at == NOON


def test_a_flagged_lead_stays_overdue_with_new_interests() -> None:
    waiting = merged([submission()])
    overdue = replace(waiting, follow_up=flag(waiting.follow_up, NOON + DAY))
    more = merged([submission("s2", 2 * DAY, action="PLT")], overdue)
    assert more.follow_up == overdue.follow_up


def test_a_follow_up_answers_what_came_before_and_not_what_comes_after() -> None:
    waiting = merged([submission()])
    done = replace(waiting, follow_up=follow_up(waiting.follow_up, NOON + 2 * HOUR, "anna"))
    before = merged([submission("s2", HOUR, action="PLT")], done)
    assert before.follow_up == done.follow_up
    after = merged([submission("s3", 3 * HOUR, action="PLT", offer="restore")], before)
    assert after.follow_up.state is FollowUpState.WAITING
    assert after.follow_up.clock_started_at == NOON + 3 * HOUR


def test_a_repeat_starts_no_clock_again() -> None:
    answered_lead = answered(merged([submission()]), acted(NOON + 2 * HOUR))
    again = merged([submission("s2", 3 * HOUR)], answered_lead)
    assert again.follow_up == answered_lead.follow_up
    heard_late = answered(
        merged([submission(), submission("s2", 3 * HOUR)]), acted(NOON + 2 * HOUR)
    )
    assert heard_late.follow_up == answered_lead.follow_up
    assert merged([submission("s3", 27 * HOUR)], again).follow_up == answered_lead.follow_up
    after_the_window = merged([submission("s3", 28 * HOUR)], again)
    assert after_the_window.follow_up.clock_started_at == NOON + 28 * HOUR


def test_a_clock_that_a_repeat_started_is_taken_back_when_its_interest_comes() -> None:
    done = replace(START, follow_up=follow_up(FollowUp(), NOON + HOUR, "anna"))
    repeat, other = submission("s2", 2 * HOUR), submission("s3", 3 * HOUR, action="PLT")
    waiting = merged([repeat, other], done)
    assert waiting.follow_up.clock_started_at == NOON + 2 * HOUR
    assert merged([submission()], waiting).follow_up.clock_started_at == NOON + 3 * HOUR
    assert merged([submission()], merged([repeat], done)).follow_up == done.follow_up


def test_a_repeat_of_an_interest_that_is_kept_no_more_leaves_the_clock() -> None:
    many = [submission(f"s{n:02}", n * HOUR, description=str(n)) for n in range(25)]
    lead = merged([*many, submission("s30", 25 * HOUR, description="24")])
    assert lead.follow_up.clock_started_at == NOON


def test_a_follow_up_that_is_heard_of_late_leaves_what_came_after_it() -> None:
    later = submission("s2", 3 * HOUR, action="PLT")
    lead = answered(
        merged([submission(), later]), acted(NOON + 2 * HOUR, outcome=Outcome.QUALIFIED)
    )
    assert lead.follow_up == FollowUp(
        state=FollowUpState.WAITING,
        clock_started_at=NOON + 3 * HOUR,
        due_at=NOON + 3 * HOUR + RULES.follow_up_within,
        done_at=NOON + 2 * HOUR,
        done_by="anna",
        outcome="qualified",
    )


def test_a_follow_up_answers_everything_up_to_it() -> None:
    history = [submission(), submission("s2", HOUR, action="PLT")]
    for extra in ([], [submission("s3", 3 * HOUR, action="dnc")]):
        lead = answered(merged([*history, *extra]), acted(NOON + HOUR))
        assert lead.follow_up == FollowUp(
            state=FollowUpState.FOLLOWED_UP, done_at=NOON + HOUR, done_by="anna"
        )


def test_a_follow_up_of_a_lead_whose_clock_stands_starts_none() -> None:
    suppressed = merged([submission()], replace(START, suppressed=True))
    lead = answered(suppressed, acted(NOON - HOUR))
    assert lead.follow_up.state is FollowUpState.FOLLOWED_UP
    assert lead.follow_up.due_at is None


@settings(max_examples=examples(60))
@given(histories(), st.integers(min_value=-1, max_value=13), st.data())
def test_it_does_not_matter_when_a_follow_up_is_heard_of(
    history: list[Submission], eights: int, data: st.DataObject
) -> None:
    at = NOON + 8 * HOUR * eights
    heard = data.draw(st.integers(min_value=1, max_value=len(history)))
    late = answered(merged(history), acted(at))
    early = merged(history[heard:], answered(merged(history[:heard]), acted(at)))
    assert late.follow_up.clock_started_at == early.follow_up.clock_started_at
    assert late.follow_up.due_at == early.follow_up.due_at


NOBODY = Contact(title="Buyer", country="DE")


@pytest.mark.parametrize("order", [1, -1])
def test_c9_what_came_while_nobody_could_answer_is_due_with_the_first_contact(order: int) -> None:
    """In either order."""
    nameless = submission("s1", contact=NOBODY)
    named = submission("s2", 5 * HOUR, action="PLT")
    lead = merged([nameless, named][::order], replace(START, interests=()))

    clock = lead.follow_up
    assert clock.clock_started_at == NOON
    assert clock.due_at == NOON + 5 * HOUR + RULES.follow_up_within
