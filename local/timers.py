"""The timer trigger: NCRONTAB and time span schedules, in UTC.

Not simulated: the schedule monitor. A tick that was missed while nothing ran is not made up for,
so ``IsPastDue`` is always false. A tick that is due while the previous one runs is skipped.
Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from croniter import croniter

from local.errors import StartError
from local.stopping import set_within
from shared.domain import ncrontab

LONGEST_SLEEP = timedelta(seconds=30)

type Schedule = Callable[[datetime], datetime]
"""Gives the first tick after a moment."""


@dataclass(frozen=True, slots=True)
class Tick:
    """What a timer function is told."""

    last_at: datetime | None
    next_at: datetime

    def state(self) -> dict[str, object]:
        """Write the tick as the host does."""
        last = self.last_at.isoformat() if self.last_at else "0001-01-01T00:00:00+00:00"
        return {
            "Schedule": {"AdjustForDST": True},
            "ScheduleStatus": {
                "Last": last,
                "Next": self.next_at.isoformat(),
                "LastUpdated": last,
            },
            "IsPastDue": False,
        }


def parse_schedule(text: str) -> Schedule:
    """Return when a schedule ticks; raise ``StartError`` for one that Azure reads otherwise."""
    try:
        interval = ncrontab.parse_schedule(text).interval
    except ValueError as error:
        raise StartError(f"The schedule '{text}' can't be used: {error}") from None

    def following(moment: datetime) -> datetime:
        # day_or=False: NCRONTAB wants the day and the day of the week, cron either of them.
        ticks = croniter(text, moment, datetime, day_or=False, second_at_beginning=True)
        return ticks.get_next(datetime)

    return (lambda moment: moment + interval) if interval else following


class Timer:
    """Runs one function on its schedule."""

    def __init__(
        self,
        schedule: Schedule,
        invoke: Callable[[Tick], Awaitable[None]],
        *,
        on_startup: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        set_within: Callable[[asyncio.Event, timedelta], Awaitable[bool]] = set_within,
    ) -> None:
        self._schedule = schedule
        self._invoke = invoke
        self._on_startup = on_startup
        self._now = now
        self._set_within = set_within

    async def run(self, stopping: asyncio.Event) -> None:
        """Invoke the function at each tick until ``stopping``."""
        last_at = None
        if self._on_startup:
            last_at = self._now()
            await self._invoke(Tick(None, self._schedule(last_at)))
        due_at = self._schedule(self._now())
        while not await self._stopped_before(due_at, stopping):
            await self._invoke(Tick(last_at, self._schedule(due_at)))
            last_at, due_at = due_at, self._schedule(max(due_at, self._now()))

    async def _stopped_before(self, due_at: datetime, stopping: asyncio.Event) -> bool:
        """Sleep in short stretches: a laptop that was asleep must not oversleep its tick."""
        while (left := due_at - self._now()) > timedelta():
            if await self._set_within(stopping, min(left, LONGEST_SLEEP)):
                return True
        return stopping.is_set()
