"""The rows of table ``Leads``: what the domain's values look like when stored, and back."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from shared.domain.acts import Act
from shared.domain.delivery import CrmRecord, Delivery
from shared.domain.follow_up import FollowUp
from shared.domain.lead import Contact, Interest, Lead, Submission
from shared.domain.notices import Notice
from shared.ports.leads import EventKind
from shared.storage.columns import Row, columns, value_of
from shared.storage.keys import time_key, time_text
from shared.storage.older_writes import without_outdated

if TYPE_CHECKING:
    from datetime import datetime

    from shared.ports.leads import Event, RecordedInterest

LEAD_ROW = "lead"
DELIVERY_ROW = "lead|delivery|"
NOTICE_ROW = "lead|notice|"
INTEREST_ROW = "interest|"
ACT_ROW = "act|"
EVENT_ROW = "event|"

ROW_SCHEMA = 1
FOLLOW_UP = "follow_up_"
RECORD = "record_"


def check_schema(row: Row) -> None:
    """Raise ``ValueError`` for a row that an older version would misread."""
    if int(row.get("schema") or ROW_SCHEMA) > ROW_SCHEMA:
        raise ValueError("a row of a newer version")


def lead_row(lead: Lead) -> Row:
    """Return the row ``lead``; ``do_not_contact`` is there for readers and not read back."""
    return {
        **_keys(lead.lead_id, LEAD_ROW),
        **columns(lead, without={"lead_id", "contact", "follow_up"}),
        **columns(lead.contact),
        **columns(lead.follow_up, prefix=FOLLOW_UP),
        "do_not_contact": lead.do_not_contact,
    }


def read_lead(row: Row) -> Lead:
    """Return the lead that ``lead_row`` wrote."""
    return value_of(
        Lead,
        row,
        lead_id=row["PartitionKey"],
        contact=value_of(Contact, row),
        follow_up=value_of(FollowUp, row, prefix=FOLLOW_UP),
    )


def delivery_row(lead_id: str, delivery: Delivery) -> Row:
    """Return the row of a lead towards one destination."""
    return {
        **_keys(lead_id, DELIVERY_ROW + delivery.destination),
        **columns(delivery, without={"destination", "record"}),
        **columns(delivery.record or CrmRecord(id=""), prefix=RECORD),
    }


def read_delivery(row: Row) -> Delivery:
    """Return the delivery that ``delivery_row`` wrote."""
    row = without_outdated(row)
    return value_of(
        Delivery,
        row,
        destination=row["RowKey"].removeprefix(DELIVERY_ROW),
        record=value_of(CrmRecord, row, prefix=RECORD) if row.get(f"{RECORD}id") else None,
    )


def interest_row(lead_id: str, recorded: RecordedInterest) -> Row:
    """Return the row of a submission, with the push as it came."""
    interest = recorded.interest
    submission = interest.submission
    key = f"{INTEREST_ROW}{time_key(submission.received_at)}|{submission.submission_id}"
    return {
        **recorded.newer,
        **_keys(lead_id, key),
        **columns(interest, without={"submission"}),
        **columns(submission, without={"contact"}),
        **columns(submission.contact),
        "due_at": time_text(recorded.due_at),
        "rule": recorded.rule,
        "content_type": recorded.content_type,
        "body": recorded.body,
    }


def notice_row(lead_id: str, notice: Notice) -> Row:
    """Return the row of a notice that is not sent yet."""
    return {
        **_keys(lead_id, NOTICE_ROW + notice.recipient),
        **columns(notice, without={"recipient"}),
    }


def notice_key(lead_id: str, recipient: str) -> Row:
    """Return the keys of a notice, by which it is deleted."""
    return {"PartitionKey": lead_id, "RowKey": NOTICE_ROW + recipient}


def read_notice(row: Row) -> Notice:
    """Return the notice that ``notice_row`` wrote."""
    return value_of(Notice, row, recipient=row["RowKey"].removeprefix(NOTICE_ROW))


def act_row(lead_id: str, act: Act) -> Row:
    """Return the row of an act; the same act twice is one row."""
    return {
        **act.newer,
        **_keys(lead_id, ACT_ROW + act.act_id),
        **columns(act),
        "at": time_text(act.at),
    }


def read_act(row: Row) -> Act:
    """Return the act that ``act_row`` wrote."""
    return value_of(Act, row)


INTEREST_COLUMNS = sorted(
    {"PartitionKey", "RowKey", "schema", "due_at"}
    | {f.name for cls in (Interest, Submission, Contact) for f in fields(cls)}
    - {"submission", "contact"}
)
"""What is read of an interest: not the push, which is as large as all the rest many times over."""


def read_interest(row: Row) -> Interest:
    """Return the interest that ``interest_row`` wrote."""
    submission = value_of(Submission, row, contact=value_of(Contact, row))
    return value_of(Interest, row, submission=submission)


def event_row(lead_id: str, number: int, event: Event, at: datetime) -> Row:
    """Return a row of the audit trail."""
    has = ALWAYS | COLUMNS_OF.get(event.kind, frozenset())
    told = {name: value for name, value in columns(event).items() if value or name in has}
    return {**_keys(lead_id, f"{EVENT_ROW}{number:08d}"), **told, "at": time_text(at)}


ALWAYS = frozenset({"kind", "destination", "detail"})
COLUMNS_OF = {
    EventKind.ASSIGNED: frozenset({"former_owner", "owner", "team", "rule"}),
    EventKind.FLAGGED: frozenset({"unchecked"}),
    EventKind.STEP: frozenset({"step", "unchecked"}),
    EventKind.NOTIFIED: frozenset({"recipient", "channel", "notice_id"}),
}
"""Columns that every event has, and every one of a kind; those an older version does not write."""


def _keys(partition: str, row: str) -> Row:
    return {"PartitionKey": partition, "RowKey": row, "schema": ROW_SCHEMA}
