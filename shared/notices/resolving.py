"""Who is told, and how: a role on a lead becomes a person, an address and a channel. Pure.

It always resolves where there is any channel: a person, else the one who stands in for them, else
the team's channel, else the default channel.
"""

from dataclasses import dataclass

from shared.domain.lead import Lead
from shared.domain.notices import Role
from shared.domain.planning import person_for, team_channel, team_of
from shared.domain.rules import ChannelRef, Member, Rules, Team
from shared.ports.channels import Recipient

EVERYBODY = "team"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Where a notice goes; ``recipient_id`` is a member's id, or a team's behind ``team:``."""

    recipient_id: str
    channel: ChannelRef
    to: Recipient

    @property
    def is_person(self) -> bool:
        """Tell whether one person reads it, so that a link need not ask who acts."""
        return not self.recipient_id.startswith(f"{EVERYBODY}:")


def resolve(rules: Rules, lead: Lead, role: Role) -> Resolved | None:
    """Return where a notice to a role goes; None if there is no channel at all."""
    team = rules.teams.get(lead.team) or team_of(rules, lead)
    person = person_for(rules, lead, role)
    for candidate in (person, team.stand_in if team and role is not Role.TEAM else None):
        if candidate and team and (found := _to_person(rules, team, candidate)):
            return found
    return to_team(rules, team)


def to_team(rules: Rules, team: Team | None) -> Resolved | None:
    """Return where a notice to a team goes."""
    channel = team_channel(rules, team)
    if channel is None:
        return None
    name = team.name if team else "everybody"
    return Resolved(
        recipient_id=f"{EVERYBODY}:{team.id if team else ''}",
        channel=channel,
        to=Recipient(name=name, email=channel.to),
    )


def _to_person(rules: Rules, team: Team, person: Member) -> Resolved | None:
    channel = rules.channels.get(team.channel_of(person))
    if channel is None or not person.is_reached_by(channel):
        return None
    return Resolved(
        recipient_id=person.id,
        channel=channel,
        to=Recipient(name=person.name, email=person.email, teams=person.teams, slack=person.slack),
    )
