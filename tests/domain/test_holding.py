"""*I have it* (rule F3): it moves the next step, never nearer, twice a run, and ends nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.acts import Act, Outcome
from shared.domain.calendars import Calendar, Window
from shared.domain.clock import answered
from shared.domain.durations import Duration
from shared.domain.follow_up import FollowUp, FollowUpState, LadderKind, start_clock
from shared.domain.holding import HOLD, MOST_KEPT, hold
from shared.domain.ladder import due_step
from shared.domain.lead import KeyKind, Lead
from shared.domain.plan import Plan
from shared.domain.rules import Step, StepKind

MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAYS = ((Window.parse("09:00-17:00"),),) * 5 + ((), ())
OFFICE = Calendar(zone="UTC", hours=DAYS)

WAITING = FollowUp(
    state=FollowUpState.WAITING, clock_started_at=MONDAY - 23 * HOUR, due_at=MONDAY + HOUR
)
RUN = FollowUp(
    state=FollowUpState.OVERDUE,
    clock_started_at=MONDAY - 24 * HOUR,
    due_at=MONDAY,
    flagged_at=MONDAY,
    ladder_at=MONDAY,
    ladder_kind=LadderKind.OVERDUE,
    next_step_at=MONDAY + HOUR,
)
CHECK_IN = FollowUp(
    state=FollowUpState.FOLLOWED_UP,
    done_at=MONDAY - HOUR,
    ladder_at=MONDAY,
    ladder_kind=LadderKind.CHECK_IN,
    next_step_at=MONDAY + HOUR,
)
PLAN = Plan(steps=[Step(gap=Duration.parse("1h"), kind=StepKind.REMIND)] * 2)


def lead(clock: FollowUp) -> Lead:
    return Lead(lead_id="1", key_kind=KeyKind.EMAIL, created_at=MONDAY - 30 * HOUR, follow_up=clock)


@pytest.mark.parametrize("run", [RUN, CHECK_IN], ids=["overdue", "check-in"])
def test_f3_the_next_step_moves_to_four_working_hours_on(run: FollowUp) -> None:
    held = hold(run, "a", MONDAY + 7 * HOUR, OFFICE)

    assert held.next_step_at == MONDAY + 27 * HOUR  # an hour today, three tomorrow
    assert replace(held, next_step_at=run.next_step_at, held_for=()) == run


def test_f3_for_a_team_without_hours_it_is_four_hours_by_the_clock() -> None:
    assert hold(RUN, "a", MONDAY + 14 * HOUR, None).next_step_at == MONDAY + 18 * HOUR


def test_f3_a_step_never_comes_nearer() -> None:
    later = replace(RUN, next_step_at=MONDAY + 100 * HOUR)

    assert hold(later, "a", MONDAY, OFFICE).next_step_at == MONDAY + 100 * HOUR


def test_f3_the_same_notice_counts_once() -> None:
    once = hold(RUN, "a", MONDAY, OFFICE)

    assert hold(once, "a", MONDAY + 3 * HOUR, OFFICE) is once


def test_f3_the_third_press_of_a_run_moves_nothing() -> None:
    twice = hold(hold(RUN, "a", MONDAY, None), "b", MONDAY + 2 * HOUR, None)
    third = hold(twice, "c", MONDAY + 5 * HOUR, None)

    assert twice.next_step_at == MONDAY + 6 * HOUR
    assert third.next_step_at == twice.next_step_at
    assert third.held_for == ("a", "b", "c")


def test_f3_without_a_next_step_nothing_moves() -> None:
    ended = replace(RUN, next_step_at=None)
    answered_and_closed = FollowUp(state=FollowUpState.FOLLOWED_UP, done_at=MONDAY)

    for clock in (ended, answered_and_closed):
        assert hold(clock, "a", MONDAY, None) == replace(clock, held_for=("a",))


def test_f3_a_press_before_the_flag_does_not_hold_the_flag_but_the_first_step() -> None:
    held = hold(WAITING, "a", MONDAY, None)
    taken = due_step(lead(held), PLAN, MONDAY + HOUR, checked=True)

    assert held.due_at == WAITING.due_at
    assert taken is not None
    assert taken.flagged
    assert taken.clock.next_step_at == MONDAY + 4 * HOUR  # and not an hour after the flag
    assert taken.clock.held_until is None


def test_f3_the_first_step_is_not_held_to_before_its_gap() -> None:
    held = hold(WAITING, "a", MONDAY, None)
    flagged_late = due_step(lead(held), PLAN, MONDAY + 4 * HOUR, checked=True)

    assert flagged_late is not None
    assert flagged_late.clock.next_step_at == MONDAY + 5 * HOUR


def test_f3_presses_before_the_flag_count_as_the_runs() -> None:
    held = hold(hold(WAITING, "a", MONDAY - 3 * HOUR, None), "b", MONDAY, None)
    taken = due_step(lead(held), PLAN, MONDAY + HOUR, checked=True)

    assert held.held_until == MONDAY + 4 * HOUR
    assert taken is not None
    third = hold(taken.clock, "c", MONDAY + 2 * HOUR, None)
    assert third.next_step_at == taken.clock.next_step_at


def test_f3_a_flag_of_an_older_version_is_held_as_one_to_come() -> None:
    flagged = replace(RUN, ladder_at=None, ladder_kind=LadderKind.NONE, next_step_at=None)
    begun = due_step(lead(hold(flagged, "a", MONDAY, None)), PLAN, MONDAY, checked=True)

    assert begun is not None
    assert begun.clock.next_step_at == MONDAY + 4 * HOUR


def test_f3_a_press_holds_nothing_of_the_run_after_an_act() -> None:
    held = hold(hold(WAITING, "a", MONDAY, None), "b", MONDAY, None)
    act = Act(said_at=MONDAY, seen_at=MONDAY, by="ada", outcome=Outcome.IN_CONVERSATION)
    after = answered(lead(held), act).follow_up

    assert (after.held_for, after.held_until) == ((), None)


def test_f3_an_interest_that_comes_late_but_was_earlier_leaves_what_was_held() -> None:
    held = hold(WAITING, "a", MONDAY, None)
    earlier = start_clock(held, MONDAY - 24 * HOUR, 24 * HOUR)

    assert earlier.due_at == MONDAY
    assert (earlier.held_for, earlier.held_until) == (("a",), held.held_until)


def test_no_more_presses_are_kept_than_a_row_has_room_for() -> None:
    clock = RUN
    for press in range(100):
        clock = hold(clock, str(press), MONDAY, None)

    assert len(clock.held_for) == MOST_KEPT


@given(
    presses=st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 600)), max_size=8),
    gap=st.integers(0, 600),
)
def test_f3_whatever_is_pressed_two_holds_are_the_most(
    presses: list[tuple[str, int]], gap: int
) -> None:
    clock = replace(RUN, next_step_at=MONDAY + timedelta(minutes=gap))
    moved = 0
    for press, minute in sorted(presses, key=lambda one: one[1]):
        now = MONDAY + timedelta(minutes=minute)
        after = hold(clock, press, now, None)
        assert after.next_step_at is not None
        assert clock.next_step_at is not None
        assert (
            clock.next_step_at <= after.next_step_at <= max(clock.next_step_at, now + HOLD.length)
        )
        moved += after.next_step_at != clock.next_step_at
        clock = after

    assert moved <= 2
