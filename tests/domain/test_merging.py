"""What is merged does not depend on the order, and no submission is lost."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.domain.identity import answerable, contact_forms
from shared.domain.lead import Contact, KeyKind, Lead, Submission
from shared.domain.merging import (
    merge,
    new_lead,
)
from shared.domain.whole import fingerprint
from tests.domain.histories import (
    DAY,
    RULES,
    START,
    STARTS,
    histories,
    merged,
    submission,
)
from tests.suite.unhurried import examples


@settings(max_examples=examples(150))
@given(histories().flatmap(lambda h: st.tuples(st.just(h), st.permutations(h))), STARTS)
@example(
    (
        [submission("s1"), submission("s2", DAY), submission("s3", 2 * DAY)],
        [submission("s1"), submission("s3", 2 * DAY), submission("s2", DAY)],
    ),
    START,
)
def test_the_order_of_processing_does_not_matter(
    orders: tuple[list[Submission], list[Submission]], start: Lead
) -> None:
    one, other = (merged(order, start) for order in orders)
    assert replace(one, version=0) == replace(other, version=0)


@settings(max_examples=examples(60))
@given(histories())
def test_no_submission_is_without_its_place(history: list[Submission]) -> None:
    lead = merged(history)
    assert lead.submissions == len(history)
    assert len(lead.interests) + sum(i.repeats for i in lead.interests) == len(history)
    assert {i.fingerprint for i in lead.interests} == {fingerprint(s) for s in history}
    assert {n.stamp for n in lead.full_names} <= {s.stamp for s in history}


@settings(max_examples=examples(60))
@given(histories())
def test_the_clock_runs_from_the_first_interest_that_asks_for_contact(
    history: list[Submission],
) -> None:
    asked = [s.received_at for s in history if not s.do_not_contact]
    lead = merged(history)
    started_at = min(asked, default=None) if answerable(lead.contact) else None
    assert lead.follow_up.clock_started_at == started_at
    assert lead.do_not_contact == (not asked)


@settings(max_examples=examples(60))
@given(histories())
def test_the_version_rises_exactly_when_a_crm_sees_a_difference(history: list[Submission]) -> None:
    lead = new_lead("l1", KeyKind.EMAIL, history[0])
    for one in history:
        after, _ = merge(lead, one, RULES)
        said = contact_forms(after.contact) != contact_forms(lead.contact)
        seen = said or len(after.interests) > len(lead.interests)
        assert after.version == lead.version + seen
        lead = after


@pytest.mark.parametrize(("kind", "anonymous"), [(KeyKind.SUBMISSION, True), (KeyKind.NAME, False)])
def test_a_lead_without_identity_is_anonymous(kind: KeyKind, anonymous: bool) -> None:  # noqa: FBT001
    assert new_lead("l1", kind, submission()).anonymous is anonymous


def test_a_contact_tells_what_was_given() -> None:
    assert Contact(email="a@contoso.com", title="").given() == {"email": "a@contoso.com"}
