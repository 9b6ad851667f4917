"""What the sweep told by itself: rows ``digest|``, ``trouble-told|`` and ``channel|``.

They are in table ``LeadIndex``, outside of every range that an older version of the app reads:
``channel|`` sorts before ``checkin|``, ``digest|`` before ``due|``, ``trouble-told|`` before
``trouble|``.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import date
from functools import partial
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import TableTransactionError, UpdateMode

from shared.domain.troubles import ToldTrouble, TroubleKind
from shared.ports.announcing import GivenUp, ToldDigest
from shared.storage.account import CHANGED, MISSING, Table
from shared.storage.index_rows import PARTITION
from shared.storage.keys import AFTER_PREFIX, known_time, safe_key, text_time, time_text
from shared.storage.readable import all_readable, readable

DIGEST = "digest|"
TOLD = "trouble-told|"
CHANNEL = "channel|"
OVERTAKEN = frozenset({"EntityAlreadyExists", *CHANGED, *MISSING})

type Row = Mapping[str, Any]


class TableAnnouncements:
    """The port ``Announcements`` on Azure Table Storage."""

    def __init__(self, table: Table) -> None:
        """Take the table ``LeadIndex``."""
        self._table = table

    async def digest(self, team: str) -> ToldDigest:
        """Return the last digest of a team."""
        key = DIGEST + safe_key(team)
        row = await self._table.row(PARTITION, key)
        with all_readable(f"row {key}"):
            return ToldDigest(team=team) if row is None else _digest(row)

    async def put_digest(self, digest: ToldDigest) -> ToldDigest | None:
        """Write it if it is still as read."""
        row = {
            "team": digest.team,
            "day": digest.day.isoformat() if digest.day else "",
            "told_at": time_text(digest.told_at),
            **_claim(digest),
        }
        etag = await self._put(DIGEST + safe_key(digest.team), row, digest.etag)
        return replace(digest, etag=etag) if etag else None

    async def troubles(self) -> Sequence[ToldTrouble]:
        """Return what was told of troubles."""
        return [trouble async for trouble in readable(self._rows(TOLD), _trouble)]

    async def put_trouble(self, trouble: ToldTrouble) -> ToldTrouble | None:
        """Write it if it is still as read."""
        row = {
            "kind": trouble.kind,
            "subject": trouble.subject,
            "since": time_text(trouble.since),
            "seen_at": time_text(trouble.seen_at),
            "told_at": time_text(trouble.told_at),
            "over_at": time_text(trouble.over_at),
            **_claim(trouble),
        }
        etag = await self._put(_key(trouble), row, trouble.etag)
        return replace(trouble, etag=etag) if etag else None

    async def forget_trouble(self, trouble: ToldTrouble) -> None:
        """Delete it if it is still as read."""
        delete = partial(
            self._table.client.delete_entity,
            PARTITION,
            _key(trouble),
            etag=trouble.etag,
            match_condition=MatchConditions.IfNotModified,
        )
        with suppress(ResourceModifiedError, ResourceNotFoundError):
            await self._table.run(delete, expected=OVERTAKEN)

    async def given_up(self) -> Sequence[GivenUp]:
        """Return the channels by which notices were given up."""
        return [given_up async for given_up in readable(self._rows(CHANNEL), _given_up)]

    async def put_given_up(self, given_up: GivenUp) -> None:
        """Write that a notice was given up."""
        row = {
            "PartitionKey": PARTITION,
            "RowKey": CHANNEL + safe_key(given_up.channel),
            **asdict(given_up),
            "at": time_text(given_up.at),
        }
        upsert = partial(self._table.client.upsert_entity, row, mode=UpdateMode.MERGE)
        await self._table.run(upsert)

    async def forget_given_up(self, channel: str) -> None:
        """Delete that; the SDK takes a row that is not there for deleted."""
        key = CHANNEL + safe_key(channel)
        await self._table.run(partial(self._table.client.delete_entity, PARTITION, key))

    def _rows(self, prefix: str) -> AsyncIterator[Any]:
        return self._table.rows(
            "PartitionKey eq @index and RowKey gt @start and RowKey lt @end",
            {"index": PARTITION, "start": prefix, "end": prefix + AFTER_PREFIX},
        )

    async def _put(self, key: str, columns: Row, etag: str) -> str:
        """Write a row that has this ETag, or is new, and return its ETag; "" if it has another.

        As a transaction: a table that is not there yet is known by its answer alone.
        """
        row = {"PartitionKey": PARTITION, "RowKey": key, **columns}
        guard = {"etag": etag, "match_condition": MatchConditions.IfNotModified}
        change: list[Any] = [
            ("update", row, {"mode": UpdateMode.MERGE, **guard}) if etag else ("create", row)
        ]
        write = partial(self._table.client.submit_transaction, change)
        try:
            [written] = await self._table.run(write, expected=OVERTAKEN)
        except TableTransactionError:
            return ""
        return str(written["etag"])


def _key(trouble: ToldTrouble) -> str:
    return f"{TOLD}{trouble.kind}|{safe_key(trouble.subject)}"


def _claim(told: ToldDigest | ToldTrouble) -> Row:
    return {"claim_id": told.claim_id, "claim_ends_at": time_text(told.claim_ends_at)}


def _digest(row: Any) -> ToldDigest:  # noqa: ANN401 - the SDK's entity
    return ToldDigest(
        team=row["team"],
        day=date.fromisoformat(row["day"]) if row["day"] else None,
        told_at=text_time(row["told_at"]),
        claim_id=row["claim_id"],
        claim_ends_at=text_time(row["claim_ends_at"]),
        etag=row.metadata["etag"],
    )


def _given_up(row: Any) -> GivenUp:  # noqa: ANN401 - the SDK's entity
    return GivenUp(channel=row["channel"], reason=row["reason"], at=known_time(row["at"]))


def _trouble(row: Any) -> ToldTrouble:  # noqa: ANN401 - the SDK's entity
    return ToldTrouble(
        kind=TroubleKind(row["kind"]),
        subject=row["subject"],
        since=known_time(row["since"]),
        seen_at=known_time(row["seen_at"]),
        told_at=text_time(row["told_at"]),
        over_at=text_time(row["over_at"]),
        claim_id=row["claim_id"],
        claim_ends_at=text_time(row["claim_ends_at"]),
        etag=row.metadata["etag"],
    )
