"""Who is told, and how: a role on a lead becomes a person, an address and a channel. Pure.

It always resolves where there is any channel: a person, else the one who stands in for them, else
the team's channel, else the default channel.
"""

from dataclasses import dataclass

from shared.domain.lead import Lead
from shared.domain.notices import Role
from shared.domain.planning import (
    channel_of,
    is_read_by_others,
    people_for,
    team_channel,
    team_of,
)
from shared.domain.rules import ChannelRef, Member, Rules, Team
from shared.ports.channels import Recipient

EVERYBODY = "team"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Where a notice goes; ``recipient_id`` is a member's id, or a team's behind ``team:``.

    ``acting`` is who acts by a link in it; where others read it too, the team: then the page asks.
    ``zone`` is the time zone of a person, "" for several people.
    """

    recipient_id: str
    channel: ChannelRef
    to: Recipient
    acting: str
    zone: str = ""

    @property
    def person_id(self) -> str:
        """Return the id of the person whom it is for, "" for a team."""
        return "" if self.recipient_id.startswith(f"{EVERYBODY}:") else self.recipient_id


def resolve(rules: Rules, lead: Lead, role: Role) -> Resolved | None:
    """Return where a notice to a role goes; None if there is no channel at all."""
    team = team_of(rules, lead)
    for person in people_for(rules, lead, role):
        if team and (found := _to_person(rules, team, person)):
            return found
    return to_team(rules, team)


def to_team(rules: Rules, team: Team | None) -> Resolved | None:
    """Return where a notice to a team goes."""
    channel = team_channel(rules, team)
    if channel is None:
        return None
    name = team.name if team else "everybody"
    return Resolved(
        recipient_id=_everybody(team),
        channel=channel,
        to=Recipient(name=name, email=channel.to),
        acting=_everybody(team),
    )


def _everybody(team: Team | None) -> str:
    return f"{EVERYBODY}:{team.id if team else ''}"


def _to_person(rules: Rules, team: Team, person: Member) -> Resolved | None:
    channel = channel_of(rules, team, person)
    if channel is None:
        return None
    return Resolved(
        recipient_id=person.id,
        channel=channel,
        zone=person.zone or team.zone,
        to=Recipient(name=person.name, email=person.email, teams=person.teams, slack=person.slack),
        acting=_everybody(team) if is_read_by_others(rules, person, channel) else person.id,
    )
