"""What a lead takes in of another one: its facts, each under its key (A6)."""

import json
from dataclasses import replace
from datetime import timedelta

from azure.data.tables import EdmType, EntityProperty, UpdateMode

from shared.committing import LeadWriter
from shared.domain.acts import Act, Outcome
from shared.domain.clock import answered
from shared.domain.identity import dedupe_key
from shared.domain.lead import Interest, Lead
from shared.domain.merging import merge, new_lead
from shared.domain.retired import InUse
from shared.domain.rules import rules_without_file
from shared.intake.parse import parse
from shared.operations.merge_changes import portions, taken_in
from shared.operations.merging import MergePorts
from shared.operations.merging import merge as merge_leads
from shared.ports.leads import LeadChange, RecordedInterest, StoredLead
from shared.ports.owners import NoOwners
from shared.storage.account import Storage
from shared.storage.lead_histories import TableLeadHistories
from shared.storage.leads import TableLeadStore
from tests.contract.subjects import Leads, Row, rows_of
from tests.contract.test_largest_lead import RULES, largest_push
from tests.examples import LEAD_ID, OTHER_LEAD_ID, change, lead, recorded
from tests.fakes import START, Clock, FakeLeadIndex, FakeQueue

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


NEWER: dict[str, object] = {
    "mood": "good",
    "photo": b"\x00\xff",
    "calls": EntityProperty(2**40, EdmType.INT64),
    "sure": True,
}
"""Columns that a newer version of the app may have, of each type that the service tells apart."""


async def a_lead(store: TableLeadStore, lead_id: str, number: int, *acts: Act) -> StoredLead:
    """Record a submission with what somebody did about it, as ``route_lead`` and people do."""
    row = recorded(number)
    submission = row.interest.submission
    new = replace(new_lead(lead_id, dedupe_key(submission).kind, submission), test=False)
    merged, _ = merge(new, submission, RULES.merge)
    for act in acts:
        merged = answered(merged, act)
    return await store.commit(
        LeadChange(before=None, lead=merged, at=START, interest=row, acts=acts)
    )


async def test_a6_what_only_a_newer_version_knows_goes_along(storage: Storage, prefix: str) -> None:
    table = storage.table(prefix)
    store = TableLeadStore(table)
    known = await a_lead(store, OTHER_LEAD_ID, 1, ACT)
    await a_lead(store, LEAD_ID, 2)
    rows = {row["RowKey"]: row async for row in rows_of(table.client, OTHER_LEAD_ID)}
    keys = [key for key in rows if key.startswith(("interest|", "act|"))]
    of_lead = {
        column: json.dumps([{**item, "mood": column} for item in json.loads(rows["lead"][column])])
        for column in ("interests", "acts")
    }
    newer: dict[str, Row] = {"lead": of_lead, **dict.fromkeys(keys, NEWER)}
    for key, columns in newer.items():
        row = {"PartitionKey": OTHER_LEAD_ID, "RowKey": key, **columns}
        await table.client.update_entity(row, mode=UpdateMode.MERGE)

    clock = Clock()
    ports = MergePorts(
        leads=store,
        facts=TableLeadHistories(table),
        writer=LeadWriter(leads=store, index=FakeLeadIndex(clock), jitter=lambda: 0),
        queue=FakeQueue(clock),
        owners=NoOwners(),
        clock=clock,
        rules=rules_without_file(),
        merging=RULES.merge,
    )
    await merge_leads(ports, OTHER_LEAD_ID, LEAD_ID)

    assert len(keys) == len(known.lead.interests) + len(known.lead.acts)
    taken = {row["RowKey"]: row async for row in rows_of(table.client, LEAD_ID)}
    assert [{name: taken[key][name] for name in NEWER} for key in keys] == [NEWER] * len(keys)
    items = [json.loads(taken["lead"][column]) for column in ("interests", "acts")]
    assert [[item["mood"] for item in each] for each in items] == [["interests"], ["acts"]]
