"""What it changes on a lead that somebody else owns it from now on. Pure."""

from dataclasses import replace
from datetime import datetime

from shared.domain.follow_up import FollowUp, LadderKind
from shared.domain.ladder import next_step_at
from shared.domain.lead import Lead
from shared.domain.notices import Notice, Occasion, Role, new_notice, to_be_listed
from shared.domain.plan import Plan
from shared.domain.planning import owner_of, plan_for, rule_name, team_of
from shared.domain.rules import Rules
from shared.ports.leads import Event, EventKind, LeadChange
from shared.ports.owners import Owned


def lacks_owner(lead: Lead, rules: Rules) -> bool:
    """Tell whether somebody must answer the lead, and nobody who could is named."""
    return lead.follow_up.awaited and (not lead.owner or has_gone(lead, rules))


def waits_for_owner(lead: Lead, rules: Rules) -> bool:
    """Tell whether a lead lacks an owner whom its team could give it."""
    team = team_of(rules, lead)
    there = team is not None and any(member.weight > 0 for member in team.members)
    return there and lacks_owner(lead, rules)


def has_gone(lead: Lead, rules: Rules) -> bool:
    """Tell whether the owner was one of a team and is no more, and a team answers the lead (A3).

    An owner whom sales named in the CRM, and whom no team knows, stays.
    """
    unknown = bool(lead.owner) and owner_of(rules, lead) is None
    return unknown and not is_outsider(lead.owner) and team_of(rules, lead) is not None


def is_outsider(owner: str) -> bool:
    """Tell whether an owner is known by an id in a CRM only."""
    return ":" in owner


def with_owner(change: LeadChange, owned: Owned, *, newly_delivered: bool = False) -> LeadChange:
    """Return the change with another owner in it, and the event that tells of it.

    ``newly_delivered`` says that the CRMs must hear of it.
    """
    lead = change.lead
    event = Event(
        kind=EventKind.ASSIGNED,
        former_owner=lead.owner,
        owner=owned.member,
        team=owned.team,
        rule=rule_name(lead),
        detail=owned.why,
    )
    version = lead.version + newly_delivered
    after = replace(lead, owner=owned.member, team=owned.team, version=version)
    if lead.owner:
        runs = lead.follow_up.run_kind is not LadderKind.NONE
        others = (who for who in lead.follow_up.had if who != lead.owner)
        had = (*others, lead.owner) if runs else ()
        after = replace(
            after, reassigned=lead.reassigned + 1, follow_up=replace(lead.follow_up, had=had)
        )
    return replace(change, lead=after, events=(*change.events, event))


def nobody(lead: Lead) -> Owned:
    """Return that nobody owns a lead whose owner has gone, and whom nobody else can take."""
    return Owned(member="", team=lead.team, why="nobody is left")


def handed_over(change: LeadChange, owned: Owned | None, rules: Rules) -> LeadChange:
    """Return the change with another owner, who is told, as the team's channel is.

    Where nobody else can have the lead, only the channel is told: it stays as it is, or is nobody's
    from now on.
    """
    after, taken = change, False
    if owned is not None and owned.member != change.lead.owner:
        after, taken = with_owner(change, owned, newly_delivered=True), bool(owned.member)
    plan = plan_for(rules, after.lead)
    occasion = Occasion.REASSIGNED if taken else Occasion.NO_OWNER
    notices = {
        str(role): new_notice(
            after.lead.lead_id,
            recipient=role,
            occasion=occasion,
            because_of=str(after.lead.reassigned),
            now=after.at,
            send_from=plan.may_be_told(role, after.at),
            step=after.lead.follow_up.step,
        )
        for role in (plan.both(after.at) if taken else plan.roles & {Role.TEAM})
    }
    told_at = max([after.at, *(notice.send_from for notice in notices.values())])
    asked = {
        name: one
        for name, one in change.notices.items()
        if one is not None and one.occasion is Occasion.CHECK_IN
    }
    if asked and Role.OWNER in notices:
        # The new owner sees by it that the lead is theirs, and what there is to do.
        asked = {str(Role.OWNER): _to_owner(next(iter(asked.values())), after, plan)}
    return replace(
        after,
        lead=replace(after.lead, follow_up=_waits_for(after.lead.follow_up, plan, told_at)),
        notices={**change.notices, **notices, **asked},
    )


def _waits_for(clock: FollowUp, plan: Plan, told_at: datetime) -> FollowUp:
    """Return a clock whose next step, if any, comes its gap after the new owner can know (C3)."""
    planned, later = clock.next_step_at, next_step_at(clock, plan, told_at)
    if clock.run_kind is not LadderKind.OVERDUE or planned is None or later is None:
        return clock
    return replace(clock, next_step_at=max(planned, later))


def first_owned(change: LeadChange, owned: Owned, rules: Rules) -> LeadChange:
    """Return the change with an owner on a lead that had none, without a message more for it.

    What the team's channel was to be told in place of an owner, the owner is told. Where there is
    no such notice, they find the lead in a list: many of them may get one at once.
    """
    after = with_owner(change, owned, newly_delivered=True)
    plan = plan_for(rules, after.lead)
    notices = dict(change.notices)
    instead = notices.get(Role.TEAM)
    roles = plan.owner_alone(after.at)
    if Role.OWNER in roles:
        if Role.TEAM not in roles:
            notices.pop(Role.TEAM, None)
        notices[Role.OWNER] = _to_owner(instead, after, plan)
    told_at = max([after.at, *(one.send_from for one in notices.values() if one is not None)])
    clock = _waits_for(after.lead.follow_up, plan, told_at)
    return replace(after, lead=replace(after.lead, follow_up=clock), notices=notices)


def _to_owner(instead: Notice | None, change: LeadChange, plan: Plan) -> Notice:
    """Return what the first owner is told: the same as the channel, or that the lead is theirs."""
    lead = change.lead
    notice = new_notice(
        lead.lead_id,
        recipient=Role.OWNER,
        occasion=instead.occasion if instead else Occasion.REASSIGNED,
        because_of=instead.because_of if instead else str(lead.reassigned),
        now=change.at,
        send_from=plan.may_be_told(Role.OWNER, change.at),
        step=lead.follow_up.step,
        checked=instead.checked if instead else True,
    )
    return to_be_listed(notice) if instead is None or instead.listed else notice
