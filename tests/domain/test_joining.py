"""A lead takes in another one: a join of what the customer did and what people did (A6)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.acts import Act, Outcome
from shared.domain.clock import answered, clock_of
from shared.domain.delivery import CrmRecord, Delivery, claim, mark_delivered, park
from shared.domain.follow_up import FollowUp, FollowUpState, flag, follow_up
from shared.domain.identity import answerable
from shared.domain.joining import (
    Coming,
    closed,
    earlier_act,
    has_to_be_noted,
    joined,
    merge_note,
    merged_away,
)
from shared.domain.lead import Contact, Interest, KeyKind, Lead, Submission
from shared.domain.merging import Terms, merge, new_lead
from shared.domain.priority import Priority
from shared.domain.whole import ToldInterest, whole
from tests.domain.histories import (
    ANNA,
    BERTA,
    DAY,
    HOUR,
    MOMENT,
    NOON,
    RULES,
    histories,
    submission,
)

NOW = NOON + 10 * DAY
FIRST, SECOND = "aa" * 16, "bb" * 16


def lead_of(submissions: Iterable[Submission], acts: Iterable[Act], lead_id: str) -> Lead:
    """Return a lead as pushes and people make it."""
    lead: Lead | None = None
    for one in submissions:
        lead, _ = merge(lead or new_lead(lead_id, KeyKind.EMAIL, one), one, RULES)
    assert lead is not None
    for act in acts:
        lead = answered(lead, act)
    return replace(lead, follow_up=clock_of(lead, DAY))


def coming(
    submissions: Iterable[Submission] = (), acts: Iterable[Act] = (), *, other: Lead | None = None
) -> Coming:
    dues = other.dues if other else {}
    return Coming(
        acts=tuple(acts),
        submissions=tuple((s, Terms(due_at=dues.get(s.submission_id))) for s in submissions),
        due_at=NOW + DAY,
    )


def act(after: timedelta, by: str = "ben", **more: object) -> Act:
    return Act(said_at=NOON + after, seen_at=NOON + after, by=by, **more)  # type: ignore[arg-type]


ACTS = st.lists(
    st.builds(
        act,
        st.integers(min_value=-1, max_value=110).map(lambda hours: hours * HOUR),
        st.sampled_from(("ben", "cleo")),
    ),
    max_size=3,
)


@st.composite
def two_customers(draw: st.DrawFn) -> tuple[list[Submission], list[Submission]]:
    """Draw what turns out to have been one customer, as two leads."""
    return _named("a", draw(histories())), _named("b", draw(histories()))


def _named(start: str, history: Iterable[Submission]) -> list[Submission]:
    """Return submissions with ids of their own, each of a customer who can be answered."""
    return [
        replace(
            s,
            submission_id=f"{start}{s.submission_id}",
            contact=s.contact if answerable(s.contact) else ANNA,
        )
        for s in history
    ]


def facts(lead: Lead) -> dict[str, object]:
    """Return what does not depend on the order in which things were heard of."""
    clock = lead.follow_up
    return {
        "contact": lead.contact,
        "names": lead.full_names,
        "interests": sorted((i.first, i.last, i.repeats) for i in lead.interests),
        "submissions": lead.submissions,
        "asked": lead.asked_for_contact,
        "dues": lead.dues,
        "acts": lead.acts,
        "state": clock.state,
        "started": clock.clock_started_at,
        "due_at": clock.due_at,
        "done_at": clock.done_at,
        "stage": lead.stage,
    }


@given(two_customers(), ACTS, ACTS)
def test_a6_a_merge_is_what_one_lead_would_have_become(
    histories: tuple[list[Submission], list[Submission]], mine: list[Act], theirs: list[Act]
) -> None:
    ours, others = histories
    into, other = lead_of(ours, mine, FIRST), lead_of(others, theirs, SECOND)

    merged = joined(into, other, coming(others, theirs, other=other), RULES).lead

    one = lead_of([*ours, *others], [*mine, *theirs], FIRST)
    assert facts(merged) == facts(one)
    assert merged.merged_from == (SECOND,)


@given(two_customers(), ACTS)
def test_a6_no_interest_and_no_act_is_lost(
    histories: tuple[list[Submission], list[Submission]], acts: list[Act]
) -> None:
    ours, others = histories
    into, other = lead_of(ours, [], FIRST), lead_of(others, acts, SECOND)

    result = joined(into, other, coming(others, acts, other=other), RULES)

    assert result.lead.submissions == len(ours) + len(others)
    assert sorted(i.submission.submission_id for i in result.interests) == sorted(
        s.submission_id for s in others
    )
    assert {one.act_id for one in result.lead.acts} == {one.act_id for one in acts}
    new = [i for i in result.interests if not i.repeat_of]
    assert all(i.version > into.version for i in new)
    assert len({i.version for i in new}) == len(new)


@given(two_customers(), ACTS, st.data())
def test_a6_in_portions_and_with_pushes_in_between_it_comes_to_the_same(
    histories: tuple[list[Submission], list[Submission]], acts: list[Act], data: st.DataObject
) -> None:
    ours, others = histories
    cut = data.draw(st.integers(min_value=0, max_value=len(others)))
    known, late = ours[:1], ours[1:]
    into, other = lead_of(known, [], FIRST), lead_of(others, acts, SECOND)

    begun = joined(into, other, coming(others[:cut], acts, other=other), RULES).lead
    for one in late:
        begun, _ = merge(begun, one, RULES)
    done = joined(begun, other, coming(others[cut:], other=other), RULES).lead

    assert facts(done) == facts(lead_of([*known, *late, *others], acts, FIRST))


@given(two_customers(), ACTS)
def test_a6_doing_it_again_changes_nothing(
    histories: tuple[list[Submission], list[Submission]], acts: list[Act]
) -> None:
    ours, others = histories
    into, other = lead_of(ours, [], FIRST), lead_of(others, acts, SECOND)
    once = joined(into, other, coming(others, acts, other=other), RULES).lead

    assert joined(once, other, coming(), RULES).lead == once


def test_a6_the_one_that_stays_keeps_its_owner_and_its_key() -> None:
    into = replace(lead_of([submission()], [], FIRST), owner="ada", team="east")
    other = replace(lead_of([submission("s2", HOUR)], [], SECOND), owner="bob", team="west")

    merged = joined(into, other, coming([submission("s2", HOUR)]), RULES).lead

    assert (merged.lead_id, merged.owner, merged.team) == (FIRST, "ada", "east")


def test_a6_labels_only_grow_and_who_may_not_be_contacted_stays_so() -> None:
    into = replace(lead_of([submission()], [], FIRST), tags=("a",), merged_from=("cc",))
    other = replace(
        lead_of([submission("s2")], [], SECOND),
        tags=("b",),
        priority=Priority.HIGH,
        suppressed=True,
        merged_from=("dd",),
    )

    merged = joined(into, other, coming(), RULES).lead

    assert (merged.tags, merged.priority) == (("a", "b"), Priority.HIGH)
    assert merged.do_not_contact
    assert merged.follow_up.state is FollowUpState.NONE
    assert merged.merged_from == ("cc", "dd", SECOND)


def test_a6_an_interest_that_was_answered_starts_no_clock() -> None:
    into = answered(lead_of([submission()], [], FIRST), act(HOUR))
    others = [submission("s2", 5 * HOUR, offer="other")]
    theirs = act(6 * HOUR, outcome=Outcome.WON)
    other = lead_of(others, [theirs], SECOND)

    merged = joined(into, other, coming(others, [theirs], other=other), RULES).lead

    assert merged.follow_up.state is FollowUpState.FOLLOWED_UP
    assert (merged.follow_up.done_at, merged.follow_up.outcome) == (NOON + 6 * HOUR, "won")


def test_a6_an_act_that_was_withdrawn_stays_withdrawn() -> None:
    into, others = lead_of([submission()], [], FIRST), [submission("s2", HOUR, offer="other")]
    done = act(2 * HOUR)
    undone = Act(said_at=NOON + DAY, seen_at=NOON + DAY, withdraws=done.act_id)
    other = lead_of(others, [done, undone], SECOND)

    merged = joined(into, other, coming(others, [undone, done], other=other), RULES).lead

    assert [(one.by, one.withdrawn) for one in merged.acts] == [("ben", True)]
    assert merged.follow_up.state is FollowUpState.WAITING


def test_a6_c9_what_nobody_could_answer_is_due_from_the_merge_on() -> None:
    others = [submission("s2", HOUR, contact=Contact(), offer="other")]
    other = lead_of(others, [], SECOND)
    into = lead_of([submission()], [], FIRST)
    assert other.follow_up.state is FollowUpState.NONE

    merged = joined(into, other, coming(others, other=other), RULES).lead

    assert merged.dues == {"s1": NOON + DAY, "s2": NOW + DAY}


def test_a6_c9_a_contact_that_comes_with_the_other_lead_makes_it_answerable_from_then() -> None:
    into = lead_of([submission(contact=Contact())], [], FIRST)
    others = [submission("s2", HOUR, offer="other")]
    other = lead_of(others, [], SECOND)

    merged = joined(into, other, coming(others, other=other), RULES).lead

    assert merged.dues == {"s1": NOW + DAY, "s2": NOON + HOUR + DAY}
    assert merged.follow_up.state is FollowUpState.WAITING


def test_a6_a_time_that_began_with_the_first_contact_stays_as_it_was() -> None:
    late = submission("s3", 5 * HOUR)
    others = [submission("s2", contact=Contact(), offer="other"), late]
    other = lead_of(others, [], SECOND)
    into = lead_of([submission(at=-HOUR)], [act(timedelta(0))], FIRST)

    merged = joined(into, other, coming(others, other=other), RULES).lead

    assert merged.dues["s2"] == NOON + 5 * HOUR + DAY


def test_a6_a_follow_up_that_an_older_version_kept_without_a_row_is_taken_along() -> None:
    lead = lead_of([submission()], [], FIRST)
    kept = replace(lead, follow_up=follow_up(lead.follow_up, NOON + HOUR, "ben"))

    earlier = earlier_act(kept)

    assert earlier is not None
    assert (earlier.at, earlier.by) == (NOON + HOUR, "ben")
    assert earlier_act(lead) is None
    assert earlier_act(answered(lead, act(HOUR))) is None


def test_a6_a_merged_lead_awaits_nothing_and_is_the_same_when_merged_again() -> None:
    waiting = replace(lead_of([submission()], [], SECOND), next_due_at=NOW)
    overdue = replace(waiting, follow_up=flag(waiting.follow_up, NOW))

    gone = merged_away(overdue, FIRST, NOW)

    assert (gone.merged_into, gone.merged_at, gone.next_due_at) == (FIRST, NOW, None)
    assert (gone.follow_up.state, gone.version) == (FollowUpState.NONE, overdue.version + 1)
    assert merged_away(gone, "cc" * 16, NOW + DAY) == gone


RECORD = CrmRecord(id="1")
NEW = Delivery(destination="crm")
CLAIMED = claim(NEW, "c1", NOON, ANNA)


def delivery_cases() -> Sequence[tuple[Delivery, bool]]:
    return [
        (NEW, False),
        (mark_delivered(CLAIMED, 1, ANNA, RECORD, NOON), True),
        (CLAIMED, True),
        (replace(NEW, uncertain=True), True),
        (park(replace(NEW, uncertain=True), 1, "uncertain: which?", NOON), False),
        (park(NEW, 1, "refused", NOON), False),
    ]


def test_a6_only_where_a_record_is_or_may_be_is_anything_said_of_it() -> None:
    found = [(delivery, has_to_be_noted(delivery)) for delivery, _ in delivery_cases()]

    assert found == list(delivery_cases())


def test_a6_a_delivery_that_is_closed_is_not_behind() -> None:
    for delivery, noted in delivery_cases():
        if not noted:
            after = closed(delivery, 2)
            assert not after.is_behind(2)
            assert (after.parked_reason, after.record, after.delivered_at) == ("", None, None)


def test_a6_the_note_names_the_other_lead_and_where_it_is() -> None:
    gone = merged_away(lead_of([submission(contact=BERTA)], [], SECOND), FIRST, NOW)

    note = merge_note(gone, "https://crm.example/1").submission

    assert note.offer_title == f"merged into lead {FIRST}"
    assert note.description.endswith("https://crm.example/1")
    assert (note.submission_id, note.received_at) == (f"merged-{SECOND}", NOW)
    assert merge_note(gone, "").submission.description == ""


def test_a6_a_clock_without_a_start_is_left_alone() -> None:
    assert earlier_act(replace(lead_of([submission()], [], FIRST), follow_up=FollowUp())) is None


def test_a6_c1_beyond_twenty_interests_it_still_is_what_one_lead_would_have_become() -> None:
    ours = [submission(f"a{n}", 2 * n * HOUR, offer=f"a{n}") for n in range(30)]
    others = [submission(f"b{n}", (2 * n + 1) * HOUR, offer=f"b{n}") for n in range(30)]
    theirs = act(7 * HOUR + MOMENT)
    into, other = lead_of(ours, [], FIRST), lead_of(others, [theirs], SECOND)
    rows = [ToldInterest(interest=Interest(submission=s, version=1)) for s in ours]

    merged = joined(whole(into, rows), other, coming(others, [theirs], other=other), RULES).lead

    assert merged.follow_up.clock_started_at == NOON + 8 * HOUR
    assert merged.submissions == 60
    assert [i.first.submission_id for i in merged.interests[:2]] == ["b29", "a29"]
    assert len(merged.interests) == 20
