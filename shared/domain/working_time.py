"""Working time: when so much of it has passed, and how much has. Pure; times are aware UTC.

Openings are walked in UTC, where an hour is an hour: adding to a local time across a change of
clocks would be wrong by one. What ends when a team closes is due then, not the next morning.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from shared.domain.calendars import ONE_DAY, Calendar, Opening
from shared.domain.errors import NoWorkingTimeError

LONGEST_LOOK = timedelta(days=731)
"""Two years, one of them a leap year: a calendar that is closed for longer is wrong."""

NINE = timedelta(hours=9)
"""When a day begins for those who have no hours on it, after midnight."""

NONE = timedelta(0)


def add_working_time(calendar: Calendar, start: datetime, amount: timedelta) -> datetime:
    """Return when ``amount`` of working time has passed since ``start``.

    For no time at all it is the next working moment. Raises ``NoWorkingTimeError``.
    """
    if amount < NONE:
        raise ValueError(f"{amount} is less than no time")
    left = amount
    for opening in _openings_from(calendar, start):
        if left <= opening.end - opening.start:
            return opening.start + left
        left -= opening.end - opening.start
    raise NoWorkingTimeError(calendar.zone, LONGEST_LOOK)


def next_working_moment(calendar: Calendar, at: datetime) -> datetime:
    """Return ``at`` if it is working time, otherwise the start of the next; the end is not in it.

    Raises ``NoWorkingTimeError``.
    """
    return add_working_time(calendar, at, NONE)


def working_time_between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Return how much working time passed; none if ``end`` is before ``start``."""
    passed = NONE
    for opening in _openings_from(calendar, start, end - start):
        if opening.start >= end:
            break
        passed += min(opening.end, end) - opening.start
    return passed


def is_working_day(calendar: Calendar, day: date) -> bool:
    """Tell whether work starts on a date; the tail of a night shift makes no working day."""
    return not calendar.is_closed(day) and bool(calendar.windows(day))


def start_of_working_day(calendar: Calendar, day: date) -> datetime:
    """Return when work starts on a date; 9:00 by the wall clock where it does not."""
    starts = [opening.start for opening in calendar.openings(day)]
    if is_working_day(calendar, day) and starts:
        return min(starts)
    return calendar.at(day, NINE)


def _openings_from(
    calendar: Calendar, start: datetime, longest: timedelta = LONGEST_LOOK
) -> Iterator[Opening]:
    """Yield the working time after ``start``, in order and without overlaps."""
    reached = start.astimezone(UTC)
    first = calendar.local_date(reached) - ONE_DAY
    for number in range(longest.days + 3):
        for opening in sorted(calendar.openings(first + ONE_DAY * number)):
            begun = max(opening.start, reached)
            if begun < opening.end:
                yield Opening(begun, opening.end)
                reached = opening.end
