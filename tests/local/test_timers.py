import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.errors import StartError
from local.timers import Tick, Timer, parse_schedule

MEASURED = json.loads(Path(__file__).with_name("schedules.json").read_bytes())
"""What the host's own classes make of 427 schedules."""

MOMENTS = [datetime.fromisoformat(f"{moment}+00:00") for moment in MEASURED["moments"]]
SCHEDULES = {case["schedule"]: case for case in MEASURED["schedules"]}

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)  # a Saturday


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("0 */5 * * * *", NOON + timedelta(minutes=5)),
        ("*/2 * * * * *", NOON + timedelta(seconds=2)),
        ("30 0 * * * *", NOON + timedelta(seconds=30)),
        ("0 30 9 * * 1-5", datetime(2026, 11, 23, 9, 30, tzinfo=UTC)),
        ("0 0 9 * Jan Mon", datetime(2027, 1, 4, 9, 0, tzinfo=UTC)),
        ("0 0 0 29 2 *", datetime(2028, 2, 29, tzinfo=UTC)),
        ("00:05:00", NOON + timedelta(minutes=5)),
        ("1.00:00:00", NOON + timedelta(days=1)),
    ],
)
def test_a_schedule_gives_the_first_tick_after_a_moment(text: str, first: datetime) -> None:
    assert parse_schedule(text)(NOON) == first


def test_day_and_day_of_week_must_both_be_met() -> None:
    assert parse_schedule("0 0 0 13 * 5")(NOON) == datetime(2027, 8, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "*/5 * * * *",
        "every day",
        "@hourly * * * * *",
        "0 0 0 L * *",
        "0 0 0 * * 7",
        "61 * * * * *",
        "0 0 0 30 2 *",
        "00:00:00",
        "5:00",
        "",
    ],
)
def test_any_other_schedule_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(StartError, match=r"^The schedule '.*' can't be used: [^\n]+$"):
        parse_schedule(text)


def usable(text: str) -> bool:
    try:
        parse_schedule(text)
    except StartError:
        return False
    return True


@pytest.mark.parametrize("text", [text for text in SCHEDULES if usable(text)])
def test_a_schedule_that_is_taken_ticks_as_the_host_does(text: str) -> None:
    case: dict[str, Any] = SCHEDULES[text]
    following = parse_schedule(text)

    assert case["accepted"]
    for moment, expected in zip(MOMENTS, case["ticks"], strict=True):
        ticks = [moment]
        for _ in expected:
            ticks.append(following(ticks[-1]))
        assert [f"{tick:%Y-%m-%dT%H:%M:%S}" for tick in ticks[1:]] == expected


class Clock:
    """Time that passes only by waiting for it, and a function that takes some."""

    def __init__(self, takes: timedelta = timedelta()) -> None:
        self.now = NOON + timedelta(milliseconds=1)
        self.ticks: list[Tick] = []
        self.ran_at: list[datetime] = []
        self._takes = takes

    async def invoke(self, tick: Tick) -> None:
        assert len(self.ticks) < 3, "it never waits"
        self.ran_at.append(self.now.replace(microsecond=0))
        self.ticks.append(tick)
        self.now += self._takes

    async def set_within(self, event: asyncio.Event, delay: timedelta) -> bool:
        self.now += delay
        return len(self.ticks) == 3


async def run(clock: Clock, schedule: str, *, on_startup: bool = False) -> list[float]:
    """Give the seconds after noon at which the function ran."""
    timer = Timer(
        parse_schedule(schedule),
        clock.invoke,
        on_startup=on_startup,
        now=lambda: clock.now,
        set_within=clock.set_within,
    )
    await timer.run(asyncio.Event())
    return [(at - NOON).total_seconds() for at in clock.ran_at]


async def test_a_timer_runs_on_its_schedule() -> None:
    clock = Clock()

    assert await run(clock, "*/2 * * * * *") == [2, 4, 6]

    first, second, _ = clock.ticks
    assert first.state() == {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": {
            "Last": "0001-01-01T00:00:00+00:00",
            "Next": "2026-11-21T12:00:04+00:00",
            "LastUpdated": "0001-01-01T00:00:00+00:00",
        },
        "IsPastDue": False,
    }
    assert second.last_at == NOON + timedelta(seconds=2)


async def test_ticks_that_are_due_while_it_runs_are_skipped() -> None:
    assert await run(Clock(takes=timedelta(seconds=5)), "*/2 * * * * *") == [2, 8, 14]


async def test_a_long_wait_is_slept_in_stretches() -> None:
    assert await run(Clock(), "0 0 * * * *") == [3600, 7200, 10800]


async def test_run_on_startup_runs_at_once() -> None:
    assert await run(Clock(), "*/10 * * * * *", on_startup=True) == [0, 10, 20]


async def test_stopping_ends_the_wait_for_a_tick() -> None:
    stopping = asyncio.Event()
    clock = Clock()
    timer = asyncio.create_task(Timer(parse_schedule("0 0 0 1 1 *"), clock.invoke).run(stopping))
    await asyncio.sleep(0)

    stopping.set()

    await asyncio.wait_for(timer, timeout=30)
    assert clock.ticks == []
