"""Table ``Leads``: one partition a lead, changed in transactions that its ETag guards."""

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError
from azure.data.tables import UpdateMode

from shared.domain.errors import (
    AlreadyRecordedError,
    StaleLeadError,
    StorageError,
    StorageRefusedError,
)
from shared.domain.lead import Interest
from shared.domain.notices import Notice
from shared.domain.whole import ToldInterest
from shared.ports.leads import LeadChange, StoredLead
from shared.storage.account import UNSTORABLE, Table, error_code, unavailable
from shared.storage.columns import Row
from shared.storage.keys import AFTER_PREFIX
from shared.storage.lead_partition import stored_interest, stored_interest_row, stored_lead
from shared.storage.lead_rows import (
    ACT_ROW,
    INTEREST_COLUMNS,
    INTEREST_ROW,
    LEAD_ROW,
    act_row,
    delivery_row,
    event_row,
    interest_row,
    lead_row,
    notice_key,
    notice_row,
)
from shared.storage.newer_keys import with_newer_keys, with_taken_in

STALE = frozenset({"UpdateConditionNotSatisfied", "ConditionNotMet", "ResourceNotFound"})
EXISTS = "EntityAlreadyExists"
LEAD_FIRST = 0
"""The lead row is the first operation of a transaction, so that its ETag is compared first."""

INTEREST_NEXT = 1
"""Events that have the number of an older one, after a backup was restored, replace it."""


class TableLeadStore:
    """The port ``LeadStore`` on Azure Table Storage."""

    def __init__(self, table: Table) -> None:
        """Take the table ``Leads``."""
        self._table = table

    async def read(self, lead_id: str) -> StoredLead | None:
        """Return lead and deliveries in one range read."""
        rows = await self._rows(lead_id, LEAD_ROW, LEAD_ROW + AFTER_PREFIX)
        return stored_lead(rows)

    async def interests(self, lead_id: str, *, after_version: int) -> Sequence[Interest]:
        """Return the interests recorded since a version, oldest first, without repeats."""
        rows = await self._rows(
            lead_id,
            INTEREST_ROW,
            INTEREST_ROW + AFTER_PREFIX,
            only=f"version gt {after_version} and repeat_of eq ''",
            select=INTEREST_COLUMNS,
        )
        return [stored_interest(row) for row in rows]

    async def act_ids(self, lead_id: str) -> Collection[str]:
        """Return the ids of all acts of a lead."""
        rows = await self._rows(lead_id, ACT_ROW, ACT_ROW + AFTER_PREFIX, select=["RowKey"])
        return {row["RowKey"].removeprefix(ACT_ROW) for row in rows}

    async def interest_rows(self, lead_id: str, *, most: int) -> Sequence[ToldInterest]:
        """Return the first interests, repeats too, oldest first."""
        query = "PartitionKey eq @lead and RowKey ge @start and RowKey lt @end"
        parameters = {"lead": lead_id, "start": INTEREST_ROW, "end": INTEREST_ROW + AFTER_PREFIX}
        found: list[ToldInterest] = []
        rows = self._table.rows(query, parameters, select=INTEREST_COLUMNS, results_per_page=most)
        async for row in rows:
            found.append(stored_interest_row(row))
            if len(found) == most:
                break
        return found

    async def commit(self, change: LeadChange) -> StoredLead:
        """Write all of the change or nothing."""
        operations = _operations(change)
        transaction = partial(self._table.client.submit_transaction, operations)
        try:
            answers = await self._table.run(transaction, expected=STALE | UNSTORABLE | {EXISTS})
        except HttpResponseError as error:
            raise _refused(error, change) from error
        return change.after(answers[LEAD_FIRST]["etag"])

    async def _rows(
        self, lead_id: str, start: str, end: str, *, only: str = "", **options: object
    ) -> list[Any]:
        query = "PartitionKey eq @lead and RowKey ge @start and RowKey lt @end"
        parameters = {"lead": lead_id, "start": start, "end": end}

        found = self._table.rows(f"{query} and {only}" if only else query, parameters, **options)
        return [row async for row in found]


def _operations(change: LeadChange) -> list[Any]:
    lead = change.stored_lead
    merge = {"mode": UpdateMode.MERGE}
    operations: list[Any] = [_lead_operation(change, _kept(change, lead_row(lead)))]
    if change.interest is not None:
        operations.append(("create", interest_row(lead.lead_id, change.interest)))
    operations += [
        ("upsert", interest_row(lead.lead_id, recorded), merge) for recorded in change.taken_in
    ]
    operations += [
        ("upsert", _kept(change, delivery_row(lead.lead_id, delivery)), merge)
        for delivery in change.stored_deliveries.values()
    ]
    operations += [("upsert", act_row(lead.lead_id, act), merge) for act in change.acts]
    operations += [_notice_operation(change, *named) for named in change.stored_notices.items()]
    operations += [
        ("upsert", event_row(lead.lead_id, number, event, change.at), merge)
        for number, event in change.numbered_events
    ]
    return operations


def _notice_operation(
    change: LeadChange, recipient: str, notice: Notice | None
) -> tuple[object, ...]:
    lead_id = change.lead.lead_id
    if notice is None:
        return "delete", notice_key(lead_id, recipient)
    before = change.before.notices.get(recipient) if change.before else None
    same = before is not None and before.notice_id == notice.notice_id
    mode = UpdateMode.MERGE if same else UpdateMode.REPLACE
    return "upsert", notice_row(lead_id, notice), {"mode": mode}


def _kept(change: LeadChange, row: Row) -> Row:
    """Return a row with what only a newer version of the app knows in it."""
    key = row["RowKey"]
    newer = change.before.newer.get(key, {}) if change.before else {}
    if key == LEAD_ROW:
        newer = with_taken_in(newer, change.newer.get(LEAD_ROW, {}))
    return with_newer_keys(row, newer, change.lead)


def _lead_operation(change: LeadChange, row: Row) -> tuple[object, ...]:
    if change.before is None:
        return "create", row
    guard = {"etag": change.before.etag, "match_condition": MatchConditions.IfNotModified}
    return "update", row, {"mode": UpdateMode.MERGE, **guard}


def _refused(error: HttpResponseError, change: LeadChange) -> StorageError:
    lead_id = change.lead.lead_id
    code, number = error_code(error), getattr(error, "index", None)
    if code in STALE or (code == EXISTS and number == LEAD_FIRST):
        return StaleLeadError(lead_id)
    if code == EXISTS and number == INTEREST_NEXT:
        return AlreadyRecordedError(lead_id)
    if code in UNSTORABLE:
        return StorageRefusedError(f"storage refuses the write: {error.status_code} {code}")
    return unavailable(error)
