"""What the rules of now say about a lead: its plan on the clock, and who can be told. Pure."""

from collections.abc import Iterator
from datetime import timedelta, tzinfo

from shared.domain.lead import Lead
from shared.domain.notices import Role
from shared.domain.plan import GRACE, Plan
from shared.domain.rules import ChannelKind, ChannelRef, Member, Notify, Policy, Rule, Rules, Team
from shared.domain.zones import zone


def rule_of(rules: Rules, lead: Lead) -> Rule:
    """Return the rule of a lead's newest interest; the last one for a rule that is gone."""
    name = rule_name(lead)
    return next((rule for rule in rules.rules if rule.name == name), rules.rules[-1])


def rule_name(lead: Lead) -> str:
    """Return the name of the rule that a lead's newest interest fell under, "" for none."""
    newest = max(lead.interests, key=lambda interest: interest.first, default=None)
    return lead.rules.get(newest.first.submission_id, "") if newest else ""


def team_of(rules: Rules, lead: Lead) -> Team | None:
    """Return the team that must follow up on a lead."""
    return rules.teams.get(lead.team) or rules.teams.get(rule_of(rules, lead).team)


def policy_of(rules: Rules, lead: Lead) -> Policy:
    """Return the policy that a lead is under."""
    return rules.policy(rule_of(rules, lead).policy)


def plan_for(rules: Rules, lead: Lead, grace: timedelta = GRACE) -> Plan:
    """Return what is planned for a lead.

    Without anybody who could be told there is nothing to check in for.
    """
    team, policy = team_of(rules, lead), policy_of(rules, lead)
    roles = frozenset(role for role in Role if channel_for(rules, lead, role))
    return Plan(
        steps=policy.ladder,
        check_ins=policy.check_ins if roles else (),
        calendar=team.calendar if team else None,
        at_any_hour=team is not None and team.notify is Notify.ALWAYS,
        roles=roles,
        in_one_channel=_in_one_channel(rules, lead),
        owner_absences=tuple(one for one in rules.absences if one.member == lead.owner),
        grace=grace,
        zone=team.zone if team else "UTC",
        follow_up_within=rules.follow_up_within,
    )


IN_SIGHT_OF_ALL = frozenset({ChannelKind.TEAMS, ChannelKind.SLACK, ChannelKind.CRM})
"""Channels in which everybody reads what one is told; the others go to an address of each."""


def _in_one_channel(rules: Rules, lead: Lead) -> bool:
    """Tell whether what the owner is told is told to the team by that."""
    own, team = (channel_for(rules, lead, role) for role in (Role.OWNER, Role.TEAM))
    return (
        own is not None
        and team is not None
        and own.is_same_place(team)
        and own.kind in IN_SIGHT_OF_ALL
    )


def is_read_by_others(rules: Rules, person: Member, channel: ChannelRef) -> bool:
    """Tell whether others read what a person is told in a channel."""
    if channel.kind not in IN_SIGHT_OF_ALL:
        return False
    teams = rules.teams.values()
    names = {rules.default_channel, *(team.channel for team in teams)}
    names |= {team.member_channel for team in teams}
    names |= {other.channel for other in rules.people if other.id != person.id}
    theirs = (each for name, each in rules.channels.items() if name in names)
    return any(channel.is_same_place(each) for each in theirs)


def owner_of(rules: Rules, lead: Lead) -> Member | None:
    """Return the member that owns a lead, None for nobody or somebody whom no team has."""
    team = rules.teams.get(lead.team) or rules.team_of(lead.owner)
    return team.member(lead.owner) if team and lead.owner else None


def owner_name(rules: Rules, lead: Lead) -> str:
    """Return what the owner of a lead is called, by their id where no team has them."""
    owner = owner_of(rules, lead)
    return owner.name if owner else owner_words(lead.owner)


def owner_words(owner: str) -> str:
    """Return what an owner is called whom no team has: one whom only a CRM knows, by their id."""
    destination, known_there, owner_id = owner.partition(":")
    return f"somebody in {destination} ({owner_id})" if known_there else owner


def zone_of(rules: Rules, lead: Lead) -> tzinfo:
    """Return the time zone of the owner, otherwise of the team that follows up."""
    owner, team = owner_of(rules, lead), team_of(rules, lead)
    own = owner.zone if owner else ""
    return zone(own or (team.zone if team else "UTC"))


def person_for(rules: Rules, lead: Lead, role: Role) -> Member | None:
    """Return the person that a notice is for, None for a team's channel."""
    team = team_of(rules, lead)
    match role:
        case Role.OWNER:
            return owner_of(rules, lead)
        case Role.MANAGER:
            return team.manager if team else None
        case _:
            return None


def people_for(rules: Rules, lead: Lead, role: Role) -> Iterator[Member]:
    """Yield who can be told in a role: whose it is, then the one who stands in for them (N4).

    Nobody stands in for an owner whom no team has: the team's channel is told in their place (A5).
    """
    team, person = team_of(rules, lead), person_for(rules, lead, role)
    if person is not None:
        yield person
    if team and team.stand_in and (person or role is Role.MANAGER):
        yield team.stand_in


def channel_for(rules: Rules, lead: Lead, role: Role) -> ChannelRef | None:
    """Return the channel in which a role is told, but for the team's in their place."""
    team = team_of(rules, lead)
    if role is Role.TEAM:
        return team_channel(rules, team)
    channels = (channel_of(rules, team, each) for each in people_for(rules, lead, role) if team)
    return next((channel for channel in channels if channel), None)


def channel_of(rules: Rules, team: Team, person: Member) -> ChannelRef | None:
    """Return the channel in which somebody of a team is told, None if none reaches them."""
    channel = rules.channels.get(team.channel_of(person))
    return channel if channel and person.is_reached_by(channel) else None


def team_channel(rules: Rules, team: Team | None) -> ChannelRef | None:
    """Return the channel of a team, the default one if it has none."""
    own = rules.channels.get(team.channel) if team else None
    return own or rules.channels.get(rules.default_channel)


def owner_in(rules: Rules, lead: Lead, destination: str) -> str:
    """Return the id that a lead's owner has in a CRM, "" if it is not known."""
    owner = owner_of(rules, lead)
    return owner.owner_ids.get(destination, "") if owner else ""


def member_with(rules: Rules, destination: str, owner_id: str) -> tuple[Team, Member] | None:
    """Return the member who has an id in a CRM, with their team; None for nobody."""
    found = (
        (team, member)
        for team in rules.teams.values()
        for member in team.members
        if same_owner(member.owner_ids.get(destination, ""), owner_id)
    )
    return next(found, None)


def leaver_with(rules: Rules, destination: str, owner_id: str) -> Member | None:
    """Return who has left and has an id in a CRM; None for nobody, or if a member has it too."""
    if member_with(rules, destination, owner_id):
        return None
    theirs = (p for p in rules.leavers if same_owner(p.owner_ids.get(destination, ""), owner_id))
    return next(theirs, None)


SHORT_ID, LONG_ID = 15, 18
"""Salesforce writes one id in two lengths; the short one tells case."""


def same_owner(one: str, other: str) -> bool:
    """Tell whether two spellings of an owner's id mean one owner, in any CRM."""
    plain, other_plain = (text.strip().removeprefix(USER).strip("{}") for text in (one, other))
    lengths = {len(plain), len(other_plain)}
    if SHORT_ID in lengths and lengths <= {SHORT_ID, LONG_ID}:
        return plain[:SHORT_ID] == other_plain[:SHORT_ID]
    return bool(plain) and plain.casefold() == other_plain.casefold()


USER = "systemuser:"
"""How Dynamics 365 tells users from teams; in the rules an id may stand alone."""
