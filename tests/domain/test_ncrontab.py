"""Schedules that run as they look, held against what the host's own classes make of 427."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from shared.domain.ncrontab import Schedule, parse_schedule

MEASURED = json.loads((Path(__file__).parents[1] / "local" / "schedules.json").read_bytes())
SCHEDULES = {case["schedule"]: case for case in MEASURED["schedules"]}


def taken(text: str) -> bool:
    try:
        parse_schedule(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("text", [text for text, case in SCHEDULES.items() if not case["ticks"]])
def test_what_the_host_refuses_or_never_runs_is_refused(text: str) -> None:
    assert not taken(text)


def test_a_schedule_says_when_it_comes() -> None:
    assert parse_schedule("1.12:30:05") == Schedule(
        interval=timedelta(days=1, hours=12, minutes=30, seconds=5)
    )
    assert parse_schedule("0 */30 9 1 Jan,6 mon-wed/2").fields == (
        frozenset({0}),
        frozenset({0, 30}),
        frozenset({9}),
        frozenset({1}),
        frozenset({1, 6}),
        frozenset({1, 3}),
    )
    assert parse_schedule("50/5 * * * * *").fields[0] == frozenset({50, 55})


def test_most_schedules_that_the_host_takes_are_taken() -> None:
    ticking = [text for text, case in SCHEDULES.items() if case["ticks"]]

    assert sum(map(taken, ticking)) == 202


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "0 0 22-2 * * *",
            "'22-2' goes backwards, and Azure swaps its ends: write it in two parts",
        ),
        ("0 0 0 * * fri-mon", "'fri-mon' goes backwards"),
        ("0 0 0 * * Mon-Mon", "'Mon-Mon' is one value: write Mon"),
        ("24:00:00", "Azure reads 24:00:00 as 24 days and more: write 1.00:00:00"),
        ("36:30:00", "Azure reads 36:30:00 as 36 days and more: write 1.12:30:00"),
        ("5", "Azure reads 5 as 5 days: write 5.00:00:00, or six fields"),
        ("*/5 * * * *", "it has five fields, which Azure's scale controller ignores: write"),
        ("00:00:00", "it never comes"),
        ("0 0 0 31 2,4 *", "it never comes"),
        ("0 */0 * * * *", "'*/0' steps by 0"),
        ("0 */5 * * *\t*", "it has five fields"),
        ("0 0 0 1 January *", "'January' is not a month: 1 to 12 or jan to dec"),
        ("0 60 * * * *", "'60' is not a minute: 0 to 59"),
        ("00:99:00", "minutes and seconds are 00 to 59"),
        ("never", "it has 1 fields, not the six {second} {minute} {hour} {day} {month} {day of"),
    ],
)
def test_what_azure_reads_otherwise_is_refused_with_what_to_write(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        parse_schedule(text)
