"""Table ``Outbox``: messages that the queue did not take when they came."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from azure.data.tables import UpdateMode

from shared.ports.queue import OutboxRow
from shared.storage.account import MOST_AT_ONCE, Table, at_most
from shared.storage.readable import readable

PARTITION = "outbox"
MINE = "PartitionKey eq @outbox"


class TableOutbox:
    """The port ``Outbox`` on Azure Table Storage."""

    def __init__(self, table: Table) -> None:
        """Take the table ``Outbox``."""
        self._table = table

    async def keep(self, key: str, message: str) -> None:
        """Store a message; the same key twice is one row."""
        row = {"PartitionKey": PARTITION, "RowKey": key, "message": message.encode()}
        await self._table.run(
            partial(self._table.client.upsert_entity, row, mode=UpdateMode.REPLACE)
        )

    async def waiting(self, *, limit: int) -> Sequence[OutboxRow]:
        """Return the oldest messages."""
        found = self._table.rows(
            MINE,
            {"outbox": PARTITION},
            results_per_page=min(limit, MOST_AT_ONCE),
        )
        return [row async for row in at_most(limit, readable(found, _row))]

    async def count(self) -> int:
        """Return how many messages wait."""
        found = self._table.rows(MINE, {"outbox": PARTITION}, select=["RowKey"])
        return sum([1 async for _ in found])

    async def delete(self, row: OutboxRow) -> None:
        """Delete a message that has been queued; one that is gone is gone."""
        await self._table.run(partial(self._table.client.delete_entity, PARTITION, row.key))


def _row(row: Any) -> OutboxRow:  # noqa: ANN401 - the SDK's entity
    return OutboxRow(key=row["RowKey"], message=row["message"].decode())
