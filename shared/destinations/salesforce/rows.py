"""Rows of queries: leads by their ids, and where a merged one went."""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.destinations.salesforce.faults import RECORD_ID
from shared.domain.errors import CrmRejectedError

type Row = Mapping[str, Any]


def by_id(rows: Iterable[Row]) -> dict[str, Row]:
    """Return leads by their ids; raise ``ValueError`` and the like for what is none."""
    return {_id(row["Id"]): row for row in rows if _is_lead(row)}


def same_id(one: str, other: str) -> bool:
    """Tell whether two ids are the same: the last three of 18 characters only spell the others."""
    return one[:15] == other[:15]


def survivor(leads: Mapping[str, Row], record_id: str) -> Row | None:
    """Return the lead of an id, or the one that it was merged into; None if it was deleted."""
    left = dict(leads)
    row = left.pop(record_id, None)
    while row and row["IsDeleted"]:
        row = left.pop(row["MasterRecordId"], None)
    return row


def the_one(leads: Mapping[str, Row]) -> Row | None:
    """Return the lead that is not deleted, if there is one."""
    live = [row for row in leads.values() if not row["IsDeleted"]]
    if len(live) > 1:
        ids = ", ".join(row["Id"] for row in live)
        raise CrmRejectedError(f"several leads have our id, merge them: {ids}")
    return live[0] if live else None


def _is_lead(row: Row) -> bool:
    if not isinstance(row["IsDeleted"], bool):
        raise TypeError("IsDeleted")
    return row["MasterRecordId"] is None or bool(_id(row["MasterRecordId"]))


def _id(value: object) -> str:
    if not isinstance(value, str) or not RECORD_ID.fullmatch(value):
        raise ValueError("no id of a record")
    return value
