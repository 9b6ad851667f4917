"""The secret that lead ids are made with: created once, beside the leads that carry them."""

import secrets
from functools import partial

from azure.core.exceptions import ResourceExistsError

from shared.storage.account import Table

KEY = "lead-id-key"
"""Partition and row; a lead's partition is 32 hex digits."""

BYTES = 32


class LeadIdSecret:
    """The secret as text of 64 hex digits, read at the first lead of a process."""

    def __init__(self, table: Table) -> None:
        """Take the table ``Leads``: the secret moves with the data."""
        self._table = table
        self._secret = b""

    async def __call__(self) -> bytes:
        """Return the secret; all processes get the same one."""
        if not self._secret:
            self._secret = await self.read() or await self._create()
        return self._secret

    async def read(self) -> bytes:
        """Return the secret that is stored; b"" if there is none yet."""
        row = await self._table.row(KEY, KEY)
        return b"" if row is None else str(row["secret"]).encode()

    async def _create(self) -> bytes:
        row = {"PartitionKey": KEY, "RowKey": KEY, "secret": secrets.token_hex(BYTES)}
        try:
            await self._table.run(
                partial(self._table.client.create_entity, row),
                expected=frozenset({"EntityAlreadyExists"}),
            )
        except ResourceExistsError:
            return await self.read()
        return row["secret"].encode()
