"""What a record's status tells of sales' work, with what the baseline of the record knows.

The baseline has the status as we saw it last, and when sales is known to have changed it before
that: with the status alone, what sales did between two interests would be forgotten.
"""

from collections.abc import Mapping
from datetime import UTC, datetime


def last_change(known: Mapping[str, str], name: str, moved_at: datetime | None) -> datetime | None:
    """Return when sales last changed the status, None if it never did.

    ``moved_at`` is when it became another than the baseline has, None if it is the same; ``name``
    is that of the time in the baseline.
    """
    before = datetime.fromisoformat(known[name]) if known.get(name) else None
    return max(filter(None, (before, moved_at)), default=None)


def remembered_change(name: str, at: datetime | None) -> dict[str, str]:
    """Return what the baseline keeps of it."""
    return {name: at.isoformat()} if at else {}


def time_shown(text: str) -> datetime | None:
    """Return a time as a CRM shows it, aware; None if it is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
