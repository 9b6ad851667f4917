"""How long customers waited is a function of what happened, however we heard of it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.acts import Act, ActSummary, Outcome, Via
from shared.domain.calendars import Calendar, Window
from shared.domain.clock import answered, as_of_then
from shared.domain.figures import LeftOut, Wait, left_out, waits_of
from shared.domain.follow_up import FollowUpState, flag, follow_up
from shared.domain.lead import Contact, Interest, KeyKind, Lead, Submission
from shared.domain.merging import Terms, merge, new_lead
from shared.domain.stage import Stage
from shared.domain.whole import ToldInterest, clipped, keeps_all, whole
from tests.domain.histories import DAY, HOUR, MOMENT, NOON, RULES, submission
from tests.examples import acted
from tests.suite.unhurried import examples

OFFICE = Calendar(zone="UTC", hours=((Window.parse("09:00-17:00"),),) * 5 + ((),) * 2)

type Fact = Submission | Act


@dataclass
class Stored:
    """A lead with its rows, as they are written one fact after the other."""

    lead: Lead
    told: list[ToldInterest] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)

    def add(self, fact: Fact) -> None:
        rows = [] if keeps_all(self.lead) else self.told
        before = whole(self.lead, rows)
        if isinstance(fact, Act):
            self.acts.append(as_of_then(fact, before, OFFICE))
            self.lead = clipped(answered(before, fact))
            return
        terms = Terms(due_at=due_at(fact), rule="default")
        self.lead, repeat_of = merge(before, fact, RULES, terms)
        waits = self.lead.follow_up.state is not FollowUpState.NONE
        interest = Interest(submission=fact, version=self.lead.version, repeat_of=repeat_of)
        self.told.append(ToldInterest(interest=interest, due_at=due_at(fact) if waits else None))

    @property
    def waits(self) -> list[Wait]:
        assert left_out(self.lead) is None
        return waits_of(self.lead, self.told, self.acts, DAY)


def due_at(asked: Submission) -> datetime:
    """Return a due time that is not always later for what came later."""
    return asked.received_at + timedelta(minutes=47 * (asked.received_at.hour % 5 + 1))


def stored(*facts: Fact) -> Stored:
    first = next(one for one in facts if isinstance(one, Submission))
    found = Stored(new_lead("l1", KeyKind.EMAIL, first))
    for fact in facts:
        found.add(fact)
    return found


def figures(waits: Sequence[Wait]) -> list[tuple[object, ...]]:
    return [
        (w.since, w.due_at, w.length, w.in_time, w.at_most, w.outcome, len(w.interests), w.stage)
        for w in waits
    ]


@st.composite
def histories(draw: st.DrawFn) -> list[Fact]:
    """Draw what a customer and sales did, some of it repeated, seen late or withdrawn."""
    quarters = draw(st.lists(st.integers(0, 400), min_size=1, max_size=9, unique=True))
    facts: list[Fact] = []
    for number, quarter in enumerate(quarters):
        at = quarter * HOUR / 4
        if number == 0 or draw(st.booleans()):
            said = draw(st.sampled_from(("", "", "Call me")))
            action = draw(st.sampled_from(("INS", "PLT", "PLT", "DNC")))
            facts.append(submission(f"s{number}", at, description=said, action=action))
            continue
        late = draw(st.sampled_from((0, 0, 1, 30))) * HOUR
        act = Act(
            said_at=NOON + at,
            seen_at=NOON + at + late,
            by=draw(st.sampled_from(("anna", "bo"))),
            outcome=draw(st.sampled_from((None, *Outcome))),
            newest_only=draw(st.booleans()),
        )
        facts.append(act)
        if draw(st.integers(0, 4)) == 0:
            undone_at = act.seen_at + HOUR
            facts.append(Act(said_at=undone_at, seen_at=undone_at, withdraws=act.act_id))
    return facts


def shuffled(facts: list[Fact], seed: int) -> list[Fact]:
    """Return the facts as they may be heard of: any way round, but for an undo after its act."""
    order = list(facts)
    random.Random(seed).shuffle(order)  # noqa: S311 - no secret
    undos = [one for one in order if isinstance(one, Act) and one.withdraws]
    return [one for one in order if one not in undos] + undos


@settings(max_examples=examples(400))
@given(histories(), st.integers(0, 10**6))
def test_k1_the_order_in_which_facts_are_heard_of_changes_no_figure(
    facts: list[Fact], seed: int
) -> None:
    one, other = stored(*shuffled(facts, 0)), stored(*shuffled(facts, seed))

    if left_out(one.lead):
        assert left_out(other.lead) is left_out(one.lead)
    else:
        assert figures(one.waits) == figures(other.waits)


@settings(max_examples=examples(300))
@given(histories())
def test_k1_a_wait_is_from_the_first_interest_to_the_first_act_that_counts(
    facts: list[Fact],
) -> None:
    found = stored(*shuffled(facts, 0))
    if left_out(found.lead):
        return
    acts = [one for one in facts if isinstance(one, Act)]
    undone = {act.withdraws for act in acts}
    times = sorted(a.at for a in acts if not a.withdraws and a.act_id not in undone)
    asked = [i for i in found.lead.interests if not i.do_not_contact]

    expected: dict[datetime | None, list[datetime]] = {}
    for interest in sorted(asked, key=lambda i: i.first):
        at = interest.first.received_at
        first_act = next((time for time in times if time >= at), None)
        expected.setdefault(first_act, []).append(at)

    waits = found.waits
    assert [(w.since, w.since + w.length if w.length is not None else None) for w in waits] == [
        (some[0], act) for act, some in expected.items()
    ]
    for wait in waits:
        assert wait.in_time is (wait.answer is not None and wait.answer.at <= wait.due_at)
        assert wait.due_at == min(due_at(i) for i in wait.interests)
    clock = found.lead.follow_up
    assert [w.since for w in waits if w.answer is None] == (
        [clock.clock_started_at] if clock.clock_started_at else []
    )


def test_k1_in_time_is_by_the_first_act_and_not_by_the_flag() -> None:
    late_to_hear = Act(said_at=NOON + HOUR / 2, seen_at=NOON + 30 * HOUR)
    asked = stored(submission())
    flagged = replace(
        asked, lead=replace(asked.lead, follow_up=flag(asked.lead.follow_up, NOON + DAY))
    )

    flagged.add(late_to_hear)

    [wait] = flagged.waits
    assert (wait.in_time, wait.length) == (True, HOUR / 2)


def test_k1_the_last_moment_is_in_time_and_the_next_is_not() -> None:
    due = due_at(submission())
    [last] = stored(submission(), acted(due)).waits
    [late] = stored(submission(), acted(due + MOMENT)).waits

    assert (last.in_time, late.in_time) == (True, False)
    [still] = stored(submission()).waits
    assert not still.is_late(due)
    assert still.is_late(due + MOMENT)
    assert not late.is_late(due + DAY)


def test_k1_nobody_acts_before_we_hear_of_it_in_the_future() -> None:
    ahead = Act(said_at=NOON + 9 * HOUR, seen_at=NOON + 2 * HOUR)
    [wait] = stored(submission(), ahead).waits
    assert wait.length == 2 * HOUR


def test_k1_an_act_that_was_withdrawn_does_not_count() -> None:
    act = acted(NOON + HOUR)
    undo = Act(said_at=NOON + 2 * HOUR, seen_at=NOON + 2 * HOUR, withdraws=act.act_id)

    [wait] = stored(submission(), act, undo).waits
    [again] = stored(submission(), act, undo, acted(NOON + 5 * HOUR)).waits

    assert wait.answer is None
    assert again.length == 5 * HOUR


def test_k1_of_a_crm_that_tells_only_its_newest_act_the_figure_is_an_upper_bound() -> None:
    newest = replace(acted(NOON + 9 * HOUR), newest_only=True)
    [bound] = stored(submission(), newest).waits
    [exact] = stored(submission(), newest, acted(NOON + HOUR)).waits

    assert (bound.at_most, bound.length) == (True, 9 * HOUR)
    assert (exact.at_most, exact.length) == (False, HOUR)


def test_k1_what_an_older_version_kept_is_inferred_and_an_upper_bound() -> None:
    old = stored(submission())
    done = follow_up(old.lead.follow_up, NOON + 3 * HOUR, "bo")
    old.lead = replace(old.lead, follow_up=done, dues={})
    old.told = [replace(old.told[0], due_at=None)]

    [wait] = old.waits

    assert (wait.length, wait.due_at, wait.inferred) == (3 * HOUR, NOON + DAY, True)
    assert wait.answer is not None
    assert (wait.answer.by, wait.answer.via, wait.at_most) == ("bo", Via.EARLIER_VERSION, True)
    undone = ActSummary(at=NOON + 3 * HOUR, by="bo", withdrawn=True)
    old.lead = replace(old.lead, acts=(undone,), follow_up=replace(done, done_at=None))
    assert [w.answer for w in old.waits] == [None]


def test_k1_a_due_time_that_the_row_lacks_is_that_of_the_lead() -> None:
    found = stored(submission())
    found.told = [replace(found.told[0], due_at=None)]

    [wait] = found.waits

    assert (wait.due_at, wait.inferred) == (due_at(submission()), False)


def test_k1_each_outcome_is_of_the_wait_that_it_came_after() -> None:
    other = submission("s2", 10 * HOUR, offer="other")
    waits = stored(
        submission(),
        acted(NOON + HOUR, outcome=Outcome.MEETING),
        acted(NOON + 2 * HOUR, outcome=Outcome.QUALIFIED),
        acted(NOON + 3 * HOUR),
        other,
        acted(NOON + 11 * HOUR),
    ).waits

    assert [wait.outcome for wait in waits] == [Outcome.QUALIFIED, None]


def test_k2_working_time_is_as_counted_when_the_act_was_recorded() -> None:
    friday_noon = stored(submission(), acted(NOON + 3 * DAY))
    [wait] = friday_noon.waits
    assert wait.working_time == 8 * HOUR  # five hours on Friday, three on Monday

    friday_noon.acts = [replace(friday_noon.acts[0], working_seconds=None)]
    assert [w.working_time for w in friday_noon.waits] == [None]
    assert [w.working_time for w in stored(submission()).waits] == [None]
    earlier = stored(submission("s2", HOUR), acted(NOON + 2 * HOUR), submission("s1", offer="x"))
    assert [w.working_time for w in earlier.waits] == [None]


def test_k3_customers_whom_nobody_could_answer_wait_from_when_somebody_could() -> None:
    nobody = submission(contact=Contact(country="DE"))
    known = submission("s2", 5 * HOUR)
    [wait] = stored(nobody, known, acted(NOON + 6 * HOUR)).waits

    assert (wait.since, wait.length) == (NOON + 5 * HOUR, HOUR)
    assert wait.due_at == due_at(known)
    [before] = stored(nobody, known, acted(NOON + HOUR), acted(NOON + 7 * HOUR)).waits[:1]
    assert before.length == timedelta(0)


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        (LeftOut.TEST, {"test": True}),
        (LeftOut.DO_NOT_CONTACT, {"suppressed": True}),
        (LeftOut.UNANSWERABLE, {"contact": Contact(country="DE")}),
        (LeftOut.MERGED, {"merged_into": "b" * 32, "test": True}),
        (None, {}),
    ],
)
def test_k3_leads_that_nobody_must_answer_are_in_no_figure(
    reason: LeftOut | None, change: dict[str, object]
) -> None:
    lead = replace(stored(submission()).lead, **change)  # type: ignore[arg-type]
    assert left_out(lead) is reason


def test_k3_repeats_and_do_not_contact_count_nowhere() -> None:
    again = submission("s2", 5 * HOUR)
    dnc = submission("s3", 6 * HOUR, action="DNC")
    one_way = stored(submission(), again, dnc).waits
    other_way = stored(dnc, again, submission()).waits

    assert [len(wait.interests) for wait in one_way] == [1]
    assert figures(one_way) == figures(other_way)
    assert one_way[0].since == NOON


def test_k1_of_many_interests_those_that_the_lead_keeps_no_more_count_by_their_rows() -> None:
    many = [submission(f"s{n:02}", n * HOUR, offer=f"o{n}") for n in range(30)]

    [wait] = stored(*many).waits

    assert (len(wait.interests), wait.since) == (30, NOON)
    assert wait.stage is Stage.ACTIVE


@pytest.mark.parametrize("seed", range(5))
def test_k1_of_many_interests_the_order_in_which_they_are_heard_of_changes_no_figure(
    seed: int,
) -> None:
    facts: list[Fact] = [submission(f"s{n:02}", n * HOUR, offer=f"o{n}") for n in range(40)]
    facts += [acted(NOON + hours * HOUR + MOMENT) for hours in (5, 12, 33)]

    assert figures(stored(*shuffled(facts, seed)).waits) == figures(stored(*facts).waits)
