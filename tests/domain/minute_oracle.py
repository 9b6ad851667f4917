"""Working time, minute by minute: what ``shared/domain/working_time.py`` is compared with.

A minute of a window is looked up by what the clock on the wall shows; nothing is added to a local
time and nothing is subtracted from an interval. ``python -m tests.domain.minute_oracle 10000``
compares so many random teams, zones and starts, and prints how many differ.
"""

import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from shared.domain.calendars import Calendar, Window
from shared.domain.working_time import add_working_time, next_working_moment, working_time_between
from shared.domain.zones import zone, zone_names

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
MINUTES = 24 * 60
FIRST, LAST = date(2024, 1, 1), date(2029, 12, 31)
LEAP_DAYS = (date(2024, 2, 29), date(2028, 2, 29))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

OTHER_ZONES = 40
"""As many more, drawn by lot: each costs a second of conversions, one a minute."""

ALWAYS_TRIED = (
    "Africa/Casablanca",
    "America/New_York",
    "America/St_Johns",
    "America/Vancouver",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Chatham",
)


@cache
def shown(name: str, utc_day: date) -> list[tuple[int, int]]:
    """Return the date and the minute that the wall clock shows, for each minute of a UTC day."""
    start = datetime(utc_day.year, utc_day.month, utc_day.day, tzinfo=UTC)
    walls = ((start + MINUTE * number).astimezone(zone(name)) for number in range(MINUTES))
    return [(wall.toordinal(), wall.hour * 60 + wall.minute) for wall in walls]


@cache
def minutes_of(name: str, day: date) -> dict[int, int]:
    """Return UTC minutes by the minute that the wall clock shows on a date, the first if twice.

    A minute that is skipped is as many minutes after the last one shown as it says.
    """
    found: dict[int, int] = {}
    for utc_day in (day - DAY, day, day + DAY):
        first = (utc_day - EPOCH.date()).days * MINUTES
        for number, (ordinal, minute) in enumerate(shown(name, utc_day)):
            if ordinal == day.toordinal():
                found.setdefault(minute, first + number)
    last = minutes_of(name, day - DAY)[MINUTES - 1] if 0 not in found else 0
    for minute in range(MINUTES):
        last = found.setdefault(minute, last + 1)
    return found


def ordinal_of(name: str, minute: int) -> int:
    """Return the date on the wall in a UTC minute, as a number."""
    days, number = divmod(minute, MINUTES)
    return shown(name, EPOCH.date() + DAY * days)[number][0]


def open_minutes(calendar: Calendar, day: date) -> Iterator[int]:
    """Yield the UTC minutes that are open because of the windows of a date."""
    closed = {each.toordinal() for each in calendar.closed}
    for window in calendar.hours[day.weekday()]:
        start = minutes_of(calendar.zone, day)[window.start]
        end_day, end = divmod(window.end, MINUTES)
        for minute in range(start, minutes_of(calendar.zone, day + DAY * end_day)[end]):
            if not closed or ordinal_of(calendar.zone, minute) not in closed:
                yield minute


def first_minutes(calendar: Calendar, start: datetime, amount: int) -> list[int]:
    """Return the first so many UTC minutes of work, found one by one; [] if not in a week."""
    begun = (start - EPOCH) // MINUTE
    first = date.fromordinal(ordinal_of(calendar.zone, begun)) - DAY
    found: set[int] = set()
    for day in (first + DAY * number for number in range(9)):
        found.update(minute for minute in open_minutes(calendar, day) if minute >= begun)
        certain = minutes_of(calendar.zone, day + DAY)[0]  # what opens later counts later
        if sum(minute < certain for minute in found) >= amount:
            return sorted(found)[:amount]
    return []


@cache
def changes(name: str) -> tuple[date, ...]:
    """Return the dates on which the clocks of a zone change."""
    noons = [FIRST + DAY * number for number in range((LAST - FIRST).days)]
    offsets = [datetime(d.year, d.month, d.day, 12, tzinfo=zone(name)).utcoffset() for d in noons]
    steps = zip(noons, offsets, offsets[1:], strict=False)
    return tuple(d for d, before, after in steps if before != after)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One comparison; ``amount`` is in minutes."""

    calendar: Calendar
    start: datetime
    amount: int


def cases(seed: int, many: int, *, zones: int) -> Iterator[Case]:
    """Yield random comparisons, half of them about a change of the clocks or a leap day."""
    chance = random.Random(seed)  # noqa: S311 - nothing is kept secret
    others = chance.sample(sorted(zone_names()), zones)
    for _ in range(many):
        name = chance.choice([*ALWAYS_TRIED, *others])
        usual = date(2026, 11, 2) + DAY * chance.randrange(5)
        near = chance.choice((*(changes(name)[:2] or LEAP_DAYS), *LEAP_DAYS, usual, usual))
        day = near - DAY * chance.randrange(3)
        begun = datetime(day.year, day.month, day.day, tzinfo=UTC)
        start = begun + MINUTE * chance.randrange(MINUTES)
        calendar = random_calendar(chance, name, near)
        yield Case(calendar=calendar, start=start, amount=chance.randint(1, 20 * 60))


def random_calendar(chance: random.Random, name: str, near: date) -> Calendar:
    """Return a team's calendar: day and night shifts, weekends, closed dates about one date."""
    hours = tuple(_windows(chance) if chance.random() < 0.85 else () for _ in range(7))
    closed = {near + DAY * chance.randint(-2, 3) for _ in range(chance.randrange(3))}
    return Calendar(zone=name, hours=hours, closed=frozenset(closed))


def _windows(chance: random.Random) -> tuple[Window, ...]:
    found = []
    for _ in range(chance.randint(1, 3)):
        start, length = chance.randrange(0, MINUTES, 5), chance.randrange(5, 16 * 60, 5)
        found.append(Window(start, start + min(length, MINUTES - 5)))
    return tuple(found)


def difference(case: Case) -> str:
    """Return where the code and the oracle disagree on one case, "" if they agree."""
    minutes = first_minutes(case.calendar, case.start, case.amount)
    if not minutes:
        return ""
    passed = MINUTE * case.amount
    first, end = EPOCH + MINUTE * minutes[0], EPOCH + MINUTE * (minutes[-1] + 1)
    expected = (end, first, passed)
    given = (
        add_working_time(case.calendar, case.start, passed),
        next_working_moment(case.calendar, case.start),
        working_time_between(case.calendar, case.start, end),
    )
    return "" if given == expected else f"{case}: {given}, but the oracle says {expected}"


def main(arguments: list[str]) -> int:
    """Compare as many cases as the command line says."""
    many = int(arguments[0])
    compared = (difference(case) for case in cases(0, many, zones=OTHER_ZONES))
    wrong = [found for found in compared if found]
    said = f"{many} random teams, zones and starts: {len(wrong)} differ"
    sys.stdout.write("\n".join([*wrong[:3], said, ""]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
