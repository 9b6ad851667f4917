"""What only people read of the index: which leads are in a list, and when the last sweep was."""

from collections.abc import AsyncIterator, Collection
from datetime import datetime
from typing import Any

from shared.ports.reading import Listing
from shared.storage.account import Table
from shared.storage.index_rows import (
    ANNOUNCING_FAULTS,
    DUE,
    HEARTBEAT,
    OVERDUE,
    PARKED,
    PARTITION,
    RECENT,
    TEST,
)
from shared.storage.keys import (
    AFTER_PREFIX,
    known_time,
    newest_first_key,
    newest_first_time,
)
from shared.storage.readable import FAULTS, readable

IN_RANGE = "PartitionKey eq @partition and RowKey ge @start and RowKey lt @end"

PREFIXES = {
    Listing.RECENT: RECENT,
    Listing.DUE: DUE,
    Listing.OVERDUE: OVERDUE,
    Listing.PARKED: PARKED,
    Listing.TEST: TEST,
}


class TableLeadLists:
    """The port ``LeadLists`` on Azure Table Storage."""

    def __init__(self, table: Table) -> None:
        """Take the table ``LeadIndex``."""
        self._table = table

    async def ids(
        self,
        listing: Listing,
        *,
        since: datetime | None = None,
        without: Collection[str] = (),
    ) -> AsyncIterator[str]:
        """Yield lead ids: newest first, but those that are due by when they are."""
        prefix = PREFIXES[listing]
        end = newest_first_key(since) if since else ""
        parameters = {
            "partition": PARTITION,
            "start": prefix,
            "end": f"{prefix}{end}{AFTER_PREFIX}",
        }
        found = self._table.rows(IN_RANGE, parameters, select=["RowKey"])
        seen: set[str] = set()
        async for _, lead_id, destination in readable(found, _listed):
            if lead_id not in seen and destination not in without:
                seen.add(lead_id)
                yield lead_id

    async def newest_at(self, *, without: Collection[str]) -> datetime | None:
        """Return when the newest lead came that is not among some, or None."""
        parameters = {"partition": PARTITION, "start": RECENT, "end": RECENT + AFTER_PREFIX}
        found = self._table.rows(IN_RANGE, parameters, select=["RowKey"], results_per_page=10)
        async for came, lead_id in readable(found, _came):
            if lead_id not in without:
                return came
        return None

    async def heartbeat(self) -> tuple[datetime, dict[str, int]] | None:
        """Return when the last sweep was and what it did, or None if there was none."""
        row = await self._table.row(PARTITION, HEARTBEAT)
        if row is None:
            return None
        counts = {name: value for name, value in row.items() if isinstance(value, int)}
        if announcing := counts.pop(ANNOUNCING_FAULTS, 0):
            counts["faults"] = counts.get("faults", 0) + announcing
        try:
            return known_time(row["at"]), counts
        except FAULTS:
            return None


def _listed(row: Any) -> tuple[str, str, str]:  # noqa: ANN401 - the SDK's entity
    """Return time, lead and destination of a row that lists a lead."""
    _, at, lead_id, *destination = row["RowKey"].split("|")
    return at, lead_id, "|".join(destination)


def _came(row: Any) -> tuple[datetime, str]:  # noqa: ANN401 - the SDK's entity
    at, lead_id, _ = _listed(row)
    return newest_first_time(at), lead_id
