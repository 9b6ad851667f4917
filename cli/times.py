"""Times as an operator writes them."""

import re
from datetime import UTC, datetime, timedelta

from shared.operations.errors import UsageError

UNITS = {"m": "minutes", "h": "hours", "d": "days"}
RELATIVE = re.compile(
    r"(?P<before>-|\+|in )?(?P<number>\d+) ?(?P<unit>[mhd])(?P<after> ago)?", re.ASCII
)
YEARS = range(2000, 3000)
"""Whatever is meant; other years have no row key that sorts as the others do."""


def parse_time(text: str, now: datetime) -> datetime:
    """Return the time that ``2026-11-21``, ``2026-11-21T09:30``, ``2d ago`` or ``+25h`` means.

    Without a zone it is UTC. Raises ``UsageError``: without a sign, ``5h`` could be either.
    """
    given = text.strip()
    try:
        at = _time(given, now)
    except (ValueError, OverflowError):
        at = None
    if at is None or at.year not in YEARS:
        raise UsageError(
            f"{text!r} is not a time: write 2026-11-21, 2026-11-21T09:30Z, '2d ago' or +25h"
        )
    return at


def parse_past(text: str, now: datetime) -> datetime:
    """Return a time that can only be past, so that ``30d`` needs no direction."""
    found = RELATIVE.fullmatch(text.strip())
    directed = found is None or found["before"] or found["after"]
    return parse_time(text if directed else f"{text.strip()} ago", now)


def _time(text: str, now: datetime) -> datetime:
    if found := RELATIVE.fullmatch(text):
        before, after = found["before"] or "", found["after"] or ""
        span = timedelta(**{UNITS[found["unit"]]: int(found["number"])})
        if bool(before) == bool(after):
            raise UsageError(f"{text!r} could be past or future: write '{text} ago' or +{text}")
        return now - span if after or before == "-" else now + span
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
