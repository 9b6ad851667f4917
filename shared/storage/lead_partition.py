"""A lead of its rows, however they were found; and none that only a newer version can read."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from shared.domain.errors import UnreadableLeadError
from shared.domain.lead import Interest
from shared.ports.leads import StoredLead
from shared.storage.lead_rows import (
    DELIVERY_ROW,
    LEAD_ROW,
    NOTICE_ROW,
    Row,
    read_delivery,
    read_interest,
    read_lead,
    read_notice,
)
from shared.storage.newer_keys import newer_in_delivery, newer_in_lead


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
    with _readable(lead["PartitionKey"]):
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
    with _readable(row["PartitionKey"]):
        return read_interest(row)


@contextmanager
def _readable(lead_id: str) -> Iterator[None]:
    """Keep a row that only a newer version of the app can read waiting for that, and none else."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError):
        # Without its cause, which would show what is in the rows.
        raise UnreadableLeadError(lead_id) from None
