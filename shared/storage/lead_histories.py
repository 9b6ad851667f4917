"""What only people read of leads: histories, and all there is."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import fields
from typing import Any

from shared.domain.acts import Act
from shared.domain.errors import UnreadableLeadError
from shared.domain.lead import Interest, KeyKind, Submission
from shared.ports.leads import RecordedInterest, StoredLead
from shared.ports.reading import LeadRecord, NoteUnread, Rare, RecordedEvent
from shared.storage.account import Table, at_most
from shared.storage.keys import AFTER_PREFIX, known_time
from shared.storage.lead_partition import (
    RECORD_COLUMNS,
    lead_record,
    stored_act,
    stored_interest,
    stored_lead,
    stored_submission,
)
from shared.storage.lead_rows import (
    ACT_ROW,
    DELIVERY_ROW,
    EVENT_ROW,
    INTEREST_COLUMNS,
    INTEREST_ROW,
    LEAD_ROW,
    NOTICE_ROW,
)
from shared.storage.readable import read_each

IN_RANGE = "PartitionKey eq @partition and RowKey ge @start and RowKey lt @end"
AFTER_HEX = "g"

EVENT_COLUMNS = {field.name for field in fields(RecordedEvent)} - {"number", "at"}

CONDITIONS = {
    Rare.DO_NOT_CONTACT: "do_not_contact eq true",
    Rare.ANONYMOUS: f"key_kind eq '{KeyKind.SUBMISSION.value}'",
}


class TableLeadHistories:
    """The port ``LeadHistories`` on Azure Table Storage."""

    def __init__(self, table: Table) -> None:
        """Take the table ``Leads``."""
        self._table = table

    async def ids(self, prefix: str, *, most: int) -> Sequence[str]:
        """Return the ids of leads that begin like this."""
        found = self._table.rows(
            "PartitionKey ge @start and PartitionKey lt @end and RowKey eq @lead",
            {"start": prefix, "end": prefix + AFTER_HEX, "lead": LEAD_ROW},
            select=["PartitionKey"],
        )
        return [row["PartitionKey"] async for row in at_most(most, found)]

    async def rare(self, what: Rare) -> AsyncIterator[str]:
        """Yield the ids of leads that are something rare, newest first."""
        found = self._table.rows(
            f"RowKey eq @lead and {CONDITIONS[what]}",
            {"lead": LEAD_ROW},
            select=["PartitionKey", "created_at"],
        )
        ids = {row["PartitionKey"]: str(row.get("created_at") or "") async for row in found}
        for lead_id in sorted(ids, key=ids.__getitem__, reverse=True):
            yield lead_id

    async def with_delivery(self, destination: str) -> AsyncIterator[str]:
        """Yield the ids of leads that have a delivery to a destination, in no order."""
        key = DELIVERY_ROW + destination
        found = self._table.rows("RowKey eq @key", {"key": key}, select=["PartitionKey"])
        async for row in found:
            yield row["PartitionKey"]

    async def every(self, unread: NoteUnread) -> AsyncIterator[StoredLead]:
        """Yield all leads in no order, by far fewer requests than one a lead."""
        found = self._table.rows(
            "RowKey ge @start and RowKey lt @end",
            {"start": LEAD_ROW, "end": LEAD_ROW + AFTER_PREFIX},
        )
        async for rows in _by_lead(found):
            if stored := _noted(unread, stored_lead, rows):
                yield stored

    async def records(self, unread: NoteUnread) -> AsyncIterator[LeadRecord]:
        """Yield all leads with what happened, in no order, a lead at a time."""
        found = self._table.rows(
            "RowKey ge @act and RowKey lt @acts or RowKey ge @interest and RowKey lt @notice",
            {
                "act": ACT_ROW,
                "acts": ACT_ROW + AFTER_PREFIX,
                "interest": INTEREST_ROW,
                "notice": NOTICE_ROW,
            },
            select=RECORD_COLUMNS,
        )
        async for rows in _by_lead(found):
            if record := _noted(unread, lead_record, rows):
                yield record

    async def phones(self) -> AsyncIterator[tuple[str, str, str]]:
        """Yield the lead id, phone and country of every submission that gives a phone number."""
        found = self._table.rows(
            "RowKey ge @start and RowKey lt @end and phone ne ''",
            {"start": INTEREST_ROW, "end": INTEREST_ROW + AFTER_PREFIX},
            select=["PartitionKey", "phone", "country"],
        )
        async for row in found:
            yield row["PartitionKey"], row["phone"], row.get("country") or ""

    async def told(self, unread: NoteUnread) -> AsyncIterator[tuple[str, Submission]]:
        """Yield every submission with the id of its lead, those of one lead together."""
        found = self._table.rows(
            "RowKey ge @start and RowKey lt @end",
            {"start": INTEREST_ROW, "end": INTEREST_ROW + AFTER_PREFIX},
            select=INTEREST_COLUMNS,
        )
        async for row in found:
            if interest := _noted(unread, stored_interest, row):
                yield row["PartitionKey"], interest.submission

    async def submissions(self, lead_id: str) -> Sequence[Interest]:
        """Return every submission of a lead, oldest first, repeats too."""
        return [stored_interest(row) for row in await self._rows(lead_id, INTEREST_ROW)]

    async def recorded(self, lead_id: str) -> Sequence[RecordedInterest]:
        """Return every submission of a lead with its push, oldest first, repeats too."""
        return [stored_submission(row) for row in await self._rows(lead_id, INTEREST_ROW)]

    async def events(self, lead_id: str) -> Sequence[RecordedEvent]:
        """Return the audit trail of a lead."""
        return list(read_each(await self._rows(lead_id, EVENT_ROW), _event))

    async def acts(self, lead_id: str) -> Sequence[Act]:
        """Return everything that people did for a customer, also acts that withdraw others."""
        return [stored_act(row) for row in await self._rows(lead_id, ACT_ROW)]

    async def _rows(self, lead_id: str, prefix: str) -> list[Any]:
        parameters = {"partition": lead_id, "start": prefix, "end": prefix + AFTER_PREFIX}
        return [row async for row in self._table.rows(IN_RANGE, parameters)]


def _event(row: Any) -> RecordedEvent:  # noqa: ANN401 - the SDK's entity
    return RecordedEvent(
        number=int(row["RowKey"].removeprefix(EVENT_ROW)),
        at=known_time(row["at"]),
        **{name: row[name] for name in EVENT_COLUMNS & row.keys()},
    )


def _noted[R, T](unread: NoteUnread, read: Callable[[R], T | None], rows: R) -> T | None:
    """Return what is read of rows; None for those that can't be, whose lead is noted."""
    try:
        return read(rows)
    except UnreadableLeadError as error:
        unread(error.lead_id)
        return None


async def _by_lead(rows: AsyncIterator[Any]) -> AsyncIterator[list[Any]]:
    """Yield the rows of each lead together, which a table does not mix with those of others."""
    some: list[Any] = []
    async for row in rows:
        if some and row["PartitionKey"] != some[0]["PartitionKey"]:
            yield some
            some = []
        some.append(row)
    yield some
