"""Working time against a minute-by-minute oracle, and the days on which it is easily wrong."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.calendars import Calendar, Hours, Window
from shared.domain.errors import NoWorkingTimeError, SettingsError
from shared.domain.public_holidays import holiday_subdivisions, holiday_year
from shared.domain.working_time import (
    add_working_time,
    is_working_day,
    next_working_moment,
    start_of_working_day,
    working_time_between,
)
from shared.domain.zones import zone, zone_names
from tests.domain.minute_oracle import cases, difference

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def week(text: str, *, days: int = 5) -> Hours:
    windows = tuple(Window.parse(part) for part in text.split())
    return tuple(windows if number < days else () for number in range(7))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


BERLIN = Calendar(zone="Europe/Berlin", hours=week("09:00-17:00"))


def test_c5_working_time_agrees_with_a_clock_on_the_wall_minute_by_minute() -> None:
    wrong = [found for case in cases(1, 200, zones=0) if (found := difference(case))]

    assert wrong == []


@given(
    start=st.timedeltas(timedelta(0), timedelta(days=730)).map(utc("2026-01-01").__add__),
    first=st.timedeltas(timedelta(0), 40 * HOUR),
    second=st.timedeltas(timedelta(0), 40 * HOUR),
)
def test_c5_working_time_adds_up_and_is_never_early(
    start: datetime, first: timedelta, second: timedelta
) -> None:
    end = add_working_time(BERLIN, start, first + second)

    assert end >= start + first + second
    assert working_time_between(BERLIN, start, end) == first + second
    if second:
        assert add_working_time(BERLIN, add_working_time(BERLIN, start, first), second) == end


def test_what_comes_in_the_evening_counts_from_the_next_morning() -> None:
    friday_evening = utc("2026-11-27T19:30")

    assert next_working_moment(BERLIN, friday_evening) == utc("2026-11-30T08:00")
    assert add_working_time(BERLIN, friday_evening, 2 * HOUR) == utc("2026-11-30T10:00")


def test_what_ends_as_the_team_closes_is_due_then() -> None:
    assert add_working_time(BERLIN, utc("2026-11-27T08:00"), 8 * HOUR) == utc("2026-11-27T16:00")
    assert next_working_moment(BERLIN, utc("2026-11-27T16:00")) == utc("2026-11-30T08:00")


def test_an_hour_that_the_clocks_skip_is_not_worked() -> None:
    nights = Calendar(zone="America/New_York", hours=week("22:00-06:00", days=7))
    saturday_night = utc("2026-03-08T03:00")

    assert working_time_between(nights, saturday_night, utc("2026-03-08T12:00")) == 7 * HOUR
    assert add_working_time(nights, saturday_night, 7 * HOUR) == utc("2026-03-08T10:00")


def test_an_hour_that_comes_twice_is_worked_twice() -> None:
    nights = Calendar(zone="America/New_York", hours=week("22:00-06:00", days=7))

    night = working_time_between(nights, utc("2026-11-01T02:00"), utc("2026-11-01T12:00"))

    assert night == 9 * HOUR


def test_hours_that_end_within_a_skipped_hour_keep_their_length() -> None:
    early = Calendar(zone="America/New_York", hours=week("00:00-02:30", days=7))

    assert add_working_time(early, utc("2026-03-08T05:00"), 150 * MINUTE) == utc("2026-03-08T07:30")


def test_hours_that_lie_within_a_skipped_hour_and_just_after_it_are_not_counted_twice() -> None:
    both = Calendar(zone="America/New_York", hours=week("02:00-02:30 02:45-03:45", days=7))

    passed = working_time_between(both, utc("2026-03-08T06:00"), utc("2026-03-08T12:00"))

    assert passed == 30 * MINUTE  # 3:00–3:30; the other window ends as it begins


def test_a_window_whose_end_comes_before_its_start_once_the_clocks_skip_is_no_time() -> None:
    odd = Calendar(zone="America/New_York", hours=week("02:30-03:15", days=7))

    day = working_time_between(odd, utc("2026-03-08T05:00"), utc("2026-03-09T04:00"))

    assert day == timedelta(0)


def test_lord_howe_changes_its_clocks_by_half_an_hour() -> None:
    nights = Calendar(zone="Australia/Lord_Howe", hours=week("00:00-08:00", days=7))

    skipped = working_time_between(nights, utc("2026-10-03T12:00"), utc("2026-10-04T00:00"))
    repeated = working_time_between(nights, utc("2026-04-04T12:00"), utc("2026-04-05T00:00"))

    assert (skipped, repeated) == (7.5 * HOUR, 8.5 * HOUR)


def test_vancouver_keeps_its_summer_time_from_november_2026() -> None:
    team = Calendar(zone="America/Vancouver", hours=week("09:00-17:00"))

    assert next_working_moment(team, utc("2026-12-01T12:00")) == utc("2026-12-01T16:00")


def test_casablanca_is_on_utc_from_september_2026() -> None:
    team = Calendar(zone="Africa/Casablanca", hours=week("09:00-17:00"))

    assert next_working_moment(team, utc("2026-12-01T00:00")) == utc("2026-12-01T09:00")


def test_a_weekend_day_that_a_government_made_a_working_day_is_worked() -> None:
    team = Calendar(zone="Asia/Shanghai", hours=week("09:00-17:00"), country="CN")

    assert is_working_day(team, date(2026, 10, 10))
    assert not is_working_day(team, date(2026, 10, 17))
    assert start_of_working_day(team, date(2026, 10, 10)) == utc("2026-10-10T01:00")


def test_a_holiday_of_a_region_closes_only_its_teams() -> None:
    summer = date(2026, 8, 31)
    england = Calendar(
        zone="Europe/London", hours=week("09:00-17:00"), country="GB", subdivision="ENG"
    )
    scotland = Calendar(
        zone="Europe/London", hours=week("09:00-17:00"), country="GB", subdivision="SCT"
    )

    assert (is_working_day(england, summer), is_working_day(scotland, summer)) == (False, True)


def test_a_closed_date_ends_the_tail_of_a_night_shift() -> None:
    nights = Calendar(
        zone="Europe/Berlin",
        hours=week("22:00-06:00", days=7),
        closed=frozenset({date(2026, 5, 1)}),
    )

    passed = working_time_between(nights, utc("2026-04-30T12:00"), utc("2026-05-02T12:00"))

    assert passed == (2 + 0 + 0 + 6 + 2 - 2) * HOUR  # until midnight, and from midnight on the 2nd


def test_own_dates_close_and_open_whatever_the_country_says() -> None:
    team = Calendar(
        zone="Europe/Berlin",
        hours=week("09:00-17:00"),
        country="DE",
        closed=frozenset({date(2026, 12, 24)}),
        working=frozenset({date(2026, 12, 25), date(2026, 12, 26)}),
    )

    days = [date(2026, 12, number) for number in range(23, 29)]

    assert [is_working_day(team, day) for day in days] == [True, False, True, True, False, True]
    assert add_working_time(team, utc("2026-12-23T15:00"), 10 * HOUR) == utc("2026-12-26T09:00")


def test_a_team_that_never_closes_works_all_the_time() -> None:
    always = Calendar(zone="Europe/Berlin", hours=week("00:00-24:00", days=7))
    start = utc("2026-03-27T12:00")

    assert add_working_time(always, start, 500 * HOUR) == start + 500 * HOUR


def test_overlapping_hours_count_once() -> None:
    team = Calendar(zone="UTC", hours=week("09:00-12:00 11:00-15:00 15:00-16:00"))

    day = working_time_between(team, utc("2026-11-27T00:00"), utc("2026-11-28T00:00"))

    assert day == 7 * HOUR


def test_a_working_day_starts_with_its_hours_and_any_other_at_nine() -> None:
    team = Calendar(zone="Europe/Berlin", hours=week("07:30-12:00"))

    assert start_of_working_day(team, date(2026, 11, 27)) == utc("2026-11-27T06:30")
    assert start_of_working_day(team, date(2026, 11, 28)) == utc("2026-11-28T08:00")


def test_nothing_passes_backwards() -> None:
    now = utc("2026-11-27T12:00")

    assert working_time_between(BERLIN, now, now - 500 * HOUR) == timedelta(0)
    with pytest.raises(ValueError, match="less than no time"):
        add_working_time(BERLIN, now, -HOUR)


@pytest.mark.parametrize("hours", [week("", days=0), week("09:00-17:00", days=0)])
def test_c5_a_calendar_without_working_time_is_a_wrong_setting(hours: Hours) -> None:
    empty = Calendar(zone="Europe/Berlin", hours=hours, working=frozenset({date(2026, 11, 28)}))

    with pytest.raises(NoWorkingTimeError, match="too little working time in 731 days"):
        next_working_moment(empty, utc("2026-11-27T12:00"))


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("09:00-17:30", (540, 1050)),
        ("00:00-24:00", (0, 1440)),
        ("22:00 – 06:00", (1320, 1800)),
        ("22:00-24:00", (1320, 1440)),
    ],
)
def test_hours_are_read_as_they_are_written(text: str, window: tuple[int, int]) -> None:
    assert Window.parse(text) == window
    assert Window.parse(str(Window.parse(text))) == window


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("9-17", "should be like 09:00-17:30"),
        ("09:00-17:60", "should be like"),
        ("09:00-25:00", "should start by 23:59 and end by 24:00"),
        ("24:00-06:00", "should start by 23:59"),
        ("08:00-08:00", "is empty; a whole day is 00:00-24:00"),
    ],
)
def test_hours_that_make_no_sense_are_refused(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Window.parse(text)


def test_zones_are_those_of_the_package() -> None:
    assert len(zone_names()) > 500
    assert {zone(name).key for name in zone_names()} == zone_names()
    with pytest.raises(SettingsError, match="'Europe/Bonn' is not known; should be like"):
        zone("Europe/Bonn")


def test_holidays_are_known_by_iso_codes_only() -> None:
    known = holiday_subdivisions()

    assert "ENG" in known["GB"]
    assert {"UK", "DEU"}.isdisjoint(known)
    assert holiday_year("UK", "", 2026).holidays == frozenset()
    assert holiday_year("", "", 2026).working == frozenset()
    assert holiday_year("DE", "nowhere", 2026) == holiday_year("DE", "", 2026)
