"""Whether teams work for long enough: what counts working time must come to an end. Pure.

The clock itself is never early: where a team does not work long enough, it waits for two years.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from itertools import chain

from shared.domain.calendars import ONE_DAY, Calendar
from shared.domain.durations import Duration, Kind
from shared.domain.errors import NoWorkingTimeError
from shared.domain.rules import Policy, Rules
from shared.domain.working_time import next_working_moment
from shared.routing.faults import Findings

ANY_DAY = date(2026, 1, 1)
"""Of a calendar without closed dates, one day is as good as another, but for public holidays."""


def check_enough_time(rules: Rules, found: Findings) -> None:
    """Find fault with durations that take a team over two years, and with teams that stop work."""
    given = {team.id: team.calendar for team in rules.teams.values()}
    calendars = {name: one for name, one in given.items() if one and any(one.hours)}
    stopped = {name for name, calendar in calendars.items() if _stops(name, calendar, found)}
    for name, team in sorted({(rule.policy, rule.team) for rule in rules.rules}):
        policy, calendar = rules.policies.get(name), calendars.get(team)
        if policy and calendar and team not in stopped:
            _check_policy(policy, team, calendar, found)


def _stops(team: str, calendar: Calendar, found: Findings) -> bool:
    """Tell whether a team has no working time for two years, from some day on."""
    for start in _starts(calendar):
        try:
            next_working_moment(calendar, start)
        except NoWorkingTimeError:
            when = f"from {start:%Y-%m-%d} on there is none for two years"
            found.fault(("teams", team, "closed"), f"should leave some working time: {when}")
            return True
    return False


def _check_policy(policy: Policy, team: str, calendar: Calendar, found: Findings) -> None:
    steps = ((("ladder", n, "after"), step.gap) for n, step in enumerate(policy.ladder))
    check_ins = ((("check_ins", n), length) for n, length in enumerate(policy.check_ins))
    for key, length in chain([(("within",), policy.within)], steps, check_ins):
        if length is not None and not _ends(length, calendar):
            told = f"should be less: {team} does not work {length} in two years"
            found.fault(("policies", policy.name, *key), told)


def _ends(length: Duration, calendar: Calendar) -> bool:
    if length.kind is Kind.CLOCK:
        return True
    try:
        for start in _starts(calendar):
            length.after(start, calendar)
    except NoWorkingTimeError:
        return False
    return True


def _starts(calendar: Calendar) -> Iterator[datetime]:
    """Yield when what is to be counted may begin: on any day, and before each closed time."""
    begins = (day for day in sorted(calendar.closed) if day - ONE_DAY not in calendar.closed)
    for day in chain([ANY_DAY], begins):
        yield datetime.combine(day, time(), UTC)
