"""What it changes on a lead that somebody else owns it from now on. Pure."""

from dataclasses import replace

from shared.domain.follow_up import FollowUpState
from shared.domain.lead import Lead
from shared.domain.planning import owner_of
from shared.domain.rules import Rules
from shared.ports.leads import Event, EventKind, LeadChange
from shared.ports.owners import Owned

AWAITS = frozenset({FollowUpState.WAITING, FollowUpState.OVERDUE})


def lacks_owner(lead: Lead, rules: Rules) -> bool:
    """Tell whether somebody must answer the lead, and nobody who could is named.

    That is also so if the owner was one of a team and is no more (A3). An owner whom sales named in
    the CRM, and whom no team knows, has no team here and stays.
    """
    gone = lead.team in rules.teams and owner_of(rules, lead) is None
    return lead.follow_up.state in AWAITS and (not lead.owner or gone)


def with_owner(change: LeadChange, owned: Owned, *, rule: str = "") -> LeadChange:
    """Return the change with another owner in it, and the event that tells of it."""
    lead = change.lead
    event = Event(
        kind=EventKind.ASSIGNED,
        former_owner=lead.owner,
        owner=owned.member,
        team=owned.team,
        rule=rule,
        detail=owned.why,
    )
    again = bool(lead.owner)
    after = replace(lead, owner=owned.member, team=owned.team, reassigned=lead.reassigned + again)
    return replace(change, lead=after, events=(*change.events, event))
