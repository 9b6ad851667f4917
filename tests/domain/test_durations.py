from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.calendars import Calendar, Window
from shared.domain.durations import Duration, Kind
from shared.domain.errors import NoWorkingTimeError
from shared.domain.working_time import LONGEST_LOOK, working_time_between

DAYS = (Window.parse("09:00-17:00"),)
BERLIN = Calendar(zone="Europe/Berlin", hours=(DAYS,) * 5 + ((), ()), country="DE")
FRIDAY_SHORT = Calendar(
    zone="Europe/Berlin", hours=(DAYS,) * 4 + ((Window.parse("09:00-12:00"),), (), ())
)
NIGHTS = Calendar(zone="Europe/Berlin", hours=((Window.parse("22:00-06:00"),),) * 5 + ((), ()))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "length", "kind", "written"),
    [
        ("24h", timedelta(hours=24), Kind.CLOCK, "24h"),
        ("1d", timedelta(days=1), Kind.CLOCK, "24h"),
        ("2d", timedelta(days=2), Kind.CLOCK, "2d"),
        (" 1H30M ", timedelta(minutes=90), Kind.CLOCK, "1h30m"),
        ("90m", timedelta(minutes=90), Kind.CLOCK, "1h30m"),
        ("8 working hours", timedelta(hours=8), Kind.WORKING_TIME, "8 working hours"),
        ("90  working minutes", timedelta(minutes=90), Kind.WORKING_TIME, "90 working minutes"),
        ("1 Working Hour", timedelta(hours=1), Kind.WORKING_TIME, "1 working hour"),
        ("2 working days", timedelta(days=2), Kind.WORKING_DAYS, "2 working days"),
        ("1 working day", timedelta(days=1), Kind.WORKING_DAYS, "1 working day"),
    ],
)
def test_a_duration_is_read_and_written_as_people_do(
    text: str, length: timedelta, kind: Kind, written: str
) -> None:
    duration = Duration.parse(text)

    assert (duration.length, duration.kind, str(duration)) == (length, kind, written)


@given(
    st.builds(
        Duration,
        st.integers(1, 43_200).map(lambda minutes: timedelta(minutes=minutes)),
        st.sampled_from([Kind.CLOCK, Kind.WORKING_TIME]),
    )
    | st.integers(1, 90).map(lambda days: Duration(timedelta(days=days), Kind.WORKING_DAYS))
)
def test_a_duration_is_read_as_it_was_written(duration: Duration) -> None:
    assert Duration.parse(str(duration)) == duration


@pytest.mark.parametrize("text", ["", "soon", "24", "PT24H", "-1h", "1.5h", "8 hours", "2 weeks"])
def test_what_is_no_duration_is_told_with_what_it_should_be(text: str) -> None:
    with pytest.raises(ValueError, match="should be like 30m, 24h, 2d, 8 working hours or 2 work"):
        Duration.parse(text)


@pytest.mark.parametrize(
    ("text", "longest"),
    [("0h", "90d"), ("91d", "90d"), ("721 working hours", "720 working hours"),
     ("0 working days", "90 working days"), ("91 working days", "90 working days")],
)  # fmt: skip
def test_a_duration_is_neither_nothing_nor_endless(text: str, longest: str) -> None:
    with pytest.raises(ValueError, match=f"more than nothing and at most {longest}"):
        Duration.parse(text)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("24h", "2026-11-27T19:00", "2026-11-28T19:00"),
        ("8 working hours", "2026-11-27T14:00", "2026-11-30T14:00"),
        ("2 working days", "2026-11-23T09:00", "2026-11-25T09:00"),
        ("2 working days", "2026-11-27T19:00", "2026-12-02T08:00"),
        ("1 working day", "2026-12-23T10:00", "2026-12-24T10:00"),
        ("2 working days", "2026-12-23T10:00", "2026-12-28T10:00"),
        ("1 working day", "2026-03-27T14:00", "2026-03-30T13:00"),
    ],
)
def test_a_duration_ends_by_the_teams_calendar(text: str, start: str, end: str) -> None:
    assert Duration.parse(text).after(utc(start), BERLIN) == utc(end)


@pytest.mark.parametrize(
    ("text", "end"),
    [("8 working hours", "2026-11-28T03:00"), ("2 working days", "2026-11-29T19:00")],
)
def test_a_team_without_hours_has_the_clock(text: str, end: str) -> None:
    assert Duration.parse(text).after(utc("2026-11-27T19:00"), None) == utc(end)


def test_a_working_day_that_would_end_after_hours_lasts_until_the_next() -> None:
    end = Duration.parse("1 working day").after(utc("2026-11-26T14:00"), FRIDAY_SHORT)

    assert end == utc("2026-11-30T08:00")


def test_the_tail_of_a_night_shift_belongs_to_the_day_on_which_it_began() -> None:
    one = Duration.parse("1 working day")
    friday_shift = ("2026-11-27T22:00", "2026-11-28T02:00")

    ends = [one.after(utc(start), NIGHTS) for start in friday_shift]

    assert ends == [utc("2026-11-30T22:00"), utc("2026-12-01T02:00")]


def test_a_calendar_that_runs_out_of_days_is_a_wrong_setting() -> None:
    once = Calendar(
        zone="Europe/Berlin",
        hours=((Window.parse("09:00-17:00"),), (), (), (), (), (), ()),
        closed=frozenset(date(2026, 12, 7) + timedelta(days=7) * number for number in range(200)),
    )

    with pytest.raises(NoWorkingTimeError, match="too little working time"):
        Duration.parse("2 working days").after(utc("2026-11-27T19:00"), once)


MONDAYS = Calendar(zone="UTC", hours=((Window.parse("09:00-15:00"),), (), (), (), (), (), ()))
"""Six hours a week: the longest duration takes 120 weeks."""


@pytest.mark.parametrize("closed", [0, 200])
@pytest.mark.parametrize(
    ("text", "worked"), [("720 working hours", 720), ("90 working days", 6 * 90)]
)
def test_c5_what_a_team_does_not_work_in_two_years_is_not_over_before(
    text: str, worked: int, closed: int
) -> None:
    holidays = frozenset(date(2026, 12, 7) + timedelta(days=7) * n for n in range(closed))
    team = replace(MONDAYS, closed=holidays)
    start = utc("2026-11-28T12:00")

    over_at = Duration.parse(text).over_at(start, team)

    enough = working_time_between(team, start, over_at) >= timedelta(hours=worked)
    assert enough or over_at == start + LONGEST_LOOK


def test_c5_where_there_is_time_enough_a_duration_is_over_when_it_is() -> None:
    start = utc("2026-11-28T12:00")
    for text in ("3d", "12 working hours", "4 working days"):
        one = Duration.parse(text)
        assert one.over_at(start, MONDAYS) == one.after(start, MONDAYS)
