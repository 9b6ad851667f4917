"""Acts are facts: what they make of a lead does not depend on when they are heard of."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.acts import (
    NEWEST_ACTS,
    Act,
    ActSummary,
    Outcome,
    last_act,
    look_again_on,
    with_act,
)
from shared.domain.clock import answered
from shared.domain.follow_up import FollowUpState, follow_up
from shared.domain.lead import KeyKind, Lead, Submission
from shared.domain.merging import Terms, merge, new_lead
from shared.domain.qualification import decision_of
from tests.domain.histories import HOUR, NOON, RULES, submission
from tests.examples import acted
from tests.suite.unhurried import examples

DAY = date(2027, 3, 3)
TIMES = st.integers(min_value=0, max_value=12)


@st.composite
def facts(draw: st.DrawFn) -> list[Submission | Act]:
    """Draw interests and acts of one lead, all at different times."""
    hours = draw(st.lists(TIMES, min_size=2, max_size=7, unique=True))
    found: list[Submission | Act] = []
    for number, hour in enumerate(hours):
        if number == 0 or draw(st.booleans()):
            found.append(submission(f"s{number}", hour * HOUR, description=str(number)))
        else:
            found.append(acted(NOON + hour * HOUR, draw(st.sampled_from(("anna", "bo")))))
    return found


def played(order: list[Submission | Act]) -> Lead:
    first = next(one for one in order if isinstance(one, Submission))
    lead = new_lead("l1", KeyKind.EMAIL, first)
    for fact in order:
        if isinstance(fact, Submission):
            due_at = fact.received_at + timedelta(minutes=7 * (fact.received_at.hour + 1))
            lead, _ = merge(lead, fact, RULES, Terms(due_at=due_at, rule="default"))
        else:
            lead = answered(lead, fact)
    return lead


@settings(max_examples=examples(300))
@given(facts(), st.randoms(use_true_random=False))
def test_c1_state_and_due_time_are_the_same_in_every_order(
    order: list[Submission | Act], chance: object
) -> None:
    shuffled = list(order)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    one, other = played(order).follow_up, played(shuffled).follow_up

    assert (one.state, one.due_at, one.clock_started_at) == (
        other.state,
        other.due_at,
        other.clock_started_at,
    )
    assert (one.done_at, one.done_by) == (other.done_at, other.done_by)


@settings(max_examples=examples(200))
@given(facts())
def test_c1_a_lead_is_due_when_the_first_of_what_is_open_is(order: list[Submission | Act]) -> None:
    lead = played(order)
    acts = [one.at for one in order if isinstance(one, Act)]
    interests = [one for one in order if isinstance(one, Submission)]
    since = max(acts, default=None)
    still_open = [i for i in interests if since is None or i.received_at > since]

    if still_open:
        dues = [i.received_at + timedelta(minutes=7 * (i.received_at.hour + 1)) for i in still_open]
        assert lead.follow_up.state is FollowUpState.WAITING
        assert lead.follow_up.due_at == min(dues)
    else:
        assert lead.follow_up.state is FollowUpState.FOLLOWED_UP


def test_f2_the_same_act_twice_is_one() -> None:
    once = with_act((), acted(NOON))
    assert with_act(once, replace(acted(NOON), seen_at=NOON + HOUR)) == once


def test_nobody_acts_in_the_future() -> None:
    act = Act(said_at=NOON + HOUR, seen_at=NOON)
    assert act.at == NOON


def test_an_act_that_is_withdrawn_counts_no_more() -> None:
    first, second = acted(NOON), acted(NOON + HOUR)
    acts = with_act(with_act((), first), second)
    undo = Act(said_at=NOON + 2 * HOUR, seen_at=NOON + 2 * HOUR, withdraws=second.act_id)

    last = last_act(with_act(acts, undo))

    assert last is not None
    assert last.at == NOON


def test_the_newest_acts_are_kept_on_the_lead() -> None:
    acts: tuple[ActSummary, ...] = ()
    for number in range(NEWEST_ACTS + 5):
        acts = with_act(acts, acted(NOON + number * HOUR))
    assert len(acts) == NEWEST_ACTS
    assert acts[-1].at == NOON + (NEWEST_ACTS + 4) * HOUR


def test_c10_the_day_to_look_again_is_the_newest_that_counts() -> None:
    named = replace(acted(NOON), look_on=DAY)
    silent = acted(NOON + HOUR)
    closing = acted(NOON + 2 * HOUR, outcome=Outcome.WON)

    assert look_again_on(with_act((), named), None) == DAY
    assert look_again_on(with_act(with_act((), named), silent), NOON - HOUR) == DAY
    assert look_again_on(with_act((), named), NOON + HOUR) is None
    assert look_again_on(with_act(with_act((), named), closing), None) is None
    undo = Act(said_at=NOON + HOUR, seen_at=NOON + HOUR, withdraws=named.act_id)
    assert look_again_on(with_act(with_act((), named), undo), None) is None


def test_an_undo_of_an_act_that_nobody_knows_changes_nothing() -> None:
    acts = with_act((), acted(NOON))
    unknown = Act(said_at=NOON + HOUR, seen_at=NOON + HOUR, withdraws="nothing")
    assert with_act(acts, unknown) == acts


def test_when_the_only_act_is_withdrawn_the_lead_waits_as_before() -> None:
    waiting = played([submission("s1")])
    act = acted(NOON + HOUR)
    undo = Act(said_at=NOON + 2 * HOUR, seen_at=NOON + 2 * HOUR, withdraws=act.act_id)

    undone = answered(answered(waiting, act), undo)

    assert undone.follow_up == waiting.follow_up


def test_c7_an_act_that_an_older_version_recorded_counts_and_is_no_row() -> None:
    older = played([submission("s1")])
    done = replace(older, follow_up=follow_up(older.follow_up, NOON + 3 * HOUR, "bo"))

    earlier = answered(done, acted(NOON + HOUR))
    later = answered(done, acted(NOON + 4 * HOUR))

    assert (earlier.follow_up.done_at, earlier.follow_up.done_by) == (NOON + 3 * HOUR, "bo")
    assert later.follow_up.done_at == NOON + 4 * HOUR


@given(st.randoms())
def test_who_said_whether_a_lead_is_qualified_is_kept_however_much_was_done_since(
    random: Random,
) -> None:
    decided = [
        acted(NOON + hour * HOUR, "anna", Outcome.QUALIFIED if hour else Outcome.NOT_QUALIFIED)
        for hour in (0, 1)
    ]
    done = [acted(NOON + (number + 2) * HOUR) for number in range(NEWEST_ACTS + 5)]
    order = [*decided, *done]
    random.shuffle(order)
    acts: tuple[ActSummary, ...] = ()
    for act in order:
        acts = with_act(acts, act)

    assert acts == (decided[1].summary, *(act.summary for act in done[-NEWEST_ACTS:]))


def test_what_was_withdrawn_says_no_more_whether_a_lead_is_qualified() -> None:
    said = acted(NOON, "anna", Outcome.QUALIFIED)
    mistaken = acted(NOON + HOUR, "anna", Outcome.NOT_QUALIFIED)
    undo = Act(said_at=NOON + 2 * HOUR, seen_at=NOON + 2 * HOUR, withdraws=mistaken.act_id)
    acts = with_act(with_act(with_act((), said), mistaken), undo)
    for number in range(NEWEST_ACTS):
        acts = with_act(acts, acted(NOON + (number + 3) * HOUR))

    assert decision_of(acts) == said.summary
