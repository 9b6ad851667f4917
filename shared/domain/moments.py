"""How a time is shown to people. Pure."""

from datetime import datetime, tzinfo


def moment(at: datetime, zone: tzinfo) -> str:
    """Return a time as ``Mon 30 Nov 2026, 17:00 CET``."""
    local = at.astimezone(zone)
    name = local.tzname() or "UTC"
    shown = f"UTC{name}" if name.startswith(("+", "-")) else name
    return f"{day(local)}, {local:%H:%M} {shown}"


def day(at: datetime) -> str:
    """Return a day as ``Mon 30 Nov 2026``."""
    return f"{at:%a} {at.day} {at:%b} {at.year}"
