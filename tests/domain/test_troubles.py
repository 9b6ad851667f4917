"""When people are told of a trouble, and that it is over."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import (
    CrmCredentialsError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmSettingsError,
    CrmUnavailableError,
    SettingsError,
)
from shared.domain.troubles import (
    CLAIM,
    ONCE_IN,
    OVER_AFTER,
    Cause,
    ToldTrouble,
    TroubleKind,
    cause_of,
    claimed,
    meet,
    to_end,
    to_forget,
    to_tell,
    told,
)
from tests.fakes import START

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SWEEP = 5 * MINUTE


def trouble(kind: TroubleKind = TroubleKind.PARKED) -> ToldTrouble:
    return ToldTrouble(kind=kind, subject="crm", since=START, seen_at=START)


def messages(seen: list[bool], kind: TroubleKind = TroubleKind.PARKED) -> list[tuple[int, bool]]:
    """Return the numbers of the sweeps that tell something, and whether it is that it is over."""
    row: ToldTrouble | None = None
    sent: list[tuple[int, bool]] = []
    for number, there in enumerate(seen):
        now = START + number * SWEEP
        if there:
            fresh = ToldTrouble(kind=kind, subject="crm", since=now, seen_at=now)
            row = meet(row or fresh, now)
            if to_tell(row, now):
                sent.append((number, False))
                row = told(claimed(row, "c", now), now, over=False)
        elif row and to_end(row, now):
            sent.append((number, True))
            row = told(claimed(row, "c", now), now, over=True)
        elif row and to_forget(row, now):
            row = None
    return sent


def test_d2_a_trouble_is_told_when_it_is_met_and_once_a_day_while_it_lasts() -> None:
    a_day = ONCE_IN // SWEEP
    assert messages([True] * (2 * a_day + 1)) == [(0, False), (a_day, False), (2 * a_day, False)]


def test_d2_it_is_over_once_nobody_has_met_it_for_an_hour() -> None:
    an_hour = OVER_AFTER // SWEEP
    assert messages([True, *[False] * (an_hour - 1)]) == [(0, False)]
    assert messages([True, *[False] * 100]) == [(0, False), (an_hour, True)]


def test_d2_one_that_comes_back_within_a_day_is_told_when_the_day_is_over() -> None:
    back = [True, *[False] * 20, *[True] * 300]
    assert messages(back) == [(0, False), (12, True), (288, False)]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 400)), max_size=40))
def test_d2_however_it_comes_and_goes_it_takes_two_messages_a_day(
    spells: list[tuple[bool, int]],
) -> None:
    sent = messages([there for there, length in spells for _ in range(length)])

    a_day = ONCE_IN // SWEEP
    for number, _ in sent:
        assert sum(number <= other < number + a_day for other, _ in sent) <= 2
    overs = [over for _, over in sent]
    assert not any(this and that for this, that in pairwise(overs))
    assert overs[:1] in ([], [False])


def test_d3_a_destination_is_unreachable_after_an_hour_without_a_break() -> None:
    an_hour = HOUR // SWEEP
    kind = TroubleKind.UNREACHABLE
    assert messages([True] * an_hour, kind) == []
    assert messages([True] * (an_hour + 1), kind) == [(an_hour, False)]
    assert messages([*[True] * an_hour, False, *[True] * an_hour], kind) == []


def test_one_that_is_over_begins_again() -> None:
    over = told(told(trouble(), START, over=False), START + HOUR, over=True)
    again = meet(over, START + 3 * HOUR)

    assert again.since == START + 3 * HOUR
    assert meet(again, START + 4 * HOUR).since == START + 3 * HOUR


def test_the_same_message_has_the_same_id_until_it_was_sent() -> None:
    before = trouble()
    later = meet(before, START + HOUR)
    assert later.message_id(over=False) == before.message_id(over=False)
    sent = told(later, START, over=False)
    assert len({sent.message_id(over=False), before.message_id(over=False),
                sent.message_id(over=True)}) == 3  # fmt: skip


def test_a_claim_holds_for_a_quarter_of_an_hour() -> None:
    held = claimed(trouble(), "c1", START)
    assert held.is_held(START + CLAIM - MINUTE)
    assert not held.is_held(START + CLAIM)


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (CrmCredentialsError("401"), Cause.CREDENTIALS),
        (CrmSettingsError("no such field"), Cause.SETTINGS),
        (SettingsError(["X: is not set"]), Cause.SETTINGS),
        (CrmRejectedError("a field is required"), Cause.SETTINGS),
        (CrmOutcomeUnknownError("403", trouble=True), Cause.SETTINGS),
        (CrmOutcomeUnknownError("no answer"), Cause.UNREACHABLE),
        (CrmUnavailableError("503"), Cause.UNREACHABLE),
        (TimeoutError(), Cause.UNREACHABLE),
    ],
)
def test_d3_what_is_at_fault_follows_from_the_answer(error: Exception, cause: Cause) -> None:
    assert cause_of(error) is cause
