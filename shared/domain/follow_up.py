"""The first-response clock: from a customer's interest to somebody's follow-up. Pure.

``none`` for whom nobody may contact and for test leads; ``waiting`` until somebody follows up or
``due_at`` passes; ``overdue`` until somebody acts; ``followed_up`` until the next interest.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

WITHIN = timedelta(hours=24)
"""Unless a setting or a rule says otherwise, from Microsoft's advice: see docs/operating.md."""


class LadderKind(StrEnum):
    """What a run goes through: steps after a flag, or check-ins after an act."""

    NONE = ""
    OVERDUE = "overdue"
    CHECK_IN = "check_in"


class FollowUpState(StrEnum):
    """Where a lead stands with the people who must answer it."""

    NONE = "none"
    WAITING = "waiting"
    OVERDUE = "overdue"
    FOLLOWED_UP = "followed_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """The clock of one lead; all times are aware UTC.

    A *run* goes through the steps of a ladder: ``ladder_at`` is when it began, and its id; ``step``
    the number of steps taken, ``next_step_at`` when the next one is due, None for never; ``had``
    are those who owned the lead in it and lost it. ``held_for`` are the times that somebody said
    they have it, in this run or before the flag that begins it; ``held_until`` is how long the
    first step waits for them.
    """

    state: FollowUpState = FollowUpState.NONE
    clock_started_at: datetime | None = None
    due_at: datetime | None = None
    flagged_at: datetime | None = None
    done_at: datetime | None = None
    done_by: str = ""
    outcome: str = ""
    ladder_at: datetime | None = None
    ladder_kind: LadderKind = LadderKind.NONE
    step: int = 0
    next_step_at: datetime | None = None
    had: tuple[str, ...] = ()
    held_for: tuple[str, ...] = ()
    held_until: datetime | None = None

    @property
    def awaited(self) -> bool:
        """Tell whether somebody must answer the customer."""
        return self.state in {FollowUpState.WAITING, FollowUpState.OVERDUE}

    @property
    def run_kind(self) -> LadderKind:
        """Return which ladder the lead is on by its state: an older app leaves runs behind."""
        match self.state, self.ladder_kind:
            case (FollowUpState.OVERDUE, LadderKind.OVERDUE):
                return LadderKind.OVERDUE
            case (FollowUpState.FOLLOWED_UP, LadderKind.CHECK_IN):
                return LadderKind.CHECK_IN
            case _:
                return LadderKind.NONE


def start_clock(before: FollowUp, received_at: datetime, within: timedelta) -> FollowUp:
    """Start the clock for an interest, or set it back to one that came late but was earlier.

    What came before the last follow-up was answered by it.
    """
    if before.done_at is not None and received_at <= before.done_at:
        stopped = before.state is FollowUpState.NONE
        return replace(before, state=FollowUpState.FOLLOWED_UP) if stopped else before
    if before.clock_started_at is not None and before.clock_started_at <= received_at:
        return before
    overdue = before.state is FollowUpState.OVERDUE
    waiting = before.state is FollowUpState.WAITING
    return replace(
        before if overdue or waiting else without_run(before),
        state=FollowUpState.OVERDUE if overdue else FollowUpState.WAITING,
        clock_started_at=received_at,
        due_at=received_at + within,
        flagged_at=before.flagged_at if overdue else None,
    )


def take_back(before: FollowUp) -> FollowUp:
    """Forget a start by what turned out to be a repeat: all that was asked for is answered."""
    answered = FollowUpState.NONE if before.done_at is None else FollowUpState.FOLLOWED_UP
    return replace(without_run(before), state=answered, clock_started_at=None, due_at=None)


def stop_clock(before: FollowUp) -> FollowUp:
    """Stop a clock that must not run: nobody may contact the customer."""
    return replace(
        without_run(before), state=FollowUpState.NONE, clock_started_at=None, due_at=None
    )


def flag(before: FollowUp, now: datetime) -> FollowUp:
    """Mark the lead as lacking follow-up."""
    return replace(before, state=FollowUpState.OVERDUE, flagged_at=now)


def follow_up(before: FollowUp, at: datetime, by: str, outcome: str = "") -> FollowUp:
    """Stop the clock, and end the run: somebody acted at ``at``."""
    return replace(
        without_run(before),
        state=FollowUpState.FOLLOWED_UP,
        clock_started_at=None,
        due_at=None,
        done_at=at,
        done_by=by,
        outcome=outcome,
    )


def without_run(before: FollowUp) -> FollowUp:
    """Return the clock with no run on it, and nothing held."""
    return replace(
        before,
        ladder_at=None,
        ladder_kind=LadderKind.NONE,
        step=0,
        next_step_at=None,
        had=(),
        held_for=(),
        held_until=None,
    )


def is_overdue(clock: FollowUp, now: datetime) -> bool:
    """Tell whether the lead must be flagged at ``now``."""
    return clock.state is FollowUpState.WAITING and clock.due_at is not None and clock.due_at <= now
