"""*I have it*: somebody says so, and the next step waits for them. Pure (rule F3).

It is no act: it answers nothing and ends nothing. It only moves the next step, never nearer.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.calendars import Calendar
from shared.domain.durations import Duration, Kind
from shared.domain.follow_up import FollowUp, LadderKind

HOLD = Duration(timedelta(hours=4), Kind.WORKING_TIME)
"""How long a step waits; by the clock for a team without hours."""

MOST_HOLDS = 2
"""How often in a run, so that nobody holds a lead for good."""

MOST_KEPT = 20
"""Ids of presses; a lead has ten notices at a time at most."""


def hold(before: FollowUp, press: str, now: datetime, calendar: Calendar | None) -> FollowUp:
    """Return the clock after somebody pressed *I have it*; the same press again changes nothing.

    A press before the flag holds the first step of the run that begins with it, not the flag.
    """
    if press in before.held_for:
        return before
    pressed = replace(before, held_for=(*before.held_for, press)[-MOST_KEPT:])
    if len(before.held_for) >= MOST_HOLDS:
        return pressed
    return hold_until(pressed, HOLD.over_at(now, calendar))


def counts(clock: FollowUp, press: str) -> bool:
    """Tell whether a press was one of those that delay a step; only the newest are kept."""
    return press in clock.held_for[:MOST_HOLDS] and len(clock.held_for) < MOST_KEPT


def hold_until(before: FollowUp, until: datetime) -> FollowUp:
    """Return the clock with its next step no sooner than ``until``, as far as one is to come."""
    if before.run_kind is not LadderKind.NONE:
        return replace(before, next_step_at=no_sooner(before.next_step_at, until))
    if before.awaited:
        return replace(before, held_until=max(until, before.held_until or until))
    return before


def with_first_step_held(begun: FollowUp) -> FollowUp:
    """Return a run that begins with the flag, its first step held by presses before it."""
    step_at = no_sooner(begun.next_step_at, begun.held_until)
    return replace(begun, next_step_at=step_at, held_until=None)


def no_sooner(step_at: datetime | None, until: datetime | None) -> datetime | None:
    """Return when a step is taken that waits until then; None is never."""
    return step_at and max(step_at, until or step_at)
