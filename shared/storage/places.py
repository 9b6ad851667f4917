"""The port ``PlaceKeeper`` on table ``LeadIndex``: a row a recipient, guarded by its ETag."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError
from azure.data.tables import UpdateMode

from shared.domain.places import Places, with_list, with_single
from shared.storage.account import CHANGED, MISSING, Table
from shared.storage.index_rows import PARTITION
from shared.storage.keys import text_time, time_text

TOLD = "told|"
EXISTS = "EntityAlreadyExists"
MOST_TRIES = 5


class TablePlaces:
    """Places in table ``LeadIndex``."""

    def __init__(self, table: Table) -> None:
        """Take the table ``LeadIndex``."""
        self._table = table

    async def take(self, recipient_id: str, now: datetime) -> bool:
        """Take a place for one notice; False if there is none, or others are at it."""
        return await self._take(recipient_id, partial(_at, with_single, now))

    async def take_list(self, recipient_id: str, now: datetime) -> bool:
        """Take the place for a list; False if there was one within ten minutes."""
        return await self._take(recipient_id, partial(_at, with_list, now))

    async def _take(self, recipient_id: str, decide: Callable[[Places], Places | None]) -> bool:
        key = f"{TOLD}{recipient_id}"
        for _ in range(MOST_TRIES):
            row = await self._table.row(PARTITION, key)
            after = decide(_places(row) if row is not None else Places())
            if after is None:
                return False
            taken_by = uuid.uuid4().hex
            written = await self._written({**_row(key, after), "taken_by": taken_by}, row)
            if written or await self._is_ours(key, taken_by):
                return True
        return False

    async def _is_ours(self, key: str, taken_by: str) -> bool:
        """Tell whether a write that was refused had been done before: its answer was lost."""
        row = await self._table.row(PARTITION, key)
        return row is not None and row.get("taken_by") == taken_by

    async def _written(self, row: Mapping[str, object], before: Any) -> bool:  # noqa: ANN401
        if before is None:
            write = partial(self._table.client.create_entity, row)
        else:
            guard = {
                "etag": before.metadata["etag"],
                "match_condition": MatchConditions.IfNotModified,
            }
            write = partial(self._table.client.update_entity, row, mode=UpdateMode.MERGE, **guard)
        try:
            await self._table.run(write, expected=CHANGED | MISSING | {EXISTS})
        except HttpResponseError:
            return False
        return True


def _at(
    change: Callable[[Places, datetime], Places | None], now: datetime, places: Places
) -> Places | None:
    return change(places, now)


def _row(key: str, places: Places) -> Mapping[str, object]:
    return {
        "PartitionKey": PARTITION,
        "RowKey": key,
        "singles": ",".join(time_text(at) for at in places.singles),
        "list_at": time_text(places.list_at),
    }


def _places(row: Mapping[str, Any]) -> Places:
    singles = map(_time, str(row.get("singles") or "").split(","))
    return Places(
        singles=tuple(at for at in singles if at is not None),
        list_at=_time(str(row.get("list_at") or "")),
    )


def _time(text: str) -> datetime | None:
    """Return a time; what is none takes no place."""
    try:
        return text_time(text)
    except ValueError:
        return None
