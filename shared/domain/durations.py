"""How long something may take, as people write it: by the clock, or in working time. Pure.

``30m``, ``24h`` and ``2d`` are time by the clock, whatever the day: a day is 24 hours.
``8 working hours`` pass only while the team works. ``2 working days`` are over at the same time of
day on the second working day after: from Monday 10:00 they last until Wednesday 10:00, and from
Friday evening until Wednesday morning, since they begin when the team does. Where the team does not
work at that time on that day, they last until it works next. For a team without working hours,
working time is time by the clock.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self

from shared.domain.calendars import ONE_DAY, Calendar
from shared.domain.errors import NoWorkingTimeError
from shared.domain.working_time import (
    LONGEST_LOOK,
    add_working_time,
    is_working_day,
    next_working_moment,
)

FORMS = "like 30m, 24h, 2d, 8 working hours or 2 working days"

CLOCK = re.compile(r"(?=\d)(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?", re.ASCII)
WORKING = re.compile(r"(\d{1,6}) working (minute|hour|day)s?", re.ASCII)


class Kind(StrEnum):
    """What a duration counts."""

    CLOCK = "clock"
    WORKING_TIME = "working time"
    WORKING_DAYS = "working days"


LONGEST = {
    Kind.CLOCK: (timedelta(days=90), "90d"),
    Kind.WORKING_TIME: (timedelta(hours=720), "720 working hours"),
    Kind.WORKING_DAYS: (timedelta(days=90), "90 working days"),
}


@dataclass(frozen=True, slots=True)
class Duration:
    """A duration; of working days, ``length`` has the number of days."""

    length: timedelta
    kind: Kind = Kind.CLOCK

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a duration as people write it; raise ``ValueError``."""
        plain = " ".join(text.split()).lower()
        found = cls._clock(plain) or cls._working(plain)
        if found is None:
            raise ValueError(f"{text!r} should be {FORMS}")
        longest, name = LONGEST[found.kind]
        if not timedelta(0) < found.length <= longest:
            raise ValueError(f"{text!r} should be more than nothing and at most {name}")
        return found

    @classmethod
    def _clock(cls, text: str) -> Self | None:
        found = CLOCK.fullmatch(text)
        if found is None:
            return None
        days, hours, minutes = (int(number or 0) for number in found.groups())
        return cls(timedelta(days=days, hours=hours, minutes=minutes))

    @classmethod
    def _working(cls, text: str) -> Self | None:
        found = WORKING.fullmatch(text)
        if found is None:
            return None
        number, unit = int(found[1]), found[2]
        kind = Kind.WORKING_DAYS if unit == "day" else Kind.WORKING_TIME
        return cls(timedelta(**{f"{unit}s": number}), kind)

    def __str__(self) -> str:
        """Return the duration as ``parse`` reads it."""
        minutes = self.length // timedelta(minutes=1)
        if self.kind is Kind.WORKING_DAYS:
            return _counted(self.length.days, "working day")
        if self.kind is Kind.WORKING_TIME:
            number, unit = (minutes, "minute") if minutes % 60 else (minutes // 60, "hour")
            return _counted(number, f"working {unit}")
        if self.length > ONE_DAY and self.length % ONE_DAY == timedelta(0):
            return f"{self.length.days}d"
        hours, minutes = divmod(minutes, 60)
        return "".join(
            f"{number}{unit}" for number, unit in ((hours, "h"), (minutes, "m")) if number
        )

    def after(self, start: datetime, calendar: Calendar | None) -> datetime:
        """Return when the duration is over that began at ``start``.

        Raises ``NoWorkingTimeError`` if it is working time that the calendar does not have.
        """
        if calendar is None or self.kind is Kind.CLOCK:
            return start + self.length
        if self.kind is Kind.WORKING_TIME:
            return add_working_time(calendar, start, self.length)
        return _after_working_days(calendar, start, self.length.days)

    def over_at(self, start: datetime, calendar: Calendar | None) -> datetime:
        """Return when the duration is over; never early, whatever the calendar is.

        Where the team does not work for so long within two years, which the rules are checked for,
        it is over at the end of those.
        """
        try:
            return self.after(start, calendar)
        except NoWorkingTimeError:
            return start + LONGEST_LOOK


def _counted(number: int, one: str) -> str:
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def _after_working_days(calendar: Calendar, start: datetime, days: int) -> datetime:
    """Return the same time of day so many working days later, or the next working moment."""
    begun = next_working_moment(calendar, start)
    day = _day_of_work(calendar, begun)
    time_of_day = calendar.wall(begun) - calendar.wall(calendar.at(day, timedelta(0)))
    return next_working_moment(calendar, calendar.at(_later(calendar, day, days), time_of_day))


def _day_of_work(calendar: Calendar, at: datetime) -> date:
    """Return the date on which the shift began that is at work."""
    today = calendar.local_date(at)
    shifts = calendar.openings(today - ONE_DAY)
    return today - ONE_DAY if any(start <= at < end for start, end in shifts) else today


def _later(calendar: Calendar, day: date, days: int) -> date:
    last = day + LONGEST_LOOK
    while days and day < last:
        day += ONE_DAY
        days -= is_working_day(calendar, day)
    if days:
        raise NoWorkingTimeError(calendar.zone, LONGEST_LOOK)
    return day
