"""Rule C1 beyond the 20 interests that a lead keeps: the rows have the others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.acts import Act
from shared.domain.clock import answered
from shared.domain.follow_up import FollowUp, FollowUpState
from shared.domain.lead import Interest, KeyKind, Lead, Submission
from shared.domain.merging import Terms, merge, new_lead
from shared.domain.whole import ToldInterest, clipped, keeps_all, whole
from tests.domain.histories import HOUR, MOMENT, NOON, RULES, submission
from tests.examples import acted
from tests.suite.unhurried import examples


@dataclass
class Recorded:
    """A lead and its rows, as they are stored."""

    lead: Lead
    rows: list[ToldInterest] = field(default_factory=list)
    read: int = 0

    def whole(self) -> Lead:
        self.read += not keeps_all(self.lead)
        return self.lead if keeps_all(self.lead) else whole(self.lead, self.rows)

    def play(self, fact: Submission | Act) -> None:
        if isinstance(fact, Submission):
            self.record(fact)
        else:
            self.act(fact)

    def record(self, fact: Submission) -> None:
        due_at = due_of(fact)
        self.lead, repeat_of = merge(self.whole(), fact, RULES, Terms(due_at=due_at))
        interest = Interest(submission=fact, version=self.lead.version, repeat_of=repeat_of)
        self.rows.append(ToldInterest(interest=interest, due_at=due_at))

    def act(self, fact: Act) -> None:
        self.lead = clipped(answered(self.whole(), fact))


def due_of(fact: Submission) -> datetime:
    return fact.received_at + timedelta(minutes=97 * (fact.received_at.minute % 7 + 1))


def played(order: Iterable[Submission | Act]) -> Recorded:
    facts = list(order)
    first = next(one for one in facts if isinstance(one, Submission))
    recorded = Recorded(new_lead("l1", KeyKind.EMAIL, first))
    for fact in facts:
        recorded.play(fact)
    assert len(recorded.lead.interests) <= 20
    return recorded


def history(interests: int, chance: Random) -> list[Submission | Act]:
    """Return interests a few minutes apart, some of them repeats, and acts among them."""
    found: list[Submission | Act] = []
    for number in range(interests):
        about = str(number - chance.choice((0, 0, 0, 1, 3)))
        found.append(submission(f"s{number}", number * 7 * HOUR / 60, description=about))
        if chance.random() < 0.05:
            found.append(acted(NOON + number * 7 * HOUR / 60 + HOUR / 60))
    return found


def clock_of(recorded: Recorded) -> tuple[object, ...]:
    clock = recorded.lead.follow_up
    return clock.state, clock.due_at, clock.clock_started_at, clock.done_at


def oracle(facts: Sequence[Submission | Act]) -> tuple[object, ...]:
    """Return state and due time by the rule: what came after the last act is open."""
    last = max((one.at for one in facts if isinstance(one, Act)), default=None)
    asked = [one for one in facts if isinstance(one, Submission)]
    still = [one for one in asked if last is None or one.received_at > last]
    if not still:
        return FollowUpState.FOLLOWED_UP, None
    return FollowUpState.WAITING, min(due_of(one) for one in still)


@pytest.mark.parametrize("interests", [20, 21, 40])
def test_c1_state_and_due_time_are_the_same_in_every_order_of_many_interests(
    interests: int,
) -> None:
    for seed in range(6):
        chance = Random(seed)  # noqa: S311 - no secret
        facts = history(interests, chance)
        shuffled = list(facts)
        chance.shuffle(shuffled)

        assert clock_of(played(facts)) == clock_of(played(shuffled)), seed


def test_c1_so_they_are_with_five_hundred() -> None:
    """The first 480 are rows already; the last 20, of any time, and the acts come one by one."""
    chance = Random(7)  # noqa: S311 - no secret
    asked = [submission(f"s{n}", n * HOUR / 60, description=str(n)) for n in range(500)]
    chance.shuffle(asked)
    before, rest = asked[:480], asked[480:]
    acts = [acted(NOON + at * HOUR / 60 + MOMENT) for at in (30, 200, 399)]
    facts: list[Submission | Act] = [*rest, *acts]
    chance.shuffle(facts)
    facts.sort(key=lambda fact: fact == rest[0], reverse=True)
    rows = [
        ToldInterest(interest=Interest(submission=one, version=1), due_at=due_of(one))
        for one in before
    ]
    empty = replace(new_lead("l1", KeyKind.EMAIL, asked[0]), submissions=480)
    recorded = Recorded(clipped(whole(empty, rows)), rows)
    for fact in facts:
        recorded.play(fact)

    clock = recorded.lead.follow_up
    assert (clock.state, clock.due_at) == oracle([*asked, *acts])
    assert clock.clock_started_at == NOON + 400 * HOUR / 60
    assert recorded.lead.submissions == 500


@settings(max_examples=examples(60))
@given(st.permutations(range(24)), st.integers(0, 23), st.integers(0, 23))
def test_c1_an_act_in_the_middle_leaves_open_what_came_after_it(
    order: Sequence[int], acted_at: int, recorded_as: int
) -> None:
    facts: list[Submission | Act] = [
        submission(f"s{number}", number * 11 * HOUR / 60, description=str(number))
        for number in order
    ]
    facts.insert(recorded_as + 1, acted(NOON + acted_at * 11 * HOUR / 60 + MOMENT))

    clock = played(facts).lead.follow_up

    assert (clock.state, clock.due_at) == oracle(facts)


def test_rows_are_read_only_where_a_lead_keeps_fewer_than_there_are() -> None:
    few = played(submission(f"s{n}", n * HOUR, description=str(n)) for n in range(20))
    assert (few.read, keeps_all(few.lead)) == (0, True)

    few.record(submission("last", 1000 * HOUR))
    few.record(submission("later", 1001 * HOUR, description="more"))

    assert few.read == 1


def test_a_repeat_of_what_is_in_rows_only_is_known_as_one() -> None:
    recorded = played(submission(f"s{n}", n * HOUR / 60, description=str(n)) for n in range(25))
    recorded.record(submission("again", 2 * HOUR, description="1"))

    assert recorded.rows[-1].interest.repeat_of == "s1"
    assert whole(recorded.lead, recorded.rows).submissions == 26
    assert len(whole(recorded.lead, recorded.rows).interests) == 25


def test_repeats_of_repeats_are_one_interest() -> None:
    rows = [
        ToldInterest(interest=Interest(submission=one, version=1, repeat_of=of))
        for one, of in (
            (submission("s1", 2 * HOUR), ""),
            (submission("s0", HOUR), "s1"),
            (submission("s2", 3 * HOUR), "s0"),
        )
    ]
    empty = replace(new_lead("l1", KeyKind.EMAIL, rows[0].interest.submission), submissions=3)

    [one] = whole(empty, rows).interests

    assert (one.first.submission_id, one.last.submission_id, one.repeats) == ("s0", "s2", 2)
    assert whole(empty, []) == empty
    assert empty.follow_up == FollowUp()


@pytest.mark.parametrize(
    "repeats",
    [{"s1": "s1"}, {"s1": "s2", "s2": "s1"}, {"s1": "s2", "s2": "s3", "s3": "s2"}],
    ids=["itself", "each other", "one of two that do"],
)
def test_rows_that_repeat_each_other_are_one_interest(repeats: dict[str, str]) -> None:
    """A backup may lack the row of a push that came while it was made, and comes again later."""
    rows = [
        ToldInterest(interest=Interest(submission=submission(name), version=1, repeat_of=repeat_of))
        for name, repeat_of in repeats.items()
    ]
    known = new_lead("aa" * 16, KeyKind.EMAIL, submission())

    [interest] = whole(known, rows).interests

    assert interest.repeats == len(rows) - 1
