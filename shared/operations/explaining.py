"""``leads explain``: what the rules make of a customer, and why. Nothing is written."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.follow_up import WITHIN
from shared.domain.identity import dedupe_key
from shared.domain.lead import Lead
from shared.domain.merging import MergeRules, merge, new_lead
from shared.domain.planning import policy_of, team_of
from shared.domain.qualification import lacking
from shared.domain.routing import Decision, facts_of, route
from shared.domain.rules import Rules
from shared.intake.parse import parse
from shared.operations.explaining_clock import (
    Asked,
    BySettings,
    NextView,
    due,
    next_steps,
    no_clock,
)
from shared.operations.stores import Stores
from shared.operations.views import View
from shared.ports.owners import Owned

NOT_STORED = "not stored"

ALONE = MergeRules(repeat_window=timedelta(0), follow_up_within=WITHIN)
"""How the only interest of a customer is merged: it repeats none, and is due as ``due`` says."""

type Preview = Callable[[Lead, Rules], Awaitable[Owned | None]]
"""Who would own a lead if it needed an owner now."""


class WhyNotView(View):
    """A rule that was looked at before, and each condition that did not hold."""

    rule: str
    reasons: list[str]


class ExplanationView(View):
    """All of ``leads explain``; ``due_at`` is None where nobody has to answer, as ``due_why`` says.

    ``recorded_rule`` is the one of then, "" for what is not stored. ``owner`` is "" where nobody
    owns the lead, or where only the next turn decides.
    """

    rules: str
    rule: str
    recorded_rule: str
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


async def explain(
    asked: Asked, rules: Rules, settings: BySettings, preview: Preview | None
) -> ExplanationView:
    """Return which rule a customer falls under, what follows, and how it came about.

    Without a ``preview``, whose turn it is stays open.
    """
    lacks = lacking(rules.prerequisites, asked.lead)
    decision = route(rules, facts_of(asked.lead, asked.interest, qualified=not lacks))
    recorded = asked.lead.rules.get(asked.interest.submission_id, "")
    lead = asked.lead if recorded else _routed(asked, decision)
    team, policy = team_of(rules, lead), policy_of(rules, lead)
    due_at, due_why = due(asked, team, policy, settings)
    owner, owner_why = await _owner(lead, decision, rules, preview)
    return ExplanationView(
        rules=rules.source,
        rule=decision.rule,
        recorded_rule=recorded,
        why=list(decision.why),
        why_not=[
            WhyNotView(rule=name, reasons=[str(reason) for reason in reasons])
            for name, reasons in decision.why_not
        ],
        qualified=not lacks,
        lacks=list(lacks),
        destinations=list(decision.goes_to(settings.destinations)),
        team=team.name if team else "",
        owner=owner,
        owner_why=owner_why,
        priority=decision.priority,
        tags=list(decision.tags),
        policy=policy.name,
        due_at=due_at,
        due_why=due_why,
        next=next_steps(asked.lead, due_at, team, policy),
        check_ins=[str(check_in) for check_in in policy.check_ins] if due_at else [],
    )


def _routed(asked: Asked, decision: Decision) -> Lead:
    """Return the lead as it would be with this decision on its newest interest."""
    newest = max(asked.lead.interests, key=lambda interest: interest.first)
    return replace(asked.lead, rules={newest.first.submission_id: decision.rule})


async def _owner(
    lead: Lead, decision: Decision, rules: Rules, preview: Preview | None
) -> tuple[str, str]:
    if lead.owner:
        return lead.owner, "owns the lead already, and keeps the customer"
    if reason := no_clock(lead):
        return "", reason
    if decision.team not in rules.teams:
        return "", "the rule names no team"
    if decision.owner:
        return decision.owner, "the rule names them"
    owned = await preview(lead, rules) if preview else None
    if owned is None:
        return "", "the next turn decides"
    return owned.member, f"{owned.why}, as things stand"


def asked_about(body: bytes, content_type: str, now: datetime) -> Asked:
    """Return what a push would be asked about, of a customer who comes for the first time now.

    Raises ``InvalidPushError``.
    """
    interest = parse(body, content_type, submission_id=NOT_STORED, received_at=now)
    lead, _ = merge(new_lead(NOT_STORED, dedupe_key(interest).kind, interest), interest, ALONE)
    return Asked(lead=replace(lead, dues={}), interest=interest)


async def asked_lead(stores: Stores, who: str, last_name: str) -> Asked:
    """Return a stored lead with its newest interest, of a merged one that which it is part of.

    Raises ``NotFoundError`` or ``UsageError``.
    """
    stored = await stores.lead_now(who, last_name=last_name)
    history = await stores.histories.submissions(stored.lead.lead_id)
    newest = [recorded.submission for recorded in history if not recorded.repeat_of][-1]
    return Asked(lead=stored.lead, interest=newest)
