"""``leads explain``: what the rules make of a customer, and why. Nothing is written."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.durations import Duration, Kind
from shared.domain.follow_up import FollowUpState
from shared.domain.identity import answerable, dedupe_key
from shared.domain.lead import Lead, Submission
from shared.domain.merging import MergeRules, merge, new_lead
from shared.domain.qualification import Qualification, qualify
from shared.domain.routing import Decision, facts_of, route
from shared.domain.rules import Notify, Policy, Rules, StepKind, Team
from shared.domain.stage import highest, stage_of
from shared.domain.working_time import next_working_moment
from shared.domain.zones import zone
from shared.intake.parse import parse
from shared.operations.stores import Stores
from shared.operations.views import View

NOT_STORED = "not stored"
NO_STEP = "the ladder has ended: the lead stays overdue"
CHECK_IN = "a check-in: the owner is asked how it stands"

DOES = {
    StepKind.REMIND: "the owner is reminded",
    StepKind.ESCALATE: "the manager is told",
    StepKind.REASSIGN: "somebody else gets the lead",
}


class WhyNotView(View):
    """A rule that was looked at before, and each condition that did not hold."""

    rule: str
    reasons: list[str]


class NextView(View):
    """What happens at a time, if nobody follows up."""

    at: datetime
    what: str


class ExplanationView(View):
    """All of ``leads explain``; ``due_at`` is None where nobody has to answer, as ``due_why`` says.

    ``owner`` is "" where nobody owns the lead, or where only the next turn decides.
    """

    rules: str
    rule: str
    why: list[str]
    why_not: list[WhyNotView]
    qualified: bool
    lacks: list[str]
    destinations: list[str]
    team: str
    owner: str
    owner_why: str
    priority: str
    tags: list[str]
    policy: str
    due_at: datetime | None
    due_why: str
    next: list[NextView]
    check_ins: list[str]


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


def explain(asked: Asked, rules: Rules, settings: BySettings) -> ExplanationView:
    """Return which rule a customer falls under, what follows, and how it came about."""
    found = qualification(asked, rules)
    decision = route(rules, facts_of(asked.lead, asked.interest, qualified=found.qualified))
    team, policy = rules.teams.get(decision.team), rules.policy(decision.policy)
    due_at, due_why = _due(asked, team, policy, settings)
    owner, owner_why = _owner(asked.lead, decision, team)
    return ExplanationView(
        rules=rules.source,
        rule=decision.rule,
        why=list(decision.why),
        why_not=[
            WhyNotView(rule=name, reasons=[str(reason) for reason in reasons])
            for name, reasons in decision.why_not
        ],
        qualified=found.qualified,
        lacks=list(found.reasons),
        destinations=list(decision.destinations or settings.destinations),
        team=team.name if team else "",
        owner=owner,
        owner_why=owner_why,
        priority=decision.priority,
        tags=list(decision.tags),
        policy=decision.policy,
        due_at=due_at,
        due_why=due_why,
        next=_next(asked.lead, due_at, team, policy),
        check_ins=[str(check_in) for check_in in policy.check_ins] if due_at else [],
    )


def qualification(asked: Asked, rules: Rules) -> Qualification:
    """Return whether a lead meets the prerequisites, with the interest that is asked about."""
    stage = highest((asked.lead.stage, stage_of(asked.interest.action)))
    return qualify(rules.prerequisites, asked.lead.contact, stage)


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


def _owner(lead: Lead, decision: Decision, team: Team | None) -> tuple[str, str]:
    if lead.owner:
        return lead.owner, "owns the lead already, and keeps the customer"
    if reason := no_clock(lead):
        return "", reason
    if team is None:
        return "", "the rule names no team"
    if decision.owner:
        return decision.owner, "the rule names them"
    return "", "the next turn decides"


def _due(
    asked: Asked, team: Team | None, policy: Policy, settings: BySettings
) -> tuple[datetime | None, str]:
    if reason := no_clock(asked.lead) or _answered(asked):
        return None, reason
    stored = asked.lead.dues.get(asked.interest.submission_id)
    if stored is not None:
        return stored, f"{_local(stored, team)}, as decided when it was recorded"
    since = asked.interest.received_at
    calendar = team.calendar if team else None
    within = policy.within or Duration(settings.follow_up_within)
    due_at = within.after(since, calendar)
    return due_at, f"{_local(due_at, team)}: {_counted(within, since, team, policy)}"


def _counted(within: Duration, since: datetime, team: Team | None, policy: Policy) -> str:
    said_by = f"policy {policy.name}" if policy.within else "FOLLOW_UP_WITHIN"
    told = f"{within} from {_local(since, team)}, by {said_by}"
    calendar = team.calendar if team else None
    if within.kind is Kind.CLOCK:
        return f"{told}; hours of work do not count"
    if calendar is None:
        return f"{told}; the team has no hours, so by the clock"
    starts = next_working_moment(calendar, since)
    late = f", which begins {_local(starts, team)}" if starts > since else ""
    return f"{told}; in the team's working time{late}"


def _next(lead: Lead, due_at: datetime | None, team: Team | None, policy: Policy) -> list[NextView]:
    """Return what is stored as next, or the flag and each step at its earliest."""
    clock = lead.follow_up
    if clock.state in (FollowUpState.OVERDUE, FollowUpState.FOLLOWED_UP):
        steps = [DOES[step.kind] for step in policy.ladder][clock.step :]
        overdue = clock.state is FollowUpState.OVERDUE
        what = next(iter(steps), NO_STEP) if overdue else CHECK_IN
        return [NextView(at=clock.next_step_at, what=what)] if clock.next_step_at else []
    return list(_steps(due_at, team, policy)) if due_at else []


def _steps(due_at: datetime, team: Team | None, policy: Policy) -> Iterator[NextView]:
    calendar = team.calendar if team else None
    at_work = calendar if team and team.notify is Notify.WORKING_HOURS else None
    told = "the owner" if team else "the default channel"
    told_at = due_at
    yield NextView(at=due_at, what=f"the lead is flagged as overdue, and {told} is told")
    for step in policy.ladder:
        read_at = next_working_moment(at_work, told_at) if at_work else told_at
        told_at = step.gap.after(read_at, calendar)
        yield NextView(at=told_at, what=f"{DOES[step.kind]}, {step.gap} later")


def _local(at: datetime, team: Team | None) -> str:
    name = team.zone if team else "UTC"
    return f"{at.astimezone(zone(name)):%A %Y-%m-%d %H:%M} {name}"


def asked_about(body: bytes, content_type: str, settings: MergeRules, now: datetime) -> Asked:
    """Return what a push would be asked about, of a customer who comes for the first time now.

    Raises ``InvalidPushError``.
    """
    interest = parse(body, content_type, submission_id=NOT_STORED, received_at=now)
    lead, _ = merge(new_lead(NOT_STORED, dedupe_key(interest).kind, interest), interest, settings)
    return Asked(lead=replace(lead, dues={}), interest=interest)


async def asked_lead(stores: Stores, who: str, last_name: str) -> Asked:
    """Return a stored lead with its newest interest; raise ``NotFoundError`` or ``UsageError``."""
    stored = await stores.lead(who, last_name=last_name)
    history = await stores.histories.submissions(stored.lead.lead_id)
    newest = [recorded.submission for recorded in history if not recorded.repeat_of][-1]
    return Asked(lead=stored.lead, interest=newest)
