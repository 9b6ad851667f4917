"""Rows of table ``LeadIndex``: their keys, and what is read from them."""

from datetime import UTC, datetime
from typing import Any

from shared.domain.troubles import Cause
from shared.ports.index import Doing, DueRow, StateKind, StateRow, Trouble
from shared.storage.keys import key_time, known_time, newest_first_time, time_key

PARTITION = "index"
DUE = "due|"
RECENT = "recent|"
PARKED = "parked|"
CHECKIN = "checkin|"
"""Before ``overdue|``: an older app tidies what lies from there to ``parked|``."""

OVERDUE = "overdue|"
TEST = "test|"
TROUBLE = "trouble|"
HEARTBEAT = "sweep"
DESTINATIONS = "destinations"
ANNOUNCING_FAULTS = "announcing_faults"
TIDIED = ("tidied_to", "checkins_tidied_to")


def due_key(lead_id: str, due_at: datetime) -> str:
    """Return the key of the row by which a lead is due."""
    return f"{DUE}{time_key(due_at)}|{lead_id}"


def names(text: str) -> frozenset[str]:
    """Return names as a column has them."""
    return frozenset(name for name in text.split(",") if name)


def trouble_key(destination: str, doing: Doing) -> str:
    """Return the key of a trouble."""
    return f"{TROUBLE}{destination}|{doing}"


def trouble_of(row: Any) -> Trouble | None:  # noqa: ANN401 - the SDK's entity
    """Return the trouble that a row holds, None for one that only a newer version knows."""
    _, destination, doing = row["RowKey"].split("|")
    if doing not in set(Doing):
        return None
    given, at = str(row.get("cause") or ""), known_time(row["at"])
    cause = Cause(given) if given in set(Cause) else Cause.UNKNOWN
    return Trouble(
        destination=destination, doing=Doing(doing), reason=row["reason"], at=at, cause=cause
    )


def due_row(row: Any) -> DueRow:  # noqa: ANN401 - the SDK's entity
    """Return a row by which a lead is due."""
    _, due, lead_id = row["RowKey"].split("|")
    return DueRow(
        due_at=key_time(due),
        lead_id=lead_id,
        written_at=row.metadata["timestamp"].astimezone(UTC),
        etag=row.metadata["etag"],
    )


def state_row(row: Any) -> StateRow:  # noqa: ANN401 - the SDK's entity
    """Return a row that lists an overdue or parked lead, or one with something to come."""
    kind, *of = row["RowKey"].split("|")
    since, lead_id, *destination = of if kind != StateKind.CHECKIN else ("", *of)
    return StateRow(
        key=row["RowKey"],
        kind=StateKind(kind),
        since=newest_first_time(since) if since else None,
        lead_id=lead_id,
        destination="|".join(destination),
        written_at=row.metadata["timestamp"].astimezone(UTC),
        etag=row.metadata["etag"],
    )
