"""A lead of its rows, however they were found; and none that only a newer version can read."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any

from shared.domain.acts import Act
from shared.domain.delivery import CrmRecord, Delivery
from shared.domain.errors import UnreadableLeadError
from shared.domain.follow_up import FollowUp
from shared.domain.lead import Interest, Lead
from shared.domain.whole import ToldInterest
from shared.ports.leads import RecordedInterest, StoredLead
from shared.ports.reading import LeadRecord
from shared.storage.columns import NEWER, Row
from shared.storage.keys import text_time
from shared.storage.lead_rows import (
    ACT_ROW,
    DELIVERY_ROW,
    FOLLOW_UP,
    INTEREST_COLUMNS,
    INTEREST_ROW,
    LEAD_ROW,
    NOTICE_ROW,
    RECORD,
    check_schema,
    read_act,
    read_delivery,
    read_interest,
    read_lead,
    read_notice,
)
from shared.storage.newer_keys import newer_columns, newer_in_delivery, newer_in_lead
from shared.storage.readable import FAULTS

RECORD_COLUMNS = sorted(
    {*INTEREST_COLUMNS, "due_at"}
    | {f.name for cls in (Lead, Delivery, Act) for f in fields(cls) if f.name != NEWER}
    | {FOLLOW_UP + f.name for f in fields(FollowUp)}
    | {RECORD + f.name for f in fields(CrmRecord)}
)
"""What is read of a lead with all that happened."""

ACT_COLUMNS = frozenset({f.name for f in fields(Act)} | {"at"})
SUBMISSION_COLUMNS = frozenset(
    {*INTEREST_COLUMNS, *(f.name for f in fields(RecordedInterest))} - {"interest", NEWER}
)
"""What this version knows of an act, and of a submission."""


def stored_lead(rows: Iterable[Any]) -> StoredLead | None:
    """Return the lead of the SDK's rows of one partition, None if its own is not among them.

    Raises ``UnreadableLeadError``.
    """
    found = {row["RowKey"]: row for row in rows}
    if LEAD_ROW not in found:
        return None
    lead = found[LEAD_ROW]
    notice_rows = [row for key, row in found.items() if key.startswith(NOTICE_ROW)]
    delivery_rows = [row for key, row in found.items() if key.startswith(DELIVERY_ROW)]
    with _readable(lead, *delivery_rows, *notice_rows):
        notices = [read_notice(row) for row in notice_rows]
        deliveries = [read_delivery(row) for row in delivery_rows]
        read = read_lead(lead)
        newer = {row["RowKey"]: newer_in_delivery(row) for row in delivery_rows}
        newer[LEAD_ROW] = newer_in_lead(lead, read)
        return StoredLead(
            lead=read,
            deliveries={d.destination: d for d in deliveries},
            notices={n.recipient: n for n in notices},
            etag=lead.metadata["etag"],
            newer={key: columns for key, columns in newer.items() if columns},
        )


def stored_interest(row: Row) -> Interest:
    """Return the interest of a row; raise ``UnreadableLeadError``."""
    with _readable(row):
        return read_interest(row)


def lead_record(rows: Iterable[Any]) -> LeadRecord | None:
    """Return the lead of rows of one partition with what happened, None if its own is not there.

    Rows may lack columns, or have None in them. Raises ``UnreadableLeadError``.
    """
    full = [_found(row) for row in rows]
    stored = stored_lead(full)
    if stored is None:
        return None
    with _readable(*full):
        return LeadRecord(
            stored=stored,
            told=[_told(row) for row in full if row["RowKey"].startswith(INTEREST_ROW)],
            acts=[read_act(row) for row in full if row["RowKey"].startswith(ACT_ROW)],
        )


def _found(row: Any) -> Any:  # noqa: ANN401 - the SDK's entity
    """Return a row without the columns that were selected and that it does not have."""
    for name in [name for name, value in row.items() if value is None]:
        del row[name]
    return row


def _told(row: Row) -> ToldInterest:
    return ToldInterest(interest=read_interest(row), due_at=text_time(row.get("due_at") or ""))


def stored_submission(row: Row) -> RecordedInterest:
    """Return the interest of a row with its push; raise ``UnreadableLeadError``."""
    with _readable(row):
        return RecordedInterest(
            interest=read_interest(row),
            body=row["body"],
            content_type=row.get("content_type") or "",
            due_at=text_time(row.get("due_at") or ""),
            rule=row.get("rule") or "",
            newer=newer_columns(row, SUBMISSION_COLUMNS),
        )


def stored_act(row: Row) -> Act:
    """Return the act of a row; raise ``UnreadableLeadError``."""
    with _readable(row):
        return replace(read_act(row), newer=newer_columns(row, ACT_COLUMNS))


def stored_interest_row(row: Row) -> ToldInterest:
    """Return the interest of a row with its due time; raise ``UnreadableLeadError``."""
    with _readable(row):
        return _told(row)


@contextmanager
def _readable(*rows: Row) -> Iterator[None]:
    """Keep a row that only a newer version of the app can read waiting for that, and none else."""
    lead_id = rows[0]["PartitionKey"]
    try:
        for row in rows:
            check_schema(row)
        yield
    except FAULTS:
        # Without its cause, which would show what is in the rows.
        raise UnreadableLeadError(lead_id) from None
