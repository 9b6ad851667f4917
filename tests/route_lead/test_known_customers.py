"""Customers whose leads an older version recorded stay known, and strangers are joined no longer.

``rows_of_rule_1.json`` holds the rows as version dc2ca93 wrote them, from made-up pushes.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from route_lead.storing import oldest_of
from shared.domain.envelope import Push
from shared.domain.lead import Contact
from shared.ports.leads import RecordedInterest, StoredLead
from shared.storage.lead_rows import read_delivery, read_interest, read_lead
from tests.fakes import START, FakeCrmRecord, StoredPartition
from tests.route_lead.relay import MINUTE, Relay

type Row = Mapping[str, Any]

CASES: dict[str, Sequence[Row]] = {
    case["case"]: case["rows"]
    for case in json.loads((Path(__file__).parent / "rows_of_rule_1.json").read_text("utf-8"))
}
SWITCHBOARD = "two colleagues behind one switchboard"
PLACEHOLDER = "two strangers at a placeholder"


def stored(case: str) -> tuple[Relay, str]:
    """Return a relay whose storage and CRM hold the lead of a case, and the lead's id."""
    rows = {row["RowKey"]: dict(row) for row in CASES[case]}
    deliveries = [read_delivery(row) for key, row in rows.items() if key.startswith("lead|deliv")]
    interests = [
        RecordedInterest(
            interest=read_interest(row),
            body=base64.b64decode(row["body"]),
            content_type=row["content_type"],
        )
        for key, row in rows.items()
        if key.startswith("interest|")
    ]
    lead = read_lead(rows["lead"])
    relay = Relay()
    relay.leads.partitions[lead.lead_id] = StoredPartition(
        stored=StoredLead(lead=lead, deliveries={d.destination: d for d in deliveries}, etag="1"),
        interests={i.interest.submission.submission_id: i for i in interests},
    )
    relay.crm.records.append(FakeCrmRecord(lead.lead_id, lead.contact.given()))
    return relay, lead.lead_id


def push(submission_id: str = "s99", *, offer: str = "cloud", **contact: str) -> Push:
    body = {"UserDetails": contact, "LeadSource": f"AppSource (SPZA)-INS|example.{offer}"}
    return Push(
        submission_id=submission_id,
        received_at=START + 99 * MINUTE,
        content_type="application/json",
        body=json.dumps(body).encode(),
    )


def pushed(case: str, submission_id: str) -> Push:
    """Return a push as it was sent when the rows were recorded."""
    (row,) = (row for row in CASES[case] if row.get("submission_id") == submission_id)
    return Push(
        submission_id=submission_id,
        received_at=read_interest(dict(row)).submission.received_at,
        content_type="application/json",
        body=base64.b64decode(row["body"]),
    )


@pytest.mark.parametrize(
    ("case", "contact"),
    [
        ("known by an address", {"Email": "ada@example.com"}),
        ("known by an address", {"Email": "Ada <ADA@example.com>;"}),
        (
            "known by a phone and a typographic name",
            {"FirstName": "Una", "LastName": "O’Dair", "Phone": "01 617 4201", "Country": "IE"},
        ),
        (
            "known by a name and a company with punctuation",
            {"FirstName": "GIL", "LastName": "Marsh", "Company": "Fjord Looms, Inc."},
        ),
        ("a street with a sharp s", {"LastName": "Groß", "Phone": "030 901821", "Country": "DE"}),
        (
            "a test lead",
            {"FirstName": "O’Test", "LastName": "MSFT_TEST_1", "Phone": "+353 1 617 4202"},
        ),
    ],
)
async def test_a_known_customer_stays_known(case: str, contact: dict[str, str]) -> None:
    relay, lead_id = stored(case)

    routed = await relay.take(push(**contact))

    assert routed is not None
    assert (routed.lead_id, routed.version) == (lead_id, 2)
    assert list(relay.leads.partitions) == [lead_id]
    assert len(relay.crm.records) == 1


@pytest.mark.parametrize(("phone", "theirs"), [("ext. 102", True), ("ext. 101", False)])
async def test_of_colleagues_who_were_one_lead_the_last_keeps_it(
    phone: str, *, theirs: bool
) -> None:
    relay, lead_id = stored(SWITCHBOARD)
    contact = {"LastName": "Smith", "Phone": f"206-555-0100 {phone}", "Country": "US"}

    routed = await relay.take(push(**contact))

    assert routed is not None
    assert (routed.lead_id == lead_id) is theirs
    again = await relay.take(push("s100", offer="tower", **contact))
    assert again is not None
    assert again.lead_id == routed.lead_id


async def test_strangers_at_a_placeholder_are_not_joined_for_ever() -> None:
    # The lead that was both has the name of one and the telephone of the other.
    relay, lead_id = stored(PLACEHOLDER)
    address = {"Email": "noemail@example.com"}

    ola = await relay.take(push("s101", LastName="Berg", Phone="+47 22 12 34 56", **address))
    tia = await relay.take(push("s102", LastName="Ruiz", Phone="+34 912 345 678", **address))

    assert ola is not None
    assert tia is not None
    assert len({ola.lead_id, tia.lead_id, lead_id}) == 3


@pytest.mark.parametrize(
    ("case", "submission_id"),
    [
        ("known by one submission, with an address in brackets", "s8"),
        ("known by one submission, with a name alone", "s9"),
        ("blank", "s10"),
        (SWITCHBOARD, "s4"),
        (PLACEHOLDER, "s6"),
    ],
)
async def test_a_push_that_the_queue_delivers_again_after_the_upgrade_is_recorded_once(
    case: str, submission_id: str
) -> None:
    relay, lead_id = stored(case)

    routed = await relay.take(pushed(case, submission_id))

    assert routed is not None
    assert routed.lead_id == lead_id
    assert list(relay.leads.partitions) == [lead_id]
    assert relay.crm.calls == 0


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if "submission" not in case and case not in ("blank", PLACEHOLDER)],
)
async def test_the_same_push_again_after_the_upgrade_is_a_repeat(case: str) -> None:
    relay, lead_id = stored(case)
    (*_, last) = [row for row in CASES[case] if "submission_id" in row]
    before = pushed(case, last["submission_id"])
    later = {"submission_id": "s99", "received_at": before.received_at + timedelta(hours=1)}

    await relay.take(before.model_copy(update=later))

    (partition,) = relay.leads.partitions.values()
    assert partition.stored.lead.lead_id == lead_id
    assert partition.interests["s99"].interest.repeat_of == last["submission_id"]


def test_of_several_leads_the_oldest_is_taken() -> None:
    relay, lead_id = stored("known by an address")
    known = relay.leads.partitions[lead_id].stored
    older = replace(known, lead=replace(known.lead, created_at=known.lead.created_at - MINUTE))
    strange = replace(older, lead=replace(older.lead, contact=Contact(email="eve@example.com")))
    ada = replace(
        read_interest(dict(CASES["known by an address"][2])).submission, submission_id="s99"
    )

    assert oldest_of([known, older], ada) is older
    assert oldest_of([None, strange, known], ada) is known
    assert oldest_of([strange, None], ada) is None
