"""What the value of a setting may be, where that is more than a pattern."""

import re
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from shared.domain.zones import zone, zone_names

DURATION = re.compile(
    r"(?!.{16})P(?:\d+W|(?=[\dT])(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)", re.ASCII
)
LONGEST = timedelta(days=90)
WHOLE_NUMBER = re.compile("[0-9]{1,10}")


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _iso_duration(value: object) -> object:
    """Refuse what pydantic takes besides: months and years as 30 and 365 days, fractions, signs."""
    if isinstance(value, str) and not DURATION.fullmatch(value):
        raise ValueError(
            "not an ISO 8601 duration in weeks, or in days, hours, minutes and seconds, as whole"
            " numbers (months and years have no fixed length)"
        )
    return value


def _in_digits(value: object) -> object:
    """Refuse what pydantic takes besides: signs, underscores, a point with zeros behind it."""
    if isinstance(value, str) and not WHOLE_NUMBER.fullmatch(value):
        raise ValueError("not a whole number of at most ten digits")
    return value


def _in_range(value: timedelta) -> timedelta:
    if not timedelta(0) < value <= LONGEST:
        raise ValueError(f"not between one second and {LONGEST.days} days")
    return value


def _pinned_zone(value: object) -> object:
    """Read a time zone from the pinned package, not from the machine."""
    return zone(value) if isinstance(value, str) and value in zone_names() else value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split), Field(min_length=1)]
TimeZone = Annotated[ZoneInfo, BeforeValidator(_pinned_zone)]
WholeNumber = Annotated[int, BeforeValidator(_in_digits)]
Duration = Annotated[timedelta, BeforeValidator(_iso_duration), AfterValidator(_in_range)]

TablePrefix = Annotated[
    str,
    Field(
        validation_alias="TABLE_PREFIX",
        pattern="^[A-Za-z][A-Za-z0-9]{0,30}$",
        description="prefix of the app's table names, for a restored copy for example",
    ),
]

OWN_TABLES = ("Leads", "LeadIndex", "Teams", "Quarantine", "Outbox")
"""Leads first: an export reads in this order, and an index is never newer than its leads."""

RESERVED_TABLES = ("tables",)
"""https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model"""


def taken_tables(prefix: str) -> tuple[str, ...]:
    """Return the names that no other table may have; Azure does not tell upper case from lower."""
    return (*RESERVED_TABLES, *OWN_TABLES, *(prefix + name for name in OWN_TABLES if prefix))
