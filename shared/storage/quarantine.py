"""Table ``Quarantine``: bodies kept whole, one partition a day."""

from functools import partial

from azure.data.tables import UpdateMode
from pydantic_core import to_json

from shared.ports.quarantine import Quarantined
from shared.storage.account import Table
from shared.storage.keys import time_key, time_text

CHUNK = 64 * 1024
"""What one binary column holds."""

MOST_CHUNKS = 8
"""512 KiB: an entity holds 1 MiB in all."""


class TableQuarantine:
    """The port ``Quarantine`` on Azure Table Storage."""

    def __init__(self, table: Table) -> None:
        """Take the table ``Quarantine``."""
        self._table = table

    async def keep(self, entry: Quarantined) -> None:
        """Store a body; the same id twice is one row."""
        await self._table.run(
            partial(self._table.client.upsert_entity, _row(entry), mode=UpdateMode.REPLACE)
        )


def _row(entry: Quarantined) -> dict[str, str | int | bool | bytes]:
    at = time_key(entry.received_at)
    kept = entry.body[: CHUNK * MOST_CHUNKS]
    chunks = [kept[start : start + CHUNK] for start in range(0, len(kept), CHUNK)]
    return {
        "PartitionKey": at[:8],
        "RowKey": f"{at}|{entry.quarantine_id}",
        "quarantine_id": entry.quarantine_id,
        "received_at": time_text(entry.received_at),
        "reason": entry.reason.value,
        "faults": "\n".join(entry.faults),
        "state": "held",
        "content_type": entry.content_type,
        "size": entry.size,
        "truncated": entry.size > len(kept),
        "chunks": len(chunks),
        "newer": to_json(entry.newer).decode(),
        **{f"body_{number}": chunk for number, chunk in enumerate(chunks)},
    }
