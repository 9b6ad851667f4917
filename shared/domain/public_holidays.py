"""Public holidays of a country or of a part of it, a year at a time, from ``holidays``. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayYear:
    """One year: the dates without work, and the weekend days that a government made working days.

    ``working`` is what China, Hungary and Latvia, among others, do to join a holiday to a weekend.
    """

    holidays: frozenset[date]
    working: frozenset[date]


@cache
def holiday_year(country: str, subdivision: str, year: int) -> HolidayYear:
    """Return the holidays of a country by its ISO code; none for "" and for what is not known."""
    if subdivision not in ("", *holiday_subdivisions().get(country, ())):
        subdivision = ""
    if country not in holiday_subdivisions():
        return HolidayYear(holidays=frozenset(), working=frozenset())
    import holidays  # noqa: PLC0415 - 0.4 s and 12 MB, which only teams with holidays need

    found = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    return HolidayYear(
        holidays=frozenset(day for day in found if day.year == year),
        working=frozenset(day for day in found.weekend_workdays if day.year == year),
    )


@cache
def holiday_subdivisions() -> Mapping[str, tuple[str, ...]]:
    """Return the ISO codes of the countries whose holidays are known, each with its parts'."""
    import holidays  # noqa: PLC0415 - as above

    known = holidays.list_supported_countries(include_aliases=False)
    return {country: tuple(parts) for country, parts in known.items()}
