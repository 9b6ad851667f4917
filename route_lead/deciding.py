"""What the rules of now say of one submission: destinations, labels, due time. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from shared.domain.lead import Contact, Lead, Submission
from shared.domain.merging import MergeRules, Terms
from shared.domain.notices import Notice, Occasion, Role, new_notice
from shared.domain.plan import Plan
from shared.domain.planning import plan_for
from shared.domain.qualification import lacking, qualify
from shared.domain.routing import Decision, Labels, facts_of, route
from shared.domain.rules import Rules
from shared.ports.leads import LeadChange


def decide(rules: Rules, known: Lead, submission: Submission) -> Decision:
    """Return the rule that a submission falls under, and what follows from it."""
    merged = replace(known, contact=_with_given(known, submission))
    qualified = not lacking(rules.prerequisites, merged)
    return route(rules, facts_of(known, submission, qualified=qualified))


def terms_of(rules: Rules, decision: Decision, submission: Submission, merge: MergeRules) -> Terms:
    """Return until when the submission must be answered."""
    team = rules.teams.get(decision.team)
    calendar = team.calendar if team else None
    policy = rules.policy(decision.policy)
    due_at = policy.due_at(submission.received_at, calendar, merge.follow_up_within)
    return Terms(due_at=due_at, rule=decision.rule)


def labelled(lead: Lead, known: Lead, decision: Decision, rules: Rules) -> Lead:
    """Return the lead with priority and tags, which only grow, and with what it lacks."""
    before = Labels(priority=known.priority, tags=known.tags) if known.submissions else Labels()
    labels = before.joined(decision, ())
    return replace(
        lead,
        priority=labels.priority,
        tags=labels.tags,
        unqualified=qualify(rules.prerequisites, lead.contact, lead.stage).reasons,
    )


def news(change: LeadChange, rules: Rules) -> dict[str, Notice]:
    """Return the notices of an interest: to its owner, and to the team's channel.

    None of a repeat, nor where nobody has to answer.
    """
    lead, recorded = change.lead, change.interest
    if recorded is None or recorded.interest.repeat_of:
        return {}
    if not _awaited(lead, recorded.interest.submission):
        return {}
    plan = plan_for(rules, lead)
    return {
        str(role): new_notice(
            lead.lead_id,
            recipient=role,
            occasion=Occasion.NEW,
            because_of=recorded.interest.submission.submission_id,
            now=change.at,
            send_from=plan.may_be_told(role, change.at),
        )
        for role in _told(lead, plan, change.at)
    }


def _told(lead: Lead, plan: Plan, now: datetime) -> Iterable[Role]:
    """Return owner and team's channel; without an owner, that alone."""
    return plan.both(now) if lead.owner else plan.roles & {Role.TEAM}


def _awaited(lead: Lead, submission: Submission) -> bool:
    """Tell whether an interest itself waits for an answer."""
    clock = lead.follow_up
    answered = clock.done_at is not None and submission.received_at <= clock.done_at
    return clock.awaited and not submission.do_not_contact and not answered


def _with_given(known: Lead, submission: Submission) -> Contact:
    return replace(known.contact, **submission.contact.given())
