"""Until when somebody must answer, how that came about, and what happens if nobody does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.durations import Duration, Kind
from shared.domain.follow_up import FollowUpState
from shared.domain.identity import answerable
from shared.domain.lead import Lead, Submission
from shared.domain.notices import Role
from shared.domain.plan import Plan
from shared.domain.rules import Notify, Policy, StepKind, Team
from shared.domain.working_time import LONGEST_LOOK
from shared.domain.zones import zone
from shared.operations.views import View

NO_STEP = "the ladder has ended: the lead stays overdue"
CHECK_IN = "a check-in: the owner is asked how it stands"

DOES = {
    StepKind.REMIND: "the owner is reminded",
    StepKind.ESCALATE: "the manager is told",
    StepKind.REASSIGN: "somebody else gets the lead",
}


class NextView(View):
    """What happens at a time, if nobody follows up."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A lead, and the interest of it that is asked about."""

    lead: Lead
    interest: Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class BySettings:
    """What the settings say where the rules say nothing."""

    destinations: tuple[str, ...]
    follow_up_within: timedelta


def no_clock(lead: Lead) -> str:
    """Return why nobody has to answer, "" if somebody has."""
    why = {
        "it is a test lead": lead.test,
        "nobody may contact this customer": lead.do_not_contact,
        "it says nothing by which the customer could be answered": not answerable(lead.contact),
    }
    return next((reason for reason, holds in why.items() if holds), "")


def _answered(asked: Asked) -> str:
    done_at = asked.lead.follow_up.done_at
    if done_at is None or done_at < asked.interest.received_at:
        return ""
    return f"somebody followed up at {done_at:%Y-%m-%d %H:%M} UTC"


def due(
    asked: Asked, team: Team | None, policy: Policy, settings: BySettings
) -> tuple[datetime | None, str]:
    """Return until when somebody must answer, and how that came about; None and why not."""
    if reason := no_clock(asked.lead) or _answered(asked):
        return None, reason
    stored = asked.lead.dues.get(asked.interest.submission_id)
    if stored is not None:
        return stored, f"{_local(stored, team)}, as decided when it was recorded"
    since = asked.interest.received_at
    calendar = team.calendar if team else None
    within = policy.within or Duration(settings.follow_up_within)
    due_at = within.over_at(since, calendar)
    return due_at, f"{_local(due_at, team)}: {_counted(within, since, team, policy)}"


def _counted(within: Duration, since: datetime, team: Team | None, policy: Policy) -> str:
    said_by = f"policy {policy.name}" if policy.within else "FOLLOW_UP_WITHIN"
    told = f"{within} from {_local(since, team)}, by {said_by}"
    calendar = team.calendar if team else None
    if within.kind is Kind.CLOCK:
        return f"{told}; working hours do not count"
    if calendar is None:
        return f"{told}; the team has no hours, so by the clock"
    if within.over_at(since, calendar) == since + LONGEST_LOOK:
        return f"{told}; the team does not work for so long in two years: shorten it"
    starts = Plan(calendar=calendar).may_be_told(Role.OWNER, since)
    late = f", which begins {_local(starts, team)}" if starts > since else ""
    return f"{told}; in the team's working time{late}"


def next_steps(
    lead: Lead, due_at: datetime | None, team: Team | None, policy: Policy
) -> list[NextView]:
    """Return what is stored as next, or the flag and each step at its earliest."""
    clock = lead.follow_up
    if clock.state in (FollowUpState.OVERDUE, FollowUpState.FOLLOWED_UP):
        steps = [DOES[step.kind] for step in policy.ladder][clock.step :]
        overdue = clock.state is FollowUpState.OVERDUE
        what = next(iter(steps), NO_STEP) if overdue else CHECK_IN
        return [NextView(at=clock.next_step_at, what=what)] if clock.next_step_at else []
    return list(_steps(due_at, team, policy)) if due_at else []


def _steps(due_at: datetime, team: Team | None, policy: Policy) -> Iterator[NextView]:
    told = "the owner" if team else "any default channel"
    plan = Plan(
        calendar=team.calendar if team else None,
        at_any_hour=team is not None and team.notify is Notify.ALWAYS,
    )
    told_at = due_at
    yield NextView(at=due_at, what=f"the lead is flagged as overdue, and {told} is told")
    for step in policy.ladder:
        told_at = plan.after(step.gap, plan.may_be_told(Role.OWNER, told_at))
        yield NextView(at=told_at, what=f"{DOES[step.kind]}, {step.gap} later")


def _local(at: datetime, team: Team | None) -> str:
    name = team.zone if team else "UTC"
    return f"{at.astimezone(zone(name)):%A %Y-%m-%d %H:%M} {name}"
