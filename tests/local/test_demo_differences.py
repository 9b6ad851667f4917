from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

from local.demo.differences import differences, later_differences
from local.demo.outcomes import Answer, Kept, LeadFound, Outcome
from local.demo.show import summary, table
from samples import ExpectedLead, Push, Sample
from shared.domain.follow_up import flag
from shared.domain.lead import Interest, KeyKind
from shared.domain.merging import MergeRules, merge, new_lead
from shared.intake.parse import parse
from shared.ports.quarantine import QuarantineReason

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = MergeRules(repeat_window=DAY, follow_up_within=DAY)

A_LEAD = Sample(
    name="one",
    about="One",
    pushes=(Push(file=b'{"UserDetails": {"Company": "Contoso", "Title": "Buyer"}}'),),
    leads=(ExpectedLead(identity=KeyKind.EMAIL, contact={"title": "Buyer"}),),
)
NO_LEAD = Sample(
    name="none",
    about="None",
    pushes=(Push(file=b"[]", status=400, quarantined=QuarantineReason.INVALID, fault="array"),),
)


def stored(*, flagged: bool = False, title: str = "Buyer") -> LeadFound:
    submission = parse(A_LEAD.pushes[0].body, "", submission_id="s1", received_at=AT)
    lead, _ = merge(new_lead("1" * 32, KeyKind.EMAIL, submission), submission, RULES)
    lead = replace(lead, contact=replace(lead.contact, title=title))
    if flagged:
        lead = replace(lead, follow_up=flag(lead.follow_up, AT + DAY))
    interest = Interest(submission=submission, version=1)
    return LeadFound(lead=lead, interests=[interest], deliveries=[], rows=1)


FINE = Outcome(
    sample=A_LEAD,
    answers=(Answer(status=202, submission_id="s1"),),
    leads=(stored(),),
    kept=(None,),
    at_rest=True,
)
FLAGGED = replace(FINE, leads=(stored(flagged=True),))

KEPT = Kept(reason=QuarantineReason.INVALID, faults="the body is a JSON array", body=b"[]")
IN_QUARANTINE = Outcome(
    sample=NO_LEAD,
    answers=(Answer(status=400, quarantine_id="q1"),),
    leads=(),
    kept=(KEPT,),
    at_rest=True,
)


def test_what_came_out_as_stated_differs_in_nothing() -> None:
    assert differences(FINE) == []
    assert differences(IN_QUARANTINE) == []
    assert later_differences(FINE, FLAGGED) == []
    assert later_differences(IN_QUARANTINE, IN_QUARANTINE) == []


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (
            replace(FINE, answers=(Answer(status=500, submission_id="s1"),)),
            "push 1: status is 500, expected 202",
        ),
        (
            replace(FINE, answers=(Answer(status=202, warnings=("no offer",)),)),
            "push 1: warnings are ['no offer'], expected []",
        ),
        (replace(FINE, leads=(replace(stored(), rows=2),)), "lead 1: rows is 2, expected 1"),
        (replace(FINE, leads=(stored(title=""),)), "lead 1: title is '', expected Buyer"),
        (replace(FINE, leads=()), "leads: 0, expected 1"),
        (replace(FINE, leads=(stored(), stored())), "leads: 2, expected 1"),
        (replace(FINE, at_rest=False), "it has not come to rest"),
        (
            replace(IN_QUARANTINE, kept=(None,)),
            "push 1: quarantined is None, expected invalid",
        ),
        (
            replace(IN_QUARANTINE, kept=(replace(KEPT, faults="the body is null"),)),
            "push 1: the fault is 'the body is null', expected 'array' in it",
        ),
        (
            replace(IN_QUARANTINE, kept=(replace(KEPT, body=b"{}"),)),
            "push 1: the body in quarantine is not the one that was pushed",
        ),
    ],
)
def test_a_difference_is_told(outcome: Outcome, told: str) -> None:
    assert differences(outcome) == [told]


def test_a_lead_that_nobody_flagged_is_told() -> None:
    assert later_differences(FINE, FINE) == [
        "25 h later: lead 1: follow_up is waiting, expected overdue",
        "25 h later: lead 1: flagged is False, expected True",
    ]


def test_a_sample_that_came_out_otherwise_is_marked() -> None:
    console = Console(width=80, file=StringIO(), record=True)
    console.print(table([FLAGGED, IN_QUARANTINE], frozenset({"none"})))
    rows = [" ".join(line.split()) for line in console.export_text().splitlines()]

    assert "✓ One 202 1 lead, known by e-mail 1 row flagged" in rows
    assert "✗ None 400 in quarantine: the body is a JSON array – –" in rows


def test_the_summary_counts_in_one_line() -> None:
    assert summary([FLAGGED, IN_QUARANTINE], 1.75) == (
        "2 pushes, 1 lead, 1 row delivered, 1 in quarantine, 1 flagged, in 1.8 s."
    )
