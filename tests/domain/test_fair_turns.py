"""A2: everybody gets their share of new leads, in turn."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.fair_turns import UNIT, Standing, TeamTurns, give_back, take_turn

NAMES = [f"m{number}" for number in range(8)]
WEIGHTS = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 10), min_size=1)


def turns_of(attendance: Sequence[Mapping[str, int]], turns: TeamTurns | None = None) -> list[str]:
    """Return who gets each lead, by who is there then."""
    return [member for member, _ in played(attendance, turns or TeamTurns())]


def played(
    attendance: Sequence[Mapping[str, int]], turns: TeamTurns
) -> Iterator[tuple[str, TeamTurns]]:
    for present in attendance:
        turn = take_turn(turns, present, present)
        turns = turn.turns
        yield turn.member, turns


def distance(got: Sequence[str], weights: Mapping[str, int]) -> Fraction:
    """Return the largest distance of anybody from the exact share of some leads."""
    counts, total = Counter(got), sum(weights.values())
    return max(abs(counts[who] - Fraction(len(got) * w, total)) for who, w in weights.items())


@given(WEIGHTS)
def test_a2_nobody_is_a_whole_lead_from_the_exact_share(weights: dict[str, int]) -> None:
    got = turns_of([weights] * 150)

    assert all(distance(got[:n], weights) < 1 for n in range(1, len(got)))


@given(st.integers(1, 8), st.integers(1, 10))
def test_a2_with_equal_weights_nobody_has_two_more_than_another_in_any_window(
    members: int, weight: int
) -> None:
    everybody = dict.fromkeys(NAMES[:members], weight)
    got = turns_of([everybody] * 40)

    for start in range(len(got)):
        for end in range(start, len(got)):
            counts = Counter(dict.fromkeys(everybody, 0)) + Counter(got[start:end])
            shares = [counts[who] for who in everybody]
            assert max(shares) - min(shares) <= 1


@given(WEIGHTS, st.integers(0, 100), st.integers(1, 100))
def test_a2_with_weights_nobody_is_two_leads_from_the_share_of_any_window(
    weights: dict[str, int], start: int, length: int
) -> None:
    got = turns_of([weights] * 200)

    assert distance(got[start : start + length], weights) < 2


@given(
    st.booleans(),
    st.dictionaries(st.sampled_from(NAMES), st.integers(1, 10), min_size=2),
    st.lists(st.tuples(st.integers(0, 255), st.integers(1, 9)), max_size=30),
)
def test_a2_whoever_comes_and_goes_nobody_is_two_leads_from_the_share_since_the_last_change(
    equal: bool,  # noqa: FBT001 - Hypothesis gives it
    weights: dict[str, int],
    stretches: list[tuple[int, int]],
) -> None:
    turns = TeamTurns()
    for mask, leads in stretches:
        there = {who: 1 if equal else w for who, w in weights.items() if mask >> int(who[1]) & 1}
        got: list[str] = []
        for member, after in list(played([there or weights] * leads, turns)):
            got, turns = [*got, member], after
            assert distance(got, there or weights) < 2


def test_a2_many_who_come_back_at_once_do_not_cost_one_who_stayed_their_turns() -> None:
    behind = {who: Standing(at=0, weight=1, away=-UNIT) for who in NAMES[1:]}
    turns = TeamTurns(standings={"m0": Standing(at=0, weight=1), **behind})

    got = turns_of([dict.fromkeys(NAMES, 1)] * 24, turns)

    assert got.count("m0") == 2


@pytest.mark.parametrize("weight", [1, 2, 5, 10])
@pytest.mark.parametrize("leads_a_day", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("colleagues", [1, 2, 4])
def test_a2_who_is_there_every_other_day_gets_their_share_of_these_days(
    weight: int, leads_a_day: int, colleagues: int
) -> None:
    others = dict.fromkeys(NAMES[1 : 1 + colleagues], 1)
    days = [others if day % 2 else {"m0": weight, **others} for day in range(200)]
    got = turns_of([present for present in days for _ in range(leads_a_day)])

    exact = Fraction(100 * leads_a_day * weight, weight + colleagues)
    assert abs(got.count("m0") - exact) < 2


def test_a2_two_who_are_never_there_together_get_what_comes_in_their_time() -> None:
    got = turns_of([{"m0": 3}, {"m1": 1}] * 50)

    assert got == ["m0", "m1"] * 50


def test_a2_a_new_member_begins_at_the_mean_and_catches_up_on_nothing() -> None:
    veterans = {"m1": 1, "m2": 1}
    with_new = {"m0": 1, **veterans}
    got = turns_of([veterans] * 1_000 + [with_new] * 30)

    assert got[1_000:].count("m0") == 10
    assert got[1_000:1_003].count("m0") == 1


def test_a2_who_was_away_for_a_thousand_leads_gets_normal_turns() -> None:
    everybody = {"m0": 1, "m1": 1, "m2": 1}
    others = {"m1": 1, "m2": 1}
    got = turns_of([everybody] * 5 + [others] * 1_000 + [everybody] * 30)

    assert abs(got[1_005:].count("m0") - 10) <= 1


def test_a2_another_weight_counts_from_the_mean_on() -> None:
    before = {"m0": 1, "m1": 1}
    after = {"m0": 3, "m1": 1}
    got = turns_of([before] * 101 + [after] * 40)

    assert got[101:].count("m0") in {29, 30, 31}


def test_a2_going_and_coming_back_at_once_changes_nothing() -> None:
    everybody = {"m0": 3, "m1": 1, "m2": 7}
    *_, (_, turns) = played([everybody] * 17, TeamTurns())
    gone = take_turn(turns, {"m1": 1, "m2": 7}, ["m1"])
    undone = give_back(gone.turns, "m1", gone.cost)
    back = take_turn(undone, everybody, everybody)
    stayed = take_turn(turns, everybody, everybody)

    assert back.member == stayed.member
    for who, owed in stayed.turns.owed().items():
        assert abs(back.turns.owed()[who] - owed) < Fraction(1, 100)


def test_a2_who_comes_back_is_owed_one_lead_at_most() -> None:
    long_gone = Standing(at=0, weight=1, away=-9 * UNIT)
    turns = TeamTurns(standings={"m0": long_gone, "m1": Standing(at=UNIT, weight=1)})

    got = turns_of([{"m0": 1, "m1": 1}] * 200, turns)

    assert got.count("m0") == 100 + 1


def test_a2_who_may_not_get_a_lead_keeps_their_place_for_the_next() -> None:
    present = {"m0": 1, "m1": 1, "m2": 1}
    first = take_turn(TeamTurns(), present, ["m1", "m2"])
    second = take_turn(first.turns, present, present)

    assert (first.member, second.member) == ("m1", "m0")


def test_a2_a_single_candidate_who_is_ahead_gets_the_lead_all_the_same() -> None:
    present = {"m0": 1, "m1": 1}
    ahead = take_turn(TeamTurns(), present, ["m0"])

    assert take_turn(ahead.turns, present, ["m0"]).member == "m0"


@given(WEIGHTS, st.integers(0, 50))
def test_a1_a_turn_that_is_given_back_leaves_no_trace(weights: dict[str, int], leads: int) -> None:
    *_, (_, turns) = played([weights] * (leads + 1), TeamTurns())
    turn = take_turn(turns, weights, weights)

    assert give_back(turn.turns, turn.member, turn.cost) == turns


def test_a1_a_turn_can_be_given_back_by_one_who_is_away_or_unknown() -> None:
    both = {"m0": 1, "m1": 1}
    first = take_turn(TeamTurns(), both, ["m0"])
    gone = take_turn(first.turns, {"m1": 1}, ["m1"]).turns

    returned = give_back(gone, "m0", first.cost)

    assert returned.standings["m0"].away == UNIT // 2 - UNIT
    assert give_back(gone, "nobody", UNIT) == gone
