"""Leads to try things on; each function takes what a test is about and makes up the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.acts import Act, ActSummary, Outcome
from shared.domain.delivery import CrmRecord, Delivery
from shared.domain.follow_up import FollowUp, FollowUpState, LadderKind
from shared.domain.lead import (
    Contact,
    Interest,
    InterestSummary,
    KeyKind,
    Lead,
    Stamp,
    StampedName,
    StampedText,
    Submission,
)
from shared.domain.priority import Priority
from shared.domain.stage import Stage
from shared.ports.leads import Event, EventKind, LeadChange, RecordedInterest, StoredLead
from tests.fakes import START

LEAD_ID = "5a" * 16
OTHER_LEAD_ID = "b7" * 16

CONTACT = Contact(
    first_name="Zoë",
    last_name='O"Hara\\',
    email="zoe@fabrikam.example",
    phone="+49 30 123456",
    country="DE",
    company="Fabrikam, Gräf & Söhne 株式会社 🙂",
    title="Head of 'Things'",
)


def submission(number: int = 1, *, contact: Contact = CONTACT, description: str = "") -> Submission:
    return Submission(
        submission_id=f"submission-{number}",
        received_at=START + timedelta(minutes=number),
        contact=contact,
        lead_source="AzureMarketplace-INS|fabrikam.things",
        source="AzureMarketplace",
        action="INS",
        publisher="fabrikam",
        offer="things",
        offer_title="Things",
        description=description,
        warnings=("Phone is not a valid number", "something else"),
    )


def interest(number: int = 1, *, repeat_of: str = "", description: str = "") -> Interest:
    return Interest(
        submission=submission(number, description=description),
        version=number,
        repeat_of=repeat_of,
    )


def recorded(number: int = 1, *, repeat_of: str = "", body: bytes = b"{}") -> RecordedInterest:
    return RecordedInterest(
        interest=interest(number, repeat_of=repeat_of), body=body, content_type="application/json"
    )


def lead(lead_id: str = LEAD_ID, *, version: int = 1) -> Lead:
    """Return a lead with a value other than the default in every field."""
    stamp = Stamp(START, "submission-1")
    return Lead(
        lead_id=lead_id,
        key_kind=KeyKind.EMAIL,
        created_at=START,
        test=True,
        version=version,
        contact=CONTACT,
        contact_stamps={k: StampedText(v, stamp) for k, v in CONTACT.given().items()},
        full_names=(StampedName("Zoë", 'O"Hara\\', stamp), StampedName("Z", "O", stamp)),
        interests=(
            InterestSummary(
                first=stamp,
                last=Stamp(START + timedelta(hours=1), "submission-2"),
                fingerprint="0123456789abcdef",
                source="AzureMarketplace",
                action="INS",
                publisher="fabrikam",
                offer="things",
                offer_title="Things",
                repeats=1,
            ),
        ),
        submissions=2,
        stage_reached=Stage.ACTIVE,
        asked_for_contact=True,
        suppressed=True,
        follow_up=FollowUp(
            state=FollowUpState.WAITING,
            clock_started_at=START,
            due_at=START + timedelta(days=1),
            flagged_at=START + timedelta(days=2),
            done_at=START - timedelta(days=1),
            done_by="anna",
            outcome="called",
            ladder_at=START + timedelta(days=2),
            ladder_kind=LadderKind.OVERDUE,
            step=1,
            next_step_at=START + timedelta(days=3),
            had=("bo",),
            held_for=("0a1b2c3d4e5f6071",),
            held_until=START + timedelta(hours=30),
        ),
        dues={"submission-1": START + timedelta(days=1)},
        acts=(
            ActSummary(
                at=START - timedelta(days=1),
                by="anna",
                outcome=Outcome.MEETING,
                closed=True,
                look_on=START.date(),
                withdrawn=True,
            ),
        ),
        answerable_from=(START, START + timedelta(days=1)),
        rules={"submission-1": "enterprise"},
        owner="anna",
        team="north",
        reassigned=1,
        priority=Priority.HIGH,
        tags=("big",),
        unqualified=("country is missing",),
        merged_into=OTHER_LEAD_ID,
        merged_at=START + timedelta(hours=3),
        merged_from=("c8" * 16,),
        next_due_at=START + timedelta(minutes=35, microseconds=1),
        next_event=1,
    )


def delivery(destination: str = "azure_table") -> Delivery:
    """Return a delivery with a value other than the default in every field."""
    return Delivery(
        destination=destination,
        delivered_version=3,
        delivered_contact=CONTACT,
        delivered_at=START,
        parked_version=4,
        parked_at=START + timedelta(seconds=1),
        parked_reason="the CRM's own words:\n“no”",
        failing_since=START + timedelta(seconds=2),
        attempts=5,
        next_attempt_at=START + timedelta(seconds=3),
        last_error="503",
        record=CrmRecord(id="r1", url="https://crm.example/r1", baseline={"owner": "", "b": "ü"}),
        sent=("title", "phone"),
        sent_claim="c1",
        sent_at=START + timedelta(minutes=1),
        owners_sent=("005A",),
        owner_sending="005B",
        noted_to=2,
        noted=("s1", "s2"),
        remarks=("phone cut to 50 characters",),
        claim_id="c1",
        claim_ends_at=START + timedelta(minutes=5),
        uncertain=True,
    )


def change(
    before: StoredLead | None = None,
    *,
    changed: Lead | None = None,
    deliveries: Sequence[Delivery] = (),
    new: RecordedInterest | None = None,
    events: Sequence[Event] = (),
) -> LeadChange:
    """Return a transaction; without ``changed``, the version of the lead rises by one."""
    now = replace(before.lead, version=before.lead.version + 1) if before else lead()
    return LeadChange(
        before=before,
        lead=changed or now,
        at=START + timedelta(hours=1),
        deliveries=by_destination(*deliveries),
        interest=new,
        events=events,
    )


def by_destination(*deliveries: Delivery) -> Mapping[str, Delivery]:
    return {d.destination: d for d in deliveries}


def told(kind: EventKind = EventKind.RECORDED, detail: str = "") -> Event:
    return Event(kind=kind, destination="azure_table", detail=detail)


def acted(at: datetime, by: str = "anna", outcome: Outcome | None = None) -> Act:
    """Return an act that was told at once."""
    return Act(said_at=at, seen_at=at, by=by, outcome=outcome)
