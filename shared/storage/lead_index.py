"""Table ``LeadIndex``: one partition, by which leads are found without reading leads."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from functools import partial

from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError
from azure.data.tables import UpdateMode

from shared.ports.index import (
    Doing,
    DueRow,
    KnownDestinations,
    StateRow,
    Swept,
    TidiedTo,
    Trouble,
)
from shared.storage.account import CHANGED, MOST_AT_ONCE, Table, at_most
from shared.storage.index_rows import (
    ANNOUNCING_FAULTS,
    CHECKIN,
    DESTINATIONS,
    DUE,
    HEARTBEAT,
    OVERDUE,
    PARKED,
    PARTITION,
    RECENT,
    TEST,
    TIDIED,
    TROUBLE,
    due_key,
    due_row,
    names,
    state_row,
    trouble_key,
    trouble_of,
)
from shared.storage.keys import AFTER_PREFIX, newest_first_key, time_key, time_text
from shared.storage.readable import readable


class TableLeadIndex:
    """The port ``LeadIndex`` on Azure Table Storage."""

    def __init__(self, table: Table) -> None:
        """Take the table ``LeadIndex``."""
        self._table = table

    async def put_new(
        self, lead_id: str, *, due_at: datetime, created_at: datetime, test: bool
    ) -> None:
        """Write the rows of a new lead: due, recent, and test if it is one."""
        newest_first = f"{newest_first_key(created_at)}|{lead_id}"
        keys = [due_key(lead_id, due_at), RECENT + newest_first]
        await self._put(*keys, *([TEST + newest_first] if test else []))

    async def delete_new(self, lead_id: str, created_at: datetime) -> None:
        """Delete the rows by which a new lead is listed: it was created at another time."""
        newest_first = f"{newest_first_key(created_at)}|{lead_id}"
        await asyncio.gather(*(self._delete_any(key + newest_first) for key in (RECENT, TEST)))

    async def put_due(self, lead_id: str, due_at: datetime) -> None:
        """Write when the sweep must look at a lead that is known."""
        await self._put(due_key(lead_id, due_at))

    async def put_parked(self, lead_id: str, destination: str, parked_at: datetime) -> None:
        """Write the row by which parked deliveries are listed."""
        await self._put(f"{PARKED}{newest_first_key(parked_at)}|{lead_id}|{destination}")

    async def put_overdue(self, lead_id: str, flagged_at: datetime) -> None:
        """Write the row by which overdue leads are listed."""
        await self._put(f"{OVERDUE}{newest_first_key(flagged_at)}|{lead_id}")

    async def put_checkin(self, lead_id: str) -> None:
        """Write the row by which leads with a step or a notice to come are found again."""
        await self._put(CHECKIN + lead_id)

    async def due(self, until: datetime, *, limit: int) -> Sequence[DueRow]:
        """Return due rows up to a time, earliest first."""
        found = self._table.rows(
            "PartitionKey eq @index and RowKey ge @start and RowKey lt @end",
            {"index": PARTITION, "start": DUE, "end": f"{DUE}{time_key(until)}~"},
            results_per_page=min(limit, MOST_AT_ONCE),
        )
        return [row async for row in at_most(limit, readable(found, due_row))]

    async def delete(self, row: DueRow) -> None:
        """Delete a due row if it is still as it was listed."""
        await self._delete(due_key(row.lead_id, row.due_at), row.etag)

    async def state_rows(self, *, after: str, limit: int) -> Sequence[StateRow]:
        """Return the rows that list overdue and parked leads, those with keys after ``after``."""
        return await self._rows(after or OVERDUE, f"{PARKED}{AFTER_PREFIX}", limit)

    async def checkin_rows(self, *, after: str, limit: int) -> Sequence[StateRow]:
        """Return the rows that list leads with something to come, those with keys after ``after``.

        They are apart: an older version of the app can't read them.
        """
        return await self._rows(after or CHECKIN, f"{CHECKIN}{AFTER_PREFIX}", limit)

    async def parked_rows(self, *, limit: int) -> Sequence[StateRow]:
        """Return the rows that list parked deliveries, newest first."""
        return await self._rows(PARKED, f"{PARKED}{AFTER_PREFIX}", limit)

    async def _rows(self, start: str, end: str, limit: int) -> Sequence[StateRow]:
        found = self._table.rows(
            "PartitionKey eq @index and RowKey gt @start and RowKey lt @end",
            {"index": PARTITION, "start": start, "end": end},
            results_per_page=min(limit, MOST_AT_ONCE),
        )
        return [row async for row in at_most(limit, readable(found, state_row))]

    async def delete_state(self, row: StateRow) -> None:
        """Delete such a row if it is still as it was listed."""
        await self._delete(row.key, row.etag)

    async def tidied_to(self) -> TidiedTo:
        """Return where the last sweep got to."""
        row = await self._table.row(PARTITION, HEARTBEAT) or {}
        states, checkins = (str(row.get(column) or "") for column in TIDIED)
        return TidiedTo(states, checkins)

    async def put_trouble(self, trouble: Trouble) -> None:
        """Write a trouble, one row per destination and doing."""
        row = {
            "PartitionKey": PARTITION,
            "RowKey": trouble_key(trouble.destination, trouble.doing),
            "reason": trouble.reason,
            "at": time_text(trouble.at),
            "cause": trouble.cause,
        }
        await self._upsert(row, UpdateMode.MERGE)

    async def troubles(self) -> Sequence[Trouble]:
        """Return the troubles that there are."""
        found = self._table.rows(
            "PartitionKey eq @index and RowKey gt @start and RowKey lt @end",
            {"index": PARTITION, "start": TROUBLE, "end": f"{TROUBLE}{AFTER_PREFIX}"},
        )
        read = readable(found, trouble_of)
        return [trouble async for trouble in read if trouble is not None]

    async def delete_trouble(self, destination: str, doing: Doing) -> None:
        """Delete a trouble that is over."""
        await self._delete_any(trouble_key(destination, doing))

    async def put_heartbeat(self, at: datetime, swept: Swept, tidied_to: TidiedTo) -> None:
        """Write when the last sweep was and what it did."""
        row = {
            "PartitionKey": PARTITION,
            "RowKey": HEARTBEAT,
            "at": time_text(at),
            **dict(zip(TIDIED, tidied_to, strict=True)),
            **asdict(swept),
        }
        await self._upsert(row, UpdateMode.MERGE)

    async def put_announcing_faults(self, faults: int) -> None:
        """Write beside the heartbeat how many faults the end of a sweep had."""
        row = {"PartitionKey": PARTITION, "RowKey": HEARTBEAT, ANNOUNCING_FAULTS: faults}
        await self._upsert(row, UpdateMode.MERGE)

    async def put_known_destinations(self, known: KnownDestinations) -> None:
        """Write which destinations the sweep knows of."""
        row = {
            "PartitionKey": PARTITION,
            "RowKey": DESTINATIONS,
            "in_use": ",".join(sorted(known.in_use)),
            "retired": ",".join(sorted(known.retired)),
        }
        await self._upsert(row, UpdateMode.MERGE)

    async def known_destinations(self) -> KnownDestinations | None:
        """Return which destinations the sweep knows of, None if it has not said yet."""
        row = await self._table.row(PARTITION, DESTINATIONS)
        if row is None:
            return None
        in_use, retired = (str(row.get(column) or "") for column in ("in_use", "retired"))
        return KnownDestinations(in_use=names(in_use), retired=names(retired))

    async def _upsert(self, row: Mapping[str, object], mode: UpdateMode) -> None:
        await self._table.run(partial(self._table.client.upsert_entity, row, mode=mode))

    async def _delete_any(self, key: str) -> None:
        """Delete a row; the SDK takes one that is not there for deleted."""
        await self._table.run(partial(self._table.client.delete_entity, PARTITION, key))

    async def _delete(self, key: str, etag: str) -> None:
        delete = partial(
            self._table.client.delete_entity,
            PARTITION,
            key,
            etag=etag,
            match_condition=MatchConditions.IfNotModified,
        )
        with suppress(ResourceModifiedError):
            await self._table.run(delete, expected=CHANGED)

    async def _put(self, *keys: str) -> None:
        """Write rows side by side; a transaction costs the CPU of several requests."""
        rows = ({"PartitionKey": PARTITION, "RowKey": key} for key in keys)
        await asyncio.gather(*(self._upsert(row, UpdateMode.REPLACE) for row in rows))
