"""What the rules of now say about the clock of one lead: its ladders, and its team's time. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.domain.absences import Absence
from shared.domain.calendars import Calendar, Hours
from shared.domain.durations import Duration
from shared.domain.errors import NoWorkingTimeError
from shared.domain.follow_up import WITHIN
from shared.domain.notices import Role
from shared.domain.rules import Step
from shared.domain.working_time import next_working_moment, start_of_working_day
from shared.domain.zones import zone

GRACE = timedelta(hours=1)
"""``FOLLOW_UP_GRACE``: how long a flag or a step waits for a CRM that can't be asked."""

NO_HOURS: Hours = ((),) * 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the rules of now say about one lead.

    ``check_ins`` are counted from the act that left the lead open, each, and rise. ``roles`` are
    who can be told at all; ``at_any_hour`` says that people are told outside their working hours as
    well, ``in_one_channel`` that the team reads what its owner is told. ``owner_absences`` are the
    times at which the owner is away. ``zone`` is the team's, with a calendar or without;
    ``follow_up_within`` what the setting says.
    """

    steps: Sequence[Step] = ()
    check_ins: Sequence[Duration] = ()
    calendar: Calendar | None = None
    at_any_hour: bool = False
    roles: frozenset[Role] = frozenset()
    in_one_channel: bool = False
    owner_absences: Sequence[Absence] = ()
    grace: timedelta = GRACE
    zone: str = "UTC"
    follow_up_within: timedelta = WITHIN

    def may_be_told(self, role: Role, now: datetime) -> datetime:
        """Return from when on somebody may be told: people at work, a channel at once."""
        return now if role is Role.TEAM or self.at_any_hour else self._at_work(now)

    def both(self, now: datetime) -> tuple[Role, ...]:
        """Return owner and team's channel, or by whom both know: one channel is told once (N4)."""
        if self.in_one_channel:
            at_once = self.may_be_told(Role.OWNER, now) <= now
            return (Role.OWNER,) if at_once else (Role.TEAM,)
        return tuple(role for role in (Role.OWNER, Role.TEAM) if role in self.roles)

    def owner_alone(self, now: datetime) -> tuple[Role, ...]:
        """Return the owner, and the team's channel too while they are away (A3)."""
        read_at = self.may_be_told(Role.OWNER, now)
        away = any(absence.at(read_at) for absence in self.owner_absences)
        wanted = (Role.OWNER, Role.TEAM) if away and not self.in_one_channel else (Role.OWNER,)
        return tuple(role for role in wanted if role in self.roles)

    def after(self, gap: Duration, start: datetime) -> datetime:
        """Return when a gap is over, which is never early (C5)."""
        return gap.over_at(start, self.calendar)

    def today(self, now: datetime) -> date:
        """Return the team's date."""
        return now.astimezone(zone(self.zone)).date()

    def look_at(self, day: date, said_at: datetime) -> datetime:
        """Return when to look again on a day that somebody named: as work begins, else at nine.

        If they named the day on which they said so, it is when the team works next (C10).
        """
        if day == self.today(said_at):
            return self._at_work(said_at)
        return start_of_working_day(self.calendar or Calendar(zone=self.zone, hours=NO_HOURS), day)

    def _at_work(self, now: datetime) -> datetime:
        """Return the next working moment; now, where there are no hours or never any."""
        try:
            return next_working_moment(self.calendar, now) if self.calendar else now
        except NoWorkingTimeError:
            return now
