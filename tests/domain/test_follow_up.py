from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.follow_up import (
    FollowUp,
    FollowUpState,
    flag,
    follow_up,
    is_overdue,
    start_clock,
    stop_clock,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WITHIN = timedelta(hours=24)

WAITING = start_clock(FollowUp(), NOON, WITHIN)
OVERDUE = flag(WAITING, NOON + WITHIN)
FOLLOWED_UP = follow_up(WAITING, NOON + HOUR, "anna")


def test_an_interest_starts_the_clock() -> None:
    clock = start_clock(FollowUp(), NOON, WITHIN)
    assert clock == FollowUp(
        state=FollowUpState.WAITING, clock_started_at=NOON, due_at=NOON + WITHIN
    )


@pytest.mark.parametrize("later", [timedelta(0), HOUR])
def test_a_later_interest_does_not_move_a_running_clock(later: timedelta) -> None:
    assert start_clock(WAITING, NOON + later, WITHIN) == WAITING


def test_an_earlier_interest_that_came_late_sets_the_clock_back() -> None:
    assert start_clock(WAITING, NOON - HOUR, WITHIN) == start_clock(FollowUp(), NOON - HOUR, WITHIN)


def test_a_flag_stays_when_the_clock_is_set_back() -> None:
    earlier = start_clock(OVERDUE, NOON - HOUR, WITHIN)
    assert earlier.state is FollowUpState.OVERDUE
    assert earlier.flagged_at == NOON + WITHIN
    assert earlier.due_at == NOON - HOUR + WITHIN


def test_a_lead_stays_overdue_until_somebody_acts() -> None:
    assert start_clock(OVERDUE, NOON + 2 * WITHIN, WITHIN) == OVERDUE
    assert follow_up(OVERDUE, NOON + 2 * WITHIN, "").state is FollowUpState.FOLLOWED_UP


def test_a_follow_up_stops_the_clock() -> None:
    clock = follow_up(WAITING, NOON + HOUR, "anna")
    assert clock == FollowUp(state=FollowUpState.FOLLOWED_UP, done_at=NOON + HOUR, done_by="anna")


def test_a_follow_up_keeps_what_came_of_it() -> None:
    assert follow_up(OVERDUE, NOON, "anna", "asked for an offer").outcome == "asked for an offer"


@pytest.mark.parametrize("earlier", [timedelta(0), HOUR, 30 * WITHIN])
def test_a_follow_up_answers_all_interests_before_it(earlier: timedelta) -> None:
    assert start_clock(FOLLOWED_UP, NOON + HOUR - earlier, WITHIN) == FOLLOWED_UP


def test_an_answered_interest_after_a_stopped_clock_is_followed_up() -> None:
    assert start_clock(stop_clock(FOLLOWED_UP), NOON, WITHIN) == FOLLOWED_UP


def test_an_answered_interest_does_not_stop_the_clock_of_a_later_one() -> None:
    waiting = start_clock(FOLLOWED_UP, NOON + 2 * HOUR, WITHIN)
    assert start_clock(waiting, NOON, WITHIN) == waiting


def test_an_interest_after_the_follow_up_starts_the_clock_again() -> None:
    again = start_clock(follow_up(OVERDUE, NOON + 2 * WITHIN, "anna"), NOON + 3 * WITHIN, WITHIN)
    assert again == FollowUp(
        state=FollowUpState.WAITING,
        clock_started_at=NOON + 3 * WITHIN,
        due_at=NOON + 4 * WITHIN,
        done_at=NOON + 2 * WITHIN,
        done_by="anna",
    )


def test_a_stopped_clock_is_never_due() -> None:
    stopped = stop_clock(OVERDUE)
    assert stopped.state is FollowUpState.NONE
    assert (stopped.clock_started_at, stopped.due_at) == (None, None)
    assert not is_overdue(stopped, NOON + 30 * WITHIN)


def test_a_stopped_clock_remembers_the_follow_up() -> None:
    assert stop_clock(FOLLOWED_UP).done_at == NOON + HOUR


def test_a_flag_is_never_early() -> None:
    assert not is_overdue(WAITING, NOON + WITHIN - timedelta(microseconds=1))
    assert is_overdue(WAITING, NOON + WITHIN)


@pytest.mark.parametrize("clock", [FollowUp(), OVERDUE, FOLLOWED_UP])
def test_only_a_waiting_lead_becomes_overdue(clock: FollowUp) -> None:
    assert not is_overdue(clock, NOON + 30 * WITHIN)
