"""The quarantine as people work on it: list, read, and say what became of an entry."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError
from azure.data.tables import UpdateMode
from pydantic_core import from_json

from shared.ports.quarantine import QuarantineReason
from shared.ports.reading import Entry, EntryState
from shared.storage.account import CHANGED, Table, at_most
from shared.storage.keys import AFTER_PREFIX, known_time, text_time, time_key, time_text
from shared.storage.open_words import kept
from shared.storage.readable import readable

WITHOUT_BODY = ["PartitionKey", "RowKey", "quarantine_id", "received_at", "reason", "faults",
    "state", "content_type", "size", "truncated", "chunks", "newer",
    "decided_at", "note"]  # fmt: skip


class TableQuarantineEntries:
    """The port ``QuarantineEntries`` on Azure Table Storage: one partition a day."""

    def __init__(self, table: Table) -> None:
        """Take the table ``Quarantine``."""
        self._table = table

    async def entries(
        self, *, state: EntryState | None = None, since: datetime | None = None
    ) -> AsyncIterator[Entry]:
        """Yield entries without their bodies, oldest first."""
        query = "PartitionKey ge @day and RowKey ge @since"
        parameters = {"day": "", "since": ""}
        if since:
            parameters = {"day": time_key(since)[:8], "since": time_key(since)}
        if state:
            query += " and state eq @state"
            parameters["state"] = state
        async for entry in readable(
            self._table.rows(query, parameters, select=WITHOUT_BODY), _entry
        ):
            yield entry

    async def like(self, start: str, *, most: int) -> Sequence[Entry]:
        """Return the entries whose ids begin like this, with their bodies."""
        found = self._table.rows(
            "quarantine_id ge @start and quarantine_id lt @end",
            {"start": start, "end": start + AFTER_PREFIX},
        )
        return [entry async for entry in at_most(most, readable(found, _entry))]

    async def decide(self, entry: Entry, state: EntryState, *, note: str, at: datetime) -> bool:
        """Write what became of an entry; False if it changed meanwhile."""
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
            # Also for our own write, if its answer was lost and the client tried again.
            now = await self._table.row(partition, row)
            return now is not None and change.items() <= dict(now).items()
        return True


def _entry(row: Any) -> Entry:  # noqa: ANN401 - the SDK's entity
    return Entry(
        quarantine_id=row["quarantine_id"],
        received_at=known_time(row["received_at"]),
        reason=kept(QuarantineReason, row["reason"]),
        faults=tuple(row["faults"].splitlines()),
        state=row["state"],
        content_type=row["content_type"],
        size=row["size"],
        truncated=row["truncated"],
        decided_at=text_time(row.get("decided_at") or ""),
        note=row.get("note") or "",
        body=b"".join(row.get(f"body_{number}") or b"" for number in range(row["chunks"])),
        newer=from_json(row.get("newer") or "{}"),
        keys=(row["PartitionKey"], row["RowKey"]),
        etag=row.metadata["etag"],
    )
