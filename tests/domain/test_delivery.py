from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.attempts import REASON_CHARACTERS, exponential, half_jittered, postpone
from shared.domain.delivery import (
    CLAIM,
    GIVE_UP_AFTER,
    LONGEST_DELAY,
    SLOW_AFTER,
    SLOW_DELAY,
    UPSERT_DEADLINE,
    CrmRecord,
    Delivery,
    claim,
    gives_up,
    mark_delivered,
    note_progress,
    park,
    release_claim,
    release_parked,
    renew_claim,
    retry_delay,
)
from shared.domain.lead import Contact
from shared.domain.unsent import release_unsent_claim

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
INVISIBILITY_OF_A_MESSAGE = timedelta(minutes=10)

NEW = Delivery(destination="dynamics")
ANNA = Contact(email="anna@contoso.com")
CLAIMED = claim(NEW, "c1", NOON, ANNA)
FAILING = postpone(CLAIMED, "503", MINUTE, NOON)
RECORD = CrmRecord(id="r1", url="https://crm.example.com/r1", baseline={"status": "new"})


# Claims


def test_a_deadline_ends_before_its_claim_and_a_claim_before_the_message_shows_again() -> None:
    assert timedelta(seconds=60) == UPSERT_DEADLINE
    assert timedelta(minutes=5) == CLAIM
    assert UPSERT_DEADLINE < CLAIM < INVISIBILITY_OF_A_MESSAGE


def test_a_claim_is_held_until_its_end() -> None:
    assert NEW.held_until(NOON) is None
    assert CLAIMED.held_until(NOON) == NOON + CLAIM
    assert CLAIMED.held_until(NOON + CLAIM - SECOND) == NOON + CLAIM
    assert CLAIMED.held_until(NOON + CLAIM) is None


def test_a_first_claim_is_certain() -> None:
    assert not CLAIMED.uncertain


def test_a_claim_after_one_without_an_answer_is_uncertain() -> None:
    assert claim(CLAIMED, "c2", NOON + CLAIM, ANNA).uncertain


def test_a_claim_that_its_holder_keeps_is_not_uncertain() -> None:
    kept = renew_claim(CLAIMED, NOON + MINUTE)
    assert kept.held_until(NOON + CLAIM) == NOON + CLAIM + MINUTE
    assert not kept.uncertain


def test_a_claim_after_a_released_one_is_not_uncertain() -> None:
    released = release_claim(CLAIMED)
    assert released.held_until(NOON) is None
    assert not claim(released, "c2", NOON, ANNA).uncertain


def test_what_was_uncertain_stays_so_until_the_destination_answers() -> None:
    uncertain = claim(CLAIMED, "c2", NOON + CLAIM, ANNA)
    assert claim(release_claim(uncertain), "c3", NOON + CLAIM, ANNA).uncertain
    answered = mark_delivered(uncertain, 1, ANNA, RECORD, NOON + CLAIM)
    assert not claim(answered, "c3", NOON + CLAIM, ANNA).uncertain


def test_postponing_leaves_the_claim_to_expire() -> None:
    assert FAILING.held_until(NOON) == NOON + CLAIM
    assert claim(FAILING, "c2", NOON + CLAIM, ANNA).uncertain


# Delivered, parked, released


def test_a_new_delivery_is_behind() -> None:
    assert NEW.is_behind(1)
    assert not NEW.is_behind(0)


def test_a_delivered_version_is_behind_the_next_one_only() -> None:
    delivered = mark_delivered(FAILING, 3, ANNA, RECORD, NOON)
    assert [delivered.is_behind(version) for version in (2, 3, 4)] == [False, False, True]


def test_a_delivery_ends_claim_failures_and_parking() -> None:
    uncertain = claim(FAILING, "c2", NOON + CLAIM, ANNA)
    parked = park(uncertain, 2, "no", NOON)
    failing = postpone(parked, "503", MINUTE, NOON)
    assert mark_delivered(failing, 3, ANNA, RECORD, NOON + MINUTE) == Delivery(
        destination="dynamics",
        delivered_version=3,
        delivered_contact=ANNA,
        delivered_at=NOON + MINUTE,
        record=RECORD,
    )


def test_a_late_answer_does_not_turn_the_version_back() -> None:
    delivered = mark_delivered(CLAIMED, 3, ANNA, RECORD, NOON)
    assert mark_delivered(delivered, 2, ANNA, RECORD, NOON).delivered_version == 3


def test_what_is_parked_is_not_behind_until_something_new_comes() -> None:
    parked = park(FAILING, 2, "LastName is required", NOON)
    assert not parked.is_behind(2)
    assert parked.is_behind(3)
    assert (parked.parked_at, parked.parked_reason) == (NOON, "LastName is required")


def test_parking_ends_the_clock_of_failures_and_not_the_claim() -> None:
    parked = park(FAILING, 2, "no", NOON)
    assert (parked.failing_since, parked.attempts, parked.next_attempt_at) == (None, 0, None)
    assert parked.held_until(NOON) == NOON + CLAIM


def test_what_is_released_is_behind_again() -> None:
    released = release_parked(park(NEW, 2, "no", NOON))
    assert released.is_behind(2)
    assert released == NEW


def test_reasons_are_cut() -> None:
    assert len(park(NEW, 1, "x" * 9_000, NOON).parked_reason) == REASON_CHARACTERS
    assert len(postpone(NEW, "x" * 9_000, MINUTE, NOON).last_error) == REASON_CHARACTERS


# Postponing


def test_a_failed_attempt_is_noted_with_the_next_one() -> None:
    assert (FAILING.attempts, FAILING.next_attempt_at) == (1, NOON + MINUTE)
    assert (FAILING.failing_since, FAILING.last_error) == (NOON, "503")


def test_failures_are_counted_from_the_first_one_since_a_success() -> None:
    again = postpone(FAILING, "429", MINUTE, NOON + MINUTE)
    assert (again.failing_since, again.attempts, again.last_error) == (NOON, 2, "429")
    delivered = mark_delivered(again, 1, ANNA, RECORD, NOON + 2 * MINUTE)
    later = NOON + 3 * MINUTE
    assert postpone(delivered, "503", MINUTE, later).failing_since == later


def test_delays_double_from_half_a_minute_to_an_hour() -> None:
    delays = [retry_delay(replace(NEW, attempts=n), NOON, 1) for n in range(9)]
    assert delays == [30 * SECOND * 2**n for n in range(7)] + [LONGEST_DELAY] * 2


def test_after_three_days_delays_are_six_hours() -> None:
    failing = replace(FAILING, attempts=80)
    assert retry_delay(failing, NOON + SLOW_AFTER - SECOND, 1) == LONGEST_DELAY
    assert retry_delay(failing, NOON + SLOW_AFTER, 1) == SLOW_DELAY
    assert timedelta(days=3) == SLOW_AFTER
    assert timedelta(hours=6) == SLOW_DELAY


@settings(deadline=None)
@given(
    attempts=st.integers(min_value=0, max_value=10**9),
    failing_for=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30)),
    jitter=st.floats(min_value=0, max_value=1),
)
def test_half_of_every_delay_is_left_to_chance(
    attempts: int, failing_for: timedelta, jitter: float
) -> None:
    failing = replace(NEW, attempts=attempts, failing_since=NOON)
    delay = retry_delay(failing, NOON + failing_for, jitter)
    longest = retry_delay(failing, NOON + failing_for, 1)
    assert 30 * SECOND <= longest <= SLOW_DELAY
    assert longest / 2 <= delay <= longest
    assert retry_delay(failing, NOON + failing_for, 0) == longest / 2


def test_jitter_spreads_a_delay_evenly() -> None:
    assert half_jittered(MINUTE, 0) == 30 * SECOND
    assert half_jittered(MINUTE, 0.5) == 45 * SECOND
    assert half_jittered(MINUTE, 1) == MINUTE


@pytest.mark.parametrize(("attempt", "seconds"), [(0, 2), (1, 4), (2, 8), (3, 10), (10**6, 10)])
def test_an_exponential_delay_stops_at_its_longest(attempt: int, seconds: int) -> None:
    assert exponential(2 * SECOND, attempt, 10 * SECOND) == seconds * SECOND


def test_a_destination_is_given_up_after_fourteen_days_of_failures() -> None:
    assert timedelta(days=14) == GIVE_UP_AFTER
    assert not gives_up(FAILING, NOON + GIVE_UP_AFTER - SECOND)
    assert gives_up(FAILING, NOON + GIVE_UP_AFTER)
    assert not gives_up(NEW, NOON + GIVE_UP_AFTER)


# What is open


def test_fields_that_only_a_newer_version_knows_stay_open_until_it_has_an_answer() -> None:
    """A newer version sent them, and got no answer; this one neither sends nor answers for them."""
    newer = replace(NEW, sent=("mobile", "email"), claim_id="c0", claim_ends_at=NOON)

    claimed = claim(newer, "c1", NOON, ANNA)
    ahead = note_progress(claimed, ANNA, RECORD, 1, ("s1",))
    done = mark_delivered(claimed, 1, ANNA, RECORD, NOON)

    assert claimed.sent == ("email", "mobile")
    assert claimed.to_send == {"email"}
    assert (ahead.sent, done.sent) == (("mobile",), ("mobile",))


def test_a_claim_says_whose_and_since_when_it_is_what_is_open() -> None:
    later = claim(replace(CLAIMED, claim_ends_at=NOON), "c2", NOON + CLAIM, ANNA)

    assert (CLAIMED.sent_claim, CLAIMED.sent_at) == ("c1", NOON)
    assert (later.sent_claim, later.sent_at) == ("c2", NOON + CLAIM)
    assert release_claim(later).sent_claim == "c2"


def test_an_owner_that_was_sent_is_remembered_until_the_destination_answers() -> None:
    sending = claim(replace(NEW, owners_sent=("005A",)), "c1", NOON, ANNA, "005B")

    failed = release_claim(sending)

    assert (failed.owners_sent, failed.owner_sending) == (("005A", "005B"), "")
    assert claim(failed, "c2", NOON, ANNA, "005B").owners_sent == ("005A", "005B")
    assert mark_delivered(failed, 1, ANNA, RECORD, NOON).owners_sent == ()


def test_an_owner_that_was_to_be_sent_when_nothing_was_is_not_remembered() -> None:
    unsent = release_unsent_claim(claim(NEW, "c1", NOON, ANNA, "005B"))

    assert (unsent.claim_id, unsent.owners_sent, unsent.owner_sending) == ("", (), "")


# Remarks


def test_remarks_are_kept_until_the_delivery_ends_each_once() -> None:
    ahead = note_progress(CLAIMED, ANNA, RECORD, 1, (), ("phone cut", "merged"))
    again = note_progress(ahead, ANNA, RECORD, 2, (), ("phone cut", "title cut"))

    assert again.remarks == ("phone cut", "merged", "title cut")
    assert postpone(again, "503", MINUTE, NOON).remarks == again.remarks
    assert park(again, 2, "refused", NOON).remarks == again.remarks
    assert mark_delivered(again, 2, ANNA, RECORD, NOON).remarks == ()


def test_no_more_remarks_are_kept_than_can_be_told() -> None:
    many = tuple(f"{number:04d} {'x' * 95}" for number in range(400))
    ahead = note_progress(CLAIMED, ANNA, RECORD, 1, (), many)

    assert ahead.remarks == many[: len(ahead.remarks)]
    assert REASON_CHARACTERS - 102 < len("; ".join(ahead.remarks)) <= REASON_CHARACTERS
