"""Times as an operator writes them."""

import re
from datetime import UTC, datetime, timedelta

from shared.operations.errors import UsageError

UNITS = {"m": "minutes", "h": "hours", "d": "days"}
RELATIVE = re.compile(r"([+-]?)(\d+)([mhd])", re.ASCII)
YEARS = range(2000, 3000)
"""Whatever is meant; other years have no row key that sorts as the others do."""


def parse_time(text: str, now: datetime, *, ahead: bool) -> datetime:
    """Return the time that ``2026-11-21``, ``2026-11-21T09:30``, ``+25h`` or ``-2d`` means.

    Without a zone it is UTC; without a sign, ``25h`` is ``ahead`` of now or ago.
    """
    try:
        at = _time(text.strip(), now, ahead=ahead)
    except (ValueError, OverflowError):
        at = None
    if at is None or at.year not in YEARS:
        raise UsageError(
            f"{text!r} is no time: write 2026-11-21, 2026-11-21T09:30Z, or 25h, 30m, 2d"
        )
    return at


def _time(text: str, now: datetime, *, ahead: bool) -> datetime:
    if found := RELATIVE.fullmatch(text):
        sign, number, unit = found.groups()
        span = timedelta(**{UNITS[unit]: int(number)})
        return now + span if sign == "+" or (ahead and sign != "-") else now - span
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
