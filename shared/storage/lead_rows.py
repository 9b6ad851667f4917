"""The rows of table ``Leads``: what the domain's values look like when stored, and back.

A field is a column of its name: text, number and truth value as they are, a time as text, lists and
maps as JSON. "" stands for None. A column that is missing, as in a row of an older version of the
app, gets the field's default; one that is not known is left alone by the merge.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

from shared.domain.acts import Act
from shared.domain.delivery import CrmRecord, Delivery
from shared.domain.follow_up import FollowUp
from shared.domain.lead import CONTACT_FIELDS, Contact, Interest, Lead, Submission
from shared.domain.notices import Notice
from shared.ports.leads import EventKind
from shared.storage.keys import time_key, time_text
from shared.storage.older_writes import without_outdated

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from shared.ports.leads import Event, RecordedInterest

type Row = dict[str, Any]

LEAD_ROW = "lead"
DELIVERY_ROW = "lead|delivery|"
NOTICE_ROW = "lead|notice|"
INTEREST_ROW = "interest|"
ACT_ROW = "act|"
EVENT_ROW = "event|"

ROW_SCHEMA = 1
FOLLOW_UP = "follow_up_"
RECORD = "record_"

JSON_COLUMNS = frozenset(
    {
        "acts",
        "answerable_from",
        "baseline",
        "contact_stamps",
        "delivered_contact",
        "dues",
        "full_names",
        "had",
        "held_for",
        "interests",
        "merged_from",
        "noted",
        "owners_sent",
        "remarks",
        "rules",
        "sent",
        "tags",
        "unqualified",
        "warnings",
    }
)


def lead_row(lead: Lead) -> Row:
    """Return the row ``lead``; ``do_not_contact`` is there for readers and not read back."""
    return {
        **_keys(lead.lead_id, LEAD_ROW),
        **_columns(lead, without={"lead_id", "contact", "follow_up"}),
        **_columns(lead.contact),
        **_columns(lead.follow_up, prefix=FOLLOW_UP),
        "do_not_contact": lead.do_not_contact,
    }


def read_lead(row: Row) -> Lead:
    """Return the lead that ``lead_row`` wrote."""
    return _value(
        Lead,
        row,
        lead_id=row["PartitionKey"],
        contact=_value(Contact, row),
        follow_up=_value(FollowUp, row, prefix=FOLLOW_UP),
    )


def delivery_row(lead_id: str, delivery: Delivery) -> Row:
    """Return the row of a lead towards one destination."""
    return {
        **_keys(lead_id, DELIVERY_ROW + delivery.destination),
        **_columns(delivery, without={"destination", "record"}),
        **_columns(delivery.record or CrmRecord(id=""), prefix=RECORD),
    }


def read_delivery(row: Row) -> Delivery:
    """Return the delivery that ``delivery_row`` wrote."""
    row = without_outdated(row)
    return _value(
        Delivery,
        row,
        destination=row["RowKey"].removeprefix(DELIVERY_ROW),
        record=_value(CrmRecord, row, prefix=RECORD) if row.get(f"{RECORD}id") else None,
    )


def interest_row(lead_id: str, recorded: RecordedInterest) -> Row:
    """Return the row of a submission, with the push as it came."""
    interest = recorded.interest
    submission = interest.submission
    key = f"{INTEREST_ROW}{time_key(submission.received_at)}|{submission.submission_id}"
    return {
        **_keys(lead_id, key),
        **_columns(interest, without={"submission"}),
        **_columns(submission, without={"contact"}),
        **_columns(submission.contact),
        "due_at": time_text(recorded.due_at),
        "rule": recorded.rule,
        "content_type": recorded.content_type,
        "body": recorded.body,
    }


def notice_row(lead_id: str, notice: Notice) -> Row:
    """Return the row of a notice that is not sent yet."""
    return {
        **_keys(lead_id, NOTICE_ROW + notice.recipient),
        **_columns(notice, without={"recipient"}),
    }


def notice_key(lead_id: str, recipient: str) -> Row:
    """Return the keys of a notice, by which it is deleted."""
    return {"PartitionKey": lead_id, "RowKey": NOTICE_ROW + recipient}


def read_notice(row: Row) -> Notice:
    """Return the notice that ``notice_row`` wrote."""
    return _value(Notice, row, recipient=row["RowKey"].removeprefix(NOTICE_ROW))


def act_row(lead_id: str, act: Act) -> Row:
    """Return the row of an act; the same act twice is one row."""
    return {**_keys(lead_id, ACT_ROW + act.act_id), **_columns(act), "at": time_text(act.at)}


def read_act(row: Row) -> Act:
    """Return the act that ``act_row`` wrote."""
    return _value(Act, row)


INTEREST_COLUMNS = sorted(
    {"PartitionKey", "RowKey", "due_at"}
    | {f.name for cls in (Interest, Submission, Contact) for f in fields(cls)}
    - {"submission", "contact"}
)
"""What is read of an interest: not the push, which is as large as all the rest many times over."""


def read_interest(row: Row) -> Interest:
    """Return the interest that ``interest_row`` wrote."""
    submission = _value(Submission, row, contact=_value(Contact, row))
    return _value(Interest, row, submission=submission)


def event_row(lead_id: str, number: int, event: Event, at: datetime) -> Row:
    """Return a row of the audit trail."""
    has = ALWAYS | COLUMNS_OF.get(event.kind, frozenset())
    told = {name: value for name, value in _columns(event).items() if value or name in has}
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


def _columns(value: DataclassInstance, *, prefix: str = "", without: set[str] | None = None) -> Row:
    names = [field.name for field in fields(value) if field.name not in (without or ())]
    return {prefix + name: _column(getattr(value, name)) for name in names}


def _column(value: object) -> str | int | bool:
    match value:
        case None:
            return ""
        case datetime():
            return time_text(value)
        case date():
            return value.isoformat()
        case StrEnum():
            return value.value
        case str() | int():
            return value
        case _:
            return to_json(value).decode()


def _value[T: DataclassInstance](cls: type[T], row: Row, *, prefix: str = "", **parts: object) -> T:
    given = {
        field.name: _read(field.name, row[prefix + field.name])
        for field in fields(cls)
        if prefix + field.name in row
        and not (row[prefix + field.name] == "" and field.default is None)
    }
    value: T = _adapter(cls).validate_python(given | parts)
    return value


@cache
def _adapter(cls: type[DataclassInstance]) -> TypeAdapter[Any]:
    """Return what makes values of a class; it takes a hundred times as long to build as to use."""
    return TypeAdapter(cls)


def _read(name: str, column: object) -> object:
    if name not in JSON_COLUMNS or not isinstance(column, str):
        return column
    value = from_json(column)
    return KNOWN[name](value) if name in KNOWN else value


def _of_contact(given: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in given.items() if name in CONTACT_FIELDS}


def _texts(given: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in given.items() if isinstance(value, str)}


KNOWN = {"baseline": _texts, "contact_stamps": _of_contact}
"""Maps whose other keys are a newer version's, see ``shared/storage/newer_keys.py``."""
