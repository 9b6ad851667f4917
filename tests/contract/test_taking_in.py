"""What a lead takes in of another one: its facts, each under its key (A6)."""

from dataclasses import replace
from datetime import timedelta

from shared.domain.acts import Act, Outcome
from shared.domain.identity import dedupe_key
from shared.domain.lead import Interest, Lead
from shared.domain.merging import merge, new_lead
from shared.domain.retired import InUse
from shared.domain.rules import rules_without_file
from shared.intake.parse import parse
from shared.operations.merge_changes import portions, taken_in
from shared.ports.leads import LeadChange, RecordedInterest, StoredLead
from tests.contract.subjects import Leads
from tests.contract.test_largest_lead import RULES, largest_push
from tests.examples import LEAD_ID, OTHER_LEAD_ID, change, lead, recorded
from tests.fakes import START

HOUR = timedelta(hours=1)
ACT = Act(said_at=START, seen_at=START + HOUR, by="anna", outcome=Outcome.MEETING, note="Demo 🙂")
DUE = replace(recorded(2, body=b"\xff\x00push"), due_at=START + HOUR, rule="warm")


async def test_a6_what_happened_on_a_lead_is_read_as_it_was_written(leads: Leads) -> None:
    stored = await leads.store.commit(change(new=recorded(1)))
    repeat = replace(DUE, interest=replace(DUE.interest, repeat_of="submission-1"))
    await leads.store.commit(
        LeadChange(before=stored, lead=stored.lead, at=START, interest=repeat, acts=[ACT])
    )

    assert await leads.facts.recorded(LEAD_ID) == [recorded(1), repeat]
    assert await leads.facts.acts(LEAD_ID) == [ACT]
    assert await leads.facts.recorded(OTHER_LEAD_ID) == []
    assert await leads.facts.acts(OTHER_LEAD_ID) == []


async def test_a6_what_is_taken_in_is_there_once_however_often_it_is_written(leads: Leads) -> None:
    stored = await leads.store.commit(change(new=recorded(1)))
    taken = [replace(DUE, interest=replace(DUE.interest, version=7)), recorded(3)]

    for _ in range(2):
        stored = await leads.store.commit(
            LeadChange(before=stored, lead=stored.lead, at=START, taken_in=taken, acts=[ACT])
        )

    assert await leads.facts.recorded(LEAD_ID) == [recorded(1), *taken]
    assert await leads.facts.acts(LEAD_ID) == [ACT]
    new = await leads.store.interests(LEAD_ID, after_version=6)
    assert [interest.version for interest in new] == [7]


PUSHES = 6


async def test_a6_the_largest_pushes_fit_their_transactions(leads: Leads) -> None:
    rows: list[RecordedInterest] = []
    other: Lead | None = None
    for number in range(PUSHES):
        body = largest_push(number)
        at = START + number * HOUR
        submission = parse(body, "", submission_id=f"s{number}", received_at=at)
        known = other or new_lead(OTHER_LEAD_ID, dedupe_key(submission).kind, submission)
        other, _ = merge(known, submission, RULES.merge)
        interest = Interest(submission=submission, version=other.version)
        rows.append(RecordedInterest(interest=interest, body=body, content_type="a/b"))
    assert other is not None
    into = await leads.store.commit(change(changed=replace(lead(), test=False), new=recorded(1)))
    before = into.lead.submissions

    for acts, portion in portions([ACT], rows):
        into = await leads.store.commit(
            taken_in(
                into,
                StoredLead(lead=other, deliveries={}, etag=""),
                acts,
                portion,
                there=(),
                now=START,
                rules=rules_without_file(),
                merging=RULES.merge,
                in_use=InUse(),
            )
        )

    assert len([*portions([ACT], rows)]) == 2
    assert into.lead.submissions == before + PUSHES
    assert len(await leads.facts.recorded(LEAD_ID)) == 1 + PUSHES
