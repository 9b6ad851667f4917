"""When a team works: hours a weekday in one time zone, less the dates on which it is closed. Pure.

A closed date is closed from 0:00 to 24:00 in the team's zone, the tail of a night shift included.
A window belongs to the weekday on which it starts. Each of its ends is converted to UTC once, at
the offset in force before a change of the clocks where the wall time occurs twice or never; so a
night shift is an hour longer or shorter when the clocks change, as it is for those who work it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, Self

from shared.domain.public_holidays import holiday_year
from shared.domain.zones import zone

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

DAY = 24 * 60
"""Minutes."""

WINDOW = re.compile(r"(\d\d):([0-5]\d)\s*[-–]\s*(\d\d):([0-5]\d)", re.ASCII)
ONE_DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
MIDNIGHT = time()


class Window(NamedTuple):
    """Opening hours in minutes after midnight; those that cross midnight end after ``DAY``."""

    start: int
    end: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``09:00-17:30``, ``22:00-06:00`` or ``00:00-24:00``; raise ``ValueError``."""
        found = WINDOW.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} should be like 09:00-17:30")
        hours, minutes, end_hours, end_minutes = map(int, found.groups())
        start, end = hours * 60 + minutes, end_hours * 60 + end_minutes
        if start >= DAY or end > DAY:
            raise ValueError(f"{text!r} should start by 23:59 and end by 24:00")
        if start == end:
            raise ValueError(f"{text!r} is empty; a whole day is 00:00-24:00")
        return cls(start, end if end > start else end + DAY)

    def __str__(self) -> str:
        """Return the window as ``parse`` reads it."""
        end = self.end if self.end <= DAY else self.end - DAY
        return f"{self.start // 60:02}:{self.start % 60:02}-{end // 60:02}:{end % 60:02}"


class Opening(NamedTuple):
    """An interval of working time, in UTC; the end is not part of it."""

    start: datetime
    end: datetime


type Hours = tuple[tuple[Window, ...], ...]
"""The windows of Monday to Sunday."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When a team works.

    ``working`` are dates on which it works although they are holidays or at a weekend; their hours
    are those of their weekday, or of the first weekday that has any. So are those of weekend days
    that a government made working days. ``closed`` wins over both.
    """

    zone: str
    hours: Hours
    country: str = ""
    subdivision: str = ""
    closed: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()

    def is_closed(self, day: date) -> bool:
        """Tell whether nobody works on a date, whatever its weekday's hours."""
        if day in self.closed or day in self.working:
            return day in self.closed
        return day in holiday_year(self.country, self.subdivision, day.year).holidays

    def windows(self, day: date) -> tuple[Window, ...]:
        """Return the opening hours that start on a date that is not closed."""
        usual = self.hours[day.weekday()]
        if usual or not self._is_made_working(day):
            return usual
        return next((hours for hours in self.hours if hours), ())

    def _is_made_working(self, day: date) -> bool:
        made = holiday_year(self.country, self.subdivision, day.year).working
        return day in self.working or day in made

    def at(self, day: date, time_of_day: timedelta) -> datetime:
        """Return the moment, in UTC, at which the wall clock shows so much after midnight."""
        wall = datetime.combine(day, MIDNIGHT) + time_of_day
        return wall.replace(tzinfo=zone(self.zone)).astimezone(UTC)

    def wall(self, at: datetime) -> datetime:
        """Return what the team's wall clock shows at a moment, without a zone."""
        return at.astimezone(zone(self.zone)).replace(tzinfo=None)

    def local_date(self, at: datetime) -> date:
        """Return the team's date at a moment."""
        return self.wall(at).date()

    def openings(self, day: date) -> Iterator[Opening]:
        """Yield the working time of the windows that start on a date, less closed dates."""
        shut = [self._whole(each) for each in (day, day + ONE_DAY) if self.is_closed(each)]
        for window in self.windows(day):
            ends = (self.at(day, MINUTE * end) for end in window)
            yield from _without(Opening(*ends), shut)

    def _whole(self, day: date) -> Opening:
        return Opening(self.at(day, timedelta(0)), self.at(day, ONE_DAY))


def _without(opening: Opening, shut: list[Opening]) -> Iterator[Opening]:
    """Yield what is left of an opening once closed dates, in order, are taken out of it."""
    start, end = opening
    for closed in shut:
        if start < min(end, closed.start):
            yield Opening(start, min(end, closed.start))
        start = max(start, closed.end)
    if start < end:
        yield Opening(start, end)
