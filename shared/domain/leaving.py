"""Rules without somebody who has left, whatever the file still says of them. Pure."""

from collections.abc import Collection
from dataclasses import replace

from shared.domain.rules import Member, Rules, Team


def without_members(rules: Rules, left: Collection[str]) -> Rules:
    """Return the rules with nobody in any team who has left; those are ``leavers`` then."""
    if not left:
        return rules
    teams = {name: _without(team, left) for name, team in rules.teams.items()}
    gone = {person.id: person for person in rules.people if person.id in left}
    return replace(rules, teams=teams, leavers=(*rules.leavers, *gone.values()))


def _without(team: Team, left: Collection[str]) -> Team:
    return replace(
        team,
        members=tuple(member for member in team.members if member.id not in left),
        manager=_still_there(team.manager, left),
        stand_in=_still_there(team.stand_in, left),
    )


def _still_there(person: Member | None, left: Collection[str]) -> Member | None:
    return None if person is None or person.id in left else person
