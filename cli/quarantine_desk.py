"""The quarantine as an operator works on it: list, read, and say what became of an entry."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Literal

from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError
from azure.data.tables import UpdateMode

from cli.errors import RefusedError, UsageError
from shared.ports.quarantine import QuarantineReason
from shared.storage.account import Table, at_most
from shared.storage.keys import AFTER_PREFIX, text_time, time_key, time_text

ID = re.compile("[0-9A-Za-z-]{6,}")
"""A quarantine id, or enough of it: `leads quarantine list` shows 8 digits."""

type State = Literal["held", "released", "discarded"]

CHANGED = frozenset({"UpdateConditionNotSatisfied", "ConditionNotMet"})
WITHOUT_BODY = ["PartitionKey", "RowKey", "quarantine_id", "received_at", "reason", "faults",
    "state", "content_type", "size", "truncated", "chunks", "decided_at", "note"]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One body in quarantine; ``body`` is empty in lists."""

    quarantine_id: str
    received_at: datetime
    reason: QuarantineReason
    faults: tuple[str, ...]
    state: State
    content_type: str
    size: int
    truncated: bool
    decided_at: datetime | None
    note: str
    body: bytes
    keys: tuple[str, str]
    etag: str


class QuarantineDesk:
    """The table ``Quarantine``, one partition a day."""

    def __init__(self, table: Table) -> None:
        """Take the table ``Quarantine``."""
        self._table = table

    async def entries(
        self, *, state: State | None = None, since: datetime | None = None
    ) -> AsyncIterator[Entry]:
        """Yield entries without their bodies, oldest first."""
        query = "PartitionKey ge @day and RowKey ge @since"
        parameters = {"day": "", "since": ""}
        if since:
            parameters = {"day": time_key(since)[:8], "since": time_key(since)}
        if state:
            query += " and state eq @state"
            parameters["state"] = state
        async for row in self._table.rows(query, parameters, select=WITHOUT_BODY):
            yield _entry(row)

    async def read(self, start: str) -> Entry | None:
        """Return the entry whose id begins like this, with its body; None if there is none.

        Raises ``UsageError`` if there are several.
        """
        if not ID.fullmatch(start):
            return None
        found = self._table.rows(
            "quarantine_id ge @start and quarantine_id lt @end",
            {"start": start, "end": start + AFTER_PREFIX},
        )
        entries = [_entry(row) async for row in at_most(2, found)]
        if len(entries) > 1:
            raise UsageError(f"several entries begin with {start}: write more of the id")
        return entries[0] if entries else None

    async def decide(self, entry: Entry, state: State, *, note: str, at: datetime) -> None:
        """Write what became of an entry; raise ``RefusedError`` if it changed meanwhile."""
        partition, row = entry.keys
        change = {
            "PartitionKey": partition,
            "RowKey": row,
            "state": state,
            "note": note,
            "decided_at": time_text(at),
        }
        update = partial(
            self._table.client.update_entity,
            change,
            mode=UpdateMode.MERGE,
            etag=entry.etag,
            match_condition=MatchConditions.IfNotModified,
        )
        try:
            await self._table.run(update, expected=CHANGED)
        except ResourceModifiedError:
            raise RefusedError(
                f"quarantine entry {entry.quarantine_id} changed meanwhile: look at it again"
            ) from None


def _entry(row: Any) -> Entry:  # noqa: ANN401 - the SDK's entity
    return Entry(
        quarantine_id=row["quarantine_id"],
        received_at=datetime.fromisoformat(row["received_at"]),
        reason=QuarantineReason(row["reason"]),
        faults=tuple(row["faults"].splitlines()),
        state=row["state"],
        content_type=row["content_type"],
        size=row["size"],
        truncated=row["truncated"],
        decided_at=text_time(row.get("decided_at") or ""),
        note=row.get("note") or "",
        body=b"".join(row.get(f"body_{number}") or b"" for number in range(row["chunks"])),
        keys=(row["PartitionKey"], row["RowKey"]),
        etag=row.metadata["etag"],
    )
