"""A follow-up answers what the customer did before it, and nothing that came after."""

from datetime import datetime, timedelta

import pytest

from shared.domain.acts import Act, Outcome
from shared.domain.clock import answered
from shared.domain.follow_up import (
    FollowUp,
    FollowUpState,
    flag,
    follow_up,
    start_clock,
    stop_clock,
)
from shared.domain.lead import InterestSummary, KeyKind, Lead, Stamp
from tests.examples import acted

NOON = datetime.fromisoformat("2026-11-20T12:00:00Z")
HOUR = timedelta(hours=1)
WITHIN = timedelta(hours=24)
WAITING = start_clock(FollowUp(), NOON, WITHIN)


def interest(
    after: timedelta, *, again: timedelta | None = None, action: str = "INS"
) -> InterestSummary:
    return InterestSummary(
        first=Stamp(NOON + after, "s"),
        last=Stamp(NOON + (after if again is None else again), "s"),
        fingerprint="",
        source="",
        action=action,
        publisher="",
        offer="",
        offer_title="",
    )


def lead(*interests: InterestSummary, clock: FollowUp = WAITING) -> Lead:
    return Lead(
        lead_id="5a" * 16,
        key_kind=KeyKind.EMAIL,
        created_at=NOON,
        interests=interests,
        follow_up=clock,
    )


def test_a_follow_up_stops_the_clock() -> None:
    waiting = lead(interest(timedelta(0)), interest(HOUR))

    done = answered(waiting, acted(NOON + HOUR, outcome=Outcome.WON))

    assert done.follow_up == follow_up(WAITING, NOON + HOUR, "anna", "won")


@pytest.mark.parametrize("clock", [WAITING, flag(WAITING, NOON + WITHIN)])
def test_the_first_interest_after_it_starts_the_clock_again(clock: FollowUp) -> None:
    newest_first = (interest(5 * HOUR), interest(3 * HOUR), interest(timedelta(0)))

    done = answered(lead(*newest_first, clock=clock), acted(NOON + HOUR)).follow_up

    assert done.state is FollowUpState.WAITING
    assert done.clock_started_at == NOON + 3 * HOUR
    assert done.due_at == NOON + 3 * HOUR + WITHIN
    assert done.flagged_at is None
    assert (done.done_at, done.done_by) == (NOON + HOUR, "anna")


def test_a_repeat_after_it_starts_no_clock() -> None:
    repeated = lead(interest(timedelta(0), again=2 * HOUR))

    assert answered(repeated, acted(NOON + HOUR, "")).follow_up.clock_started_at is None


def test_who_asked_a_partner_after_it_waits_for_nobody() -> None:
    other = lead(interest(timedelta(0)), interest(2 * HOUR, action="dnc"))

    assert answered(other, acted(NOON + HOUR, "")).follow_up.state is FollowUpState.FOLLOWED_UP


def test_where_no_clock_ran_none_is_started() -> None:
    stopped = lead(interest(2 * HOUR), clock=stop_clock(WAITING))

    assert answered(stopped, acted(NOON + HOUR, "")).follow_up.state is FollowUpState.FOLLOWED_UP


def test_c7_an_undo_gives_a_lead_of_an_older_version_the_time_of_the_setting() -> None:
    setting = 4 * HOUR
    waiting = lead(interest(timedelta(0)), clock=start_clock(FollowUp(), NOON, setting))
    act = acted(NOON + HOUR)
    undo = Act(said_at=NOON + 2 * HOUR, seen_at=NOON + 2 * HOUR, withdraws=act.act_id)

    undone = answered(answered(waiting, act, setting), undo, setting)

    assert undone.follow_up == waiting.follow_up


def test_c7_so_does_an_act_that_leaves_a_later_interest_open() -> None:
    setting = 4 * HOUR
    waiting = lead(interest(timedelta(0)), interest(3 * HOUR))

    done = answered(waiting, acted(NOON + HOUR), setting)

    assert done.follow_up.due_at == NOON + 7 * HOUR
