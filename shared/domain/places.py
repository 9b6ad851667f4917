"""How many single notices one recipient gets: ten in ten minutes, and one list. Pure.

Whatever finds no place is told in the list, so that nobody is flooded and nothing is left out.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=10)
MOST_SINGLE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """When a recipient was sent single notices of late, and when the last list."""

    singles: tuple[datetime, ...] = ()
    list_at: datetime | None = None


def with_single(places: Places, now: datetime) -> Places | None:
    """Return the places with one more taken, None if all are."""
    recent = tuple(at for at in places.singles if now - at < WINDOW)
    if len(recent) >= MOST_SINGLE:
        return None
    return replace(places, singles=(*recent, now))


def with_list(places: Places, now: datetime) -> Places | None:
    """Return the places with the list taken, None if there was one within the window."""
    too_soon = places.list_at is not None and now - places.list_at < WINDOW
    return None if too_soon else replace(places, list_at=now)
