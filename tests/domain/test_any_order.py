"""Rule C1 with all that may happen: at the same time, do not contact, undone, not answerable."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.domain.acts import Act
from shared.domain.clock import answered
from shared.domain.follow_up import FollowUpState
from shared.domain.lead import Contact, KeyKind, Lead, Submission
from shared.domain.merging import Terms, merge, new_lead
from tests.domain.histories import ANNA, HOUR, NOON, RULES, submission
from tests.examples import acted
from tests.suite.unhurried import examples

NOBODY = Contact()
HOURS = st.integers(min_value=0, max_value=6)

type Fact = Submission | Act


@st.composite
def interests(draw: st.DrawFn, number: int) -> Submission:
    """Draw an interest that may be a repeat, say do not contact, or tell nobody how to answer."""
    return submission(
        f"s{number}",
        draw(HOURS) * HOUR,
        action=draw(st.sampled_from(("INS", "INS", "INS", "DNC"))),
        description=draw(st.sampled_from("ab")),
        contact=draw(st.sampled_from((ANNA, ANNA, NOBODY))),
    )


@st.composite
def acts(draw: st.DrawFn) -> list[Act]:
    """Draw an act, perhaps with the one that withdraws it."""
    act = acted(NOON + draw(HOURS) * HOUR, draw(st.sampled_from(("anna", "bo"))))
    at = NOON + (20 + draw(HOURS)) * HOUR
    undo = Act(said_at=at, seen_at=at, withdraws=act.act_id)
    return [act, undo] if draw(st.integers(min_value=0, max_value=3)) == 0 else [act]


@st.composite
def facts(draw: st.DrawFn) -> list[Fact]:
    count = draw(st.integers(min_value=1, max_value=4))
    found: list[Fact] = [draw(interests(number)) for number in range(count)]
    for some in draw(st.lists(acts(), max_size=3)):
        found += some
    return found


def in_some_order(found: list[Fact], data: st.DataObject) -> list[Fact]:
    """Return facts in an order in which we may hear of them: no undo before its act."""
    order: list[Fact] = list(data.draw(st.permutations(found)))
    undos = [one for one in order if isinstance(one, Act) and one.withdraws]
    known = [one for one in order if one not in undos]
    for undo in undos:
        first = next(
            n
            for n, one in enumerate(known)
            if isinstance(one, Act) and one.act_id == undo.withdraws
        )
        known.insert(data.draw(st.integers(min_value=first + 1, max_value=len(known))), undo)
    return known


def played(order: list[Fact]) -> Lead | None:
    """Return the lead after facts in this order, None if an act is refused."""
    first = next(one for one in order if isinstance(one, Submission))
    lead = replace(new_lead("l1", KeyKind.EMAIL, first), created_at=NOON)
    for fact in order:
        if isinstance(fact, Submission):
            due_at = fact.received_at + timedelta(minutes=7 * (fact.received_at.hour + 1))
            lead, _ = merge(lead, fact, RULES, Terms(due_at=due_at, rule="default"))
        elif lead.follow_up.state is FollowUpState.NONE:
            return None
        else:
            lead = answered(lead, fact)
    return lead


@settings(max_examples=examples(400))
@given(facts(), st.data())
def test_c1_state_and_due_time_are_the_same_in_every_order_of_whatever_happens(
    found: list[Fact], data: st.DataObject
) -> None:
    one, other = played(in_some_order(found, data)), played(in_some_order(found, data))
    assume(one is not None)
    assume(other is not None)
    assert one
    assert other

    first, second = one.follow_up, other.follow_up
    assert (first.state, first.due_at, first.clock_started_at, first.done_at, first.done_by) == (
        second.state,
        second.due_at,
        second.clock_started_at,
        second.done_at,
        second.done_by,
    )
