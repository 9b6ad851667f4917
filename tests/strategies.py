"""Any lead, delivery and interest that the app could come to store, for Hypothesis."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import strategies as st

from shared.domain.delivery import CrmRecord, Delivery
from shared.domain.follow_up import FollowUp, FollowUpState
from shared.domain.lead import (
    CONTACT_FIELDS,
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
from shared.domain.stage import Stage
from shared.ports.leads import RecordedInterest

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TIME = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the time zone is said beside it
MAYBE_TIME = st.none() | TIME
NUMBER = st.integers(0, 2**31 - 1)
ID = st.text("0123456789abcdef", min_size=32, max_size=32)

STAMP = st.builds(Stamp, TIME, ID)
CONTACT = st.builds(Contact, **dict.fromkeys(CONTACT_FIELDS, TEXT))
FOLLOW_UP = st.builds(
    FollowUp,
    state=st.sampled_from(FollowUpState),
    clock_started_at=MAYBE_TIME,
    due_at=MAYBE_TIME,
    flagged_at=MAYBE_TIME,
    done_at=MAYBE_TIME,
    done_by=TEXT,
    outcome=TEXT,
)
SUMMARY = st.builds(
    InterestSummary,
    first=STAMP,
    last=STAMP,
    fingerprint=TEXT,
    source=TEXT,
    action=TEXT,
    publisher=TEXT,
    offer=TEXT,
    offer_title=TEXT,
    repeats=NUMBER,
)
LEAD = st.builds(
    Lead,
    lead_id=ID,
    key_kind=st.sampled_from(KeyKind),
    created_at=TIME,
    test=st.booleans(),
    version=NUMBER,
    contact=CONTACT,
    contact_stamps=st.dictionaries(
        st.sampled_from(CONTACT_FIELDS), st.builds(StampedText, TEXT, STAMP), max_size=3
    ),
    full_names=st.lists(st.builds(StampedName, TEXT, TEXT, STAMP), max_size=2).map(tuple),
    interests=st.lists(SUMMARY, max_size=2).map(tuple),
    submissions=NUMBER,
    stage_reached=st.sampled_from(Stage),
    asked_for_contact=st.booleans(),
    suppressed=st.booleans(),
    follow_up=FOLLOW_UP,
    owner=TEXT,
    team=TEXT,
    merged_into=TEXT,
    merged_at=MAYBE_TIME,
    merged_from=st.lists(ID, max_size=2).map(tuple),
    next_due_at=MAYBE_TIME,
    next_event=NUMBER,
    updated_at=MAYBE_TIME,
)
CRM_RECORD = st.builds(
    CrmRecord,
    id=TEXT.filter(bool),
    url=TEXT,
    baseline=st.dictionaries(TEXT, TEXT, max_size=3),
)
DELIVERY = st.builds(
    Delivery,
    destination=st.sampled_from(["azure_table", "hubspot"]),
    delivered_version=NUMBER,
    delivered_contact=CONTACT,
    delivered_at=MAYBE_TIME,
    parked_version=NUMBER,
    parked_at=MAYBE_TIME,
    parked_reason=TEXT,
    failing_since=MAYBE_TIME,
    attempts=NUMBER,
    next_attempt_at=MAYBE_TIME,
    last_error=TEXT,
    record=st.none() | CRM_RECORD,
    sent=st.lists(st.sampled_from(CONTACT_FIELDS), max_size=3).map(tuple),
    noted_to=NUMBER,
    noted=st.lists(ID, max_size=2).map(tuple),
    remarks=st.lists(TEXT, max_size=2).map(tuple),
    claim_id=TEXT,
    claim_ends_at=MAYBE_TIME,
    uncertain=st.booleans(),
).map(lambda delivery: replace(delivery, sent_claim=delivery.claim_id))
SUBMISSION = st.builds(
    Submission,
    submission_id=ID,
    received_at=TIME,
    contact=CONTACT,
    lead_source=TEXT,
    source=TEXT,
    action=TEXT,
    publisher=TEXT,
    offer=TEXT,
    offer_title=TEXT,
    description=TEXT,
    test=st.booleans(),
    warnings=st.lists(TEXT, max_size=3).map(tuple),
)
INTEREST = st.builds(Interest, submission=SUBMISSION, version=NUMBER, repeat_of=TEXT)
RECORDED = st.builds(
    RecordedInterest, interest=INTEREST, body=st.binary(max_size=100), content_type=TEXT
)
