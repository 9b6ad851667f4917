"""Timer schedules that the Functions host reads as a person does. Pure.

The host's classes (WebJobs.Extensions 5.1.0 with NCrontab 3.3.3) take more than these, and read
some of it otherwise than it looks: bounds that go backwards are swapped, ``24:00:00`` is 24 days,
``5`` is five days. What is taken here was compared with them, see ``tests/local/test_timers.py``.
Source of the format:
https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
LONGEST = dict(zip(range(1, 13), (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), strict=True))
"""Days of each month, in leap years."""

ITEM = re.compile(r"(\*|(\w+)(?:-(\w+))?)(?:/([0-9]{1,2}))?", re.ASCII)
SPAN = re.compile(r"(?:([0-9]{1,3})\.)?([0-9]{2}):([0-9]{2}):([0-9]{2})")
HOURS, MINUTES = 24, 60


@dataclass(frozen=True, slots=True)
class Field:
    """One of the six fields: its name, its least and greatest value, and names for values."""

    name: str
    least: int
    greatest: int
    names: Sequence[str] = ()


FIELDS = (
    Field("second", 0, 59),
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day", 1, 31),
    Field("month", 1, 12, MONTHS),
    Field("day of the week", 0, 6, DAYS),
)


@dataclass(frozen=True)
class Schedule:
    """A schedule: the values of each field, or an interval."""

    fields: tuple[frozenset[int], ...] = ()
    interval: timedelta = timedelta(0)

    @cached_property
    def occurs(self) -> bool:
        """Tell whether it ever comes."""
        if not self.fields:
            return self.interval > timedelta(0)
        days, months = self.fields[3], self.fields[4]
        return any(min(days) <= LONGEST[month] for month in months)


def parse_schedule(text: str) -> Schedule:
    """Return what a schedule says; raise ``ValueError`` saying what is wrong with it.

    Six fields of NCRONTAB separated by single spaces, or ``[d.]hh:mm:ss``; both in UTC.
    """
    schedule = Schedule(interval=_interval(text)) if ":" in text else Schedule(_fields(text))
    if not schedule.occurs:
        raise ValueError("it never comes")
    return schedule


def _interval(text: str) -> timedelta:
    found = SPAN.fullmatch(text)
    if found is None:
        raise ValueError("a time span is written hh:mm:ss, or d.hh:mm:ss with days")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    if hours >= HOURS:
        meant = f"{hours // HOURS}.{hours % HOURS:02}:{minutes:02}:{seconds:02}"
        raise ValueError(f"Azure reads {text} as {hours} days and more: write {meant}")
    if minutes >= MINUTES or seconds >= MINUTES:
        raise ValueError("minutes and seconds are 00 to 59")
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _fields(text: str) -> tuple[frozenset[int], ...]:
    parts = text.split(" ")
    if text.isdecimal():
        raise ValueError(f"Azure reads {text} as {text} days: write {text}.00:00:00, or six fields")
    if len(parts) == len(FIELDS) - 1:
        raise ValueError(
            "it has five fields, which Azure's scale controller ignores:"
            f" write '0 {text}', with the second first"
        )
    if len(parts) != len(FIELDS):
        names = " ".join(f"{{{field.name}}}" for field in FIELDS)
        raise ValueError(f"it has {len(parts)} fields, not the six {names} with one space between")
    return tuple(_values(field, part) for field, part in zip(FIELDS, parts, strict=True))


def _values(field: Field, text: str) -> frozenset[int]:
    return frozenset(value for item in text.split(",") for value in _item(field, item))


def _item(field: Field, text: str) -> range:
    found = ITEM.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a {field.name}: write *, 5, 1-5 or */5")
    every, first, last, step = found.groups()
    if step is not None and int(step) == 0:
        raise ValueError(f"{text!r} steps by 0: write 1 to 99 behind the slash")
    if every == "*":
        low, high = field.least, field.greatest
    else:
        low = _value(field, first)
        # A step without an end runs to the end of the field.
        high = _value(field, last) if last else (field.greatest if step else low)
        if last and low == high:
            raise ValueError(f"{text!r} is one value: write {first}")
        if last and low > high:
            raise ValueError(
                f"{text!r} goes backwards, and Azure swaps its ends: write it in two parts"
            )
    return range(low, high + 1, int(step or 1))


def _value(field: Field, text: str) -> int:
    name = text.lower()
    if name in field.names:
        return field.names.index(name) + field.least
    if text.isascii() and text.isdecimal() and field.least <= int(text) <= field.greatest:
        return int(text)
    words = f" or {field.names[0]} to {field.names[-1]}" if field.names else ""
    raise ValueError(f"{text!r} is not a {field.name}: {field.least} to {field.greatest}{words}")
