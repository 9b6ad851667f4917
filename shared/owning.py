"""What it changes on a lead that somebody else owns it from now on. Pure."""

from dataclasses import replace

from shared.domain.follow_up import LadderKind
from shared.domain.ladder import next_step_at
from shared.domain.lead import Lead
from shared.domain.notices import Occasion, Role, new_notice
from shared.domain.planning import owner_of, plan_for, rule_name
from shared.domain.rules import Rules
from shared.ports.leads import Event, EventKind, LeadChange
from shared.ports.owners import Owned


def lacks_owner(lead: Lead, rules: Rules) -> bool:
    """Tell whether somebody must answer the lead, and nobody who could is named.

    That is also so if the owner was one of a team and is no more (A3). An owner whom sales named in
    the CRM, and whom no team knows, stays.
    """
    gone = not is_outsider(lead.owner) and owner_of(rules, lead) is None
    gone = gone and lead.team in rules.teams
    return lead.follow_up.awaited and (not lead.owner or gone)


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
    after = replace(lead, owner=owned.member, team=owned.team)
    if lead.owner:
        runs = lead.follow_up.run_kind is not LadderKind.NONE
        had = (*lead.follow_up.had, lead.owner) if runs else ()
        after = replace(
            after,
            reassigned=lead.reassigned + 1,
            version=lead.version + newly_delivered,
            follow_up=replace(lead.follow_up, had=had),
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
    clock = after.lead.follow_up
    if clock.run_kind is LadderKind.OVERDUE:
        told_at = max([after.at, *(notice.send_from for notice in notices.values())])
        clock = replace(clock, next_step_at=next_step_at(clock, plan, told_at))
    return replace(
        after,
        lead=replace(after.lead, follow_up=clock),
        notices={**change.notices, **notices},
    )
