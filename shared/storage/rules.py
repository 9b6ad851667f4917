"""The rules in force on Azure Table Storage: one partition, so that they change in one go.

Row ``in-force`` has the text, in chunks; ``counted|<content id>`` says that a content was in force;
``deployed`` tells of a deployed file that is not.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import accumulate
from typing import Any

from azure.core import MatchConditions
from azure.data.tables import TableTransactionError, UpdateMode

from shared.ports.rules import DeployedFile, StoredRules
from shared.storage.account import MISSING, Table
from shared.storage.keys import known_time, time_text
from shared.storage.readable import all_readable, read_each

PARTITION = "rules"
IN_FORCE = "in-force"
COUNTED = "counted|"
DEPLOYED = "deployed"

CHUNK = 60 * 1024
"""What one binary column holds, with room to spare."""

LONGEST_FAULTS = 15_000
"""Characters: half of what a text column holds."""

OVERTAKEN = frozenset({"UpdateConditionNotSatisfied", "ConditionNotMet", "EntityAlreadyExists"})


class TableRulesStore:
    """The port ``RulesStore``."""

    def __init__(self, table: Table) -> None:
        """Take the table ``Teams``."""
        self._table = table

    async def in_force(self) -> StoredRules | None:
        """Return the rules that were put in force last."""
        row = await self._table.row(PARTITION, IN_FORCE)
        if row is None:
            return None
        with all_readable("the rules in force"):
            return _in_force(row)

    async def has_counted(self, content: str) -> bool:
        """Tell whether rules with this content id were in force at any time."""
        return await self._table.row(PARTITION, COUNTED + content) is not None

    async def put_in_force(self, rules: StoredRules, *, before: StoredRules | None) -> bool:
        """Put rules in force in the place of others; False if there are others by now."""
        change: list[Any] = [_put(rules, before), ("upsert", _counted(rules))]
        try:
            await self._table.run(
                partial(self._table.client.submit_transaction, change), expected=OVERTAKEN
            )
        except TableTransactionError:  # also for our own write, if its answer was lost
            now = await self.in_force()
            return now is not None and replace(now, etag="") == replace(rules, etag="")
        return True

    async def not_in_force(self) -> DeployedFile | None:
        """Return what is known of a deployed file that is not in force; it is only told of."""
        row = await self._table.row(PARTITION, DEPLOYED)
        return next(read_each([row] if row is not None else [], _not_in_force), None)

    async def report(self, file: DeployedFile | None) -> None:
        """Say that a deployed file is not in force, or that there is none such any more."""
        if file is None:
            await self._table.run(
                partial(self._table.client.delete_entity, PARTITION, DEPLOYED), expected=MISSING
            )
            return
        row = {
            "PartitionKey": PARTITION,
            "RowKey": DEPLOYED,
            "content_id": file.content_id,
            "seen_at": time_text(file.seen_at),
            "faults": json.dumps(_clipped(file.faults)),
        }
        await self._table.run(
            partial(self._table.client.upsert_entity, row, mode=UpdateMode.REPLACE)
        )


def _put(rules: StoredRules, before: StoredRules | None) -> tuple[object, ...]:
    if before is None:
        return "create", _row_of(rules)
    guard = {"etag": before.etag, "match_condition": MatchConditions.IfNotModified}
    return "update", _row_of(rules), {"mode": UpdateMode.REPLACE, **guard}


def _counted(rules: StoredRules) -> dict[str, str]:
    key = COUNTED + rules.content_id
    return {"PartitionKey": PARTITION, "RowKey": key, "at": time_text(rules.applied_at)}


def _row_of(rules: StoredRules) -> dict[str, str | int | bytes]:
    whole = rules.text.encode()
    chunks = [whole[start : start + CHUNK] for start in range(0, len(whole), CHUNK)]
    return {
        "PartitionKey": PARTITION,
        "RowKey": IN_FORCE,
        "applied_at": time_text(rules.applied_at),
        "applied_by": rules.applied_by,
        "chunks": len(chunks),
        **{f"text_{number}": chunk for number, chunk in enumerate(chunks)},
    }


def _clipped(faults: Sequence[str]) -> Sequence[str]:
    """Return the first faults, as many as a column holds."""
    ends = accumulate(map(len, faults))
    return faults[: sum(end <= LONGEST_FAULTS for end in ends)]


def _in_force(row: Any) -> StoredRules:  # noqa: ANN401 - the SDK's entity
    chunks = (row[f"text_{number}"] for number in range(row["chunks"]))
    return StoredRules(
        text=b"".join(chunks).decode(),
        applied_at=known_time(row["applied_at"]),
        applied_by=row["applied_by"],
        etag=row.metadata["etag"],
    )


def _not_in_force(row: Any) -> DeployedFile:  # noqa: ANN401 - the SDK's entity
    return DeployedFile(
        content_id=row["content_id"],
        seen_at=known_time(row["seen_at"]),
        faults=tuple(json.loads(row["faults"])),
    )
