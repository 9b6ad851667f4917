"""Times as an operator writes them."""

import re
from datetime import UTC, datetime, timedelta

from ops.errors import UsageError

UNITS = {"m": "minutes", "h": "hours", "d": "days"}
RELATIVE = re.compile(r"([+-]?)(\d+)([mhd])")


def parse_time(text: str, now: datetime, *, ahead: bool) -> datetime:
    """Return the time that ``2026-11-21``, ``2026-11-21T09:30``, ``+25h`` or ``-2d`` means.

    Without a zone it is UTC; without a sign, ``25h`` is ``ahead`` of now or ago.
    """
    if found := RELATIVE.fullmatch(text.strip()):
        sign, number, unit = found.groups()
        span = timedelta(**{UNITS[unit]: int(number)})
        return now + span if sign == "+" or (ahead and sign != "-") else now - span
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"{text!r} is no time: write 2026-11-21, 2026-11-21T09:30Z, or 25h, 30m, 2d"
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
