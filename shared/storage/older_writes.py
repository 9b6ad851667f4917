"""What an older version of the app has made outdated in a row of a delivery, by writing it.

It leaves columns alone that it does not know. Of these, some say what is open since a claim: they
name that claim, so that it is seen if another one came after it.
"""

from typing import Any

from pydantic_core import from_json

from shared.domain.lead import CONTACT_FIELDS

type Row = dict[str, Any]

SETTLED = frozenset({"noted_to", "owner_sending", "owners_sent", "remarks", "sent"})
"""What an answer settles, fields apart that only a newer version knows."""


def without_outdated(row: Row) -> Row:
    """Return the row of a delivery without what an older version has settled since.

    What it sent without an answer, it does not say: all may have been.
    """
    newer = [name for name in from_json(row.get("sent") or "[]") if name not in CONTACT_FIELDS]
    if _is_settled(row):
        row = {name: value for name, value in row.items() if name not in SETTLED} | {"sent": newer}
    return {**row, "sent": [*CONTACT_FIELDS, *newer]} if _is_open(row) else row


def _is_settled(row: Row) -> bool:
    """Tell whether an answer came later than the claim."""
    noted_at, answered_at = row.get("sent_at") or "", row.get("delivered_at") or ""
    return bool(noted_at) and answered_at > noted_at


def _is_open(row: Row) -> bool:
    """Tell whether a claim is without an answer that did not note what it sent."""
    claim_id = row.get("claim_id") or ""
    if "sent_claim" in row:
        return claim_id not in {"", row["sent_claim"]}
    return "sent" not in row and bool(claim_id or row.get("uncertain"))
