"""Leads as a publisher has them after two years, made up by number, in the app's own rows.

One in 100 is overdue, one in 200 waits for its first follow-up, one in 500 is parked; the others
are delivered and followed up. Some customers came twice, must not be contacted, or are test leads.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from shared.domain.acts import Act
from shared.domain.clock import answered
from shared.domain.delivery import CrmRecord, Delivery, mark_delivered, park
from shared.domain.follow_up import FollowUpState, flag
from shared.domain.identity import DedupeKey, lead_id
from shared.domain.lead import Contact, Interest, KeyKind, Lead, Submission
from shared.domain.merging import MergeRules, merge, new_lead
from shared.ports.leads import Event, EventKind, RecordedInterest
from shared.storage.columns import Row
from shared.storage.index_rows import DUE, OVERDUE, PARKED, PARTITION, RECENT, TEST
from shared.storage.keys import newest_first_key, time_key
from shared.storage.lead_rows import (
    delivery_row,
    event_row,
    interest_row,
    lead_row,
)

SECRET = b"benchmark"
DESTINATION = "azure_table"
DAY = timedelta(days=1)
RULES = MergeRules(repeat_window=DAY, follow_up_within=DAY)
TWO_YEARS = timedelta(days=730)
BODY = b"{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUp:
    """The rows of one lead in the tables ``Leads`` and ``LeadIndex``."""

    rows: list[Row]
    index: list[Row]


def email(number: int) -> str:
    """Return the address by which a lead is looked up."""
    return f"customer.{number}@company-{number % 9_973}.example"


def made_up(number: int, of: int, now: datetime) -> MadeUp:
    """Return lead ``number`` of so many, 0 being the newest."""
    waiting, overdue = of // 200, of // 100
    age = DAY * number / waiting * 0.95 if number < waiting else DAY + TWO_YEARS * number / of
    came_at = now - age
    test = number % (of // 20) == 1
    lead, interests = _lead(number, came_at, test=test)
    if waiting <= number < waiting + overdue:
        lead = replace(lead, follow_up=flag(lead.follow_up, came_at + DAY))
    elif number >= waiting and not lead.do_not_contact and not test:
        acted_at = interests[-1].submission.received_at + DAY / 3
        lead = answered(lead, Act(said_at=acted_at, seen_at=acted_at, by="anna"))
    delivery = Delivery(destination=DESTINATION)
    crm_record = CrmRecord(id=lead.lead_id)
    if number % 500 == 3:  # noqa: PLR2004 - one in 500
        delivery = park(delivery, lead.version, "the country is missing", came_at + DAY / 24)
    else:
        delivery = mark_delivered(delivery, lead.version, lead.contact, crm_record, came_at)
    due_at = lead.follow_up.due_at if lead.follow_up.state is FollowUpState.WAITING else None
    lead = replace(lead, next_due_at=due_at, next_event=3, updated_at=came_at)
    return MadeUp(
        rows=list(_rows(lead, delivery, interests)), index=list(_index_rows(lead, delivery))
    )


def _lead(number: int, came_at: datetime, *, test: bool) -> tuple[Lead, list[Interest]]:
    key = DedupeKey(KeyKind.EMAIL, (email(number),), test=test)
    submissions = [_submission(number, 0, came_at, test=test)]
    if number % 10 == 0:
        submissions.append(_submission(number, 1, came_at + DAY / 9, test=test))
    lead = new_lead(lead_id(key, SECRET), key.kind, submissions[0])
    interests = []
    for submission in submissions:
        lead, repeat_of = merge(lead, submission, RULES)
        interests.append(Interest(submission=submission, version=lead.version, repeat_of=repeat_of))
    return lead, interests


def _submission(number: int, again: int, came_at: datetime, *, test: bool) -> Submission:
    contact = Contact(
        first_name=f"First{number % 613}",
        last_name=f"Last{number % 7_919}",
        email=email(number),
        country="US",
        company=f"Company {number % 9_973} Inc.",
    )
    action = "DNC" if number % 50 == 11 else ("INS", "PLT", "StartTestDrive")[number % 3]  # noqa: PLR2004
    return Submission(
        submission_id=sha256(f"{number} {again}".encode()).hexdigest()[:32],
        received_at=came_at,
        contact=contact,
        lead_source=f"AzureMarketplace-{action}|contoso.things",
        source="AzureMarketplace",
        action=action,
        publisher="contoso",
        offer="things",
        offer_title=f"Contoso Things {again}",
        test=test,
    )


def _rows(lead: Lead, delivery: Delivery, interests: list[Interest]) -> Iterator[Row]:
    yield lead_row(lead)
    yield delivery_row(lead.lead_id, delivery)
    for interest in interests:
        recorded = RecordedInterest(interest=interest, body=BODY, content_type="application/json")
        yield interest_row(lead.lead_id, recorded)
    told = (
        Event(kind=EventKind.RECORDED, detail=interests[0].submission.submission_id),
        Event(kind=EventKind.DELIVERED, destination=DESTINATION, detail="version 1"),
    )
    for number, event in enumerate(told, start=1):
        yield event_row(lead.lead_id, number, event, lead.created_at)


def _index_rows(lead: Lead, delivery: Delivery) -> Iterator[Row]:
    newest_first = f"{newest_first_key(lead.created_at)}|{lead.lead_id}"
    keys = [RECENT + newest_first]
    if lead.test:
        keys.append(TEST + newest_first)
    if lead.next_due_at:
        keys.append(f"{DUE}{time_key(lead.next_due_at)}|{lead.lead_id}")
    if lead.follow_up.state is FollowUpState.OVERDUE and lead.follow_up.flagged_at:
        keys.append(f"{OVERDUE}{newest_first_key(lead.follow_up.flagged_at)}|{lead.lead_id}")
    if delivery.parked_at:
        keys.append(f"{PARKED}{newest_first_key(delivery.parked_at)}|{lead.lead_id}|{DESTINATION}")
    for key in keys:
        yield {"PartitionKey": PARTITION, "RowKey": key}
