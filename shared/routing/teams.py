"""Teams and their people, as a file gives them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from shared.domain.calendars import WEEKDAYS, Calendar, Hours, Window
from shared.domain.fair_turns import MOST_STANDINGS
from shared.domain.rules import ChannelKind, Member, Team
from shared.domain.zones import zone_names
from shared.routing import file_models as file
from shared.routing.countries import read_region
from shared.routing.faults import Findings, Loc
from shared.routing.reading import Parts

WORKWEEK = 5


def build_people(parts: Parts, found: Findings, destinations: Collection[str]) -> dict[str, Member]:
    """Return all people by id; nobody may be told, or own records, as somebody else."""
    seen: dict[tuple[Loc, str], str] = {}
    for person_id, person in parts.people.items():
        loc = ("people", person_id)
        _check_channel(person.channel, (*loc, "channel"), parts, found)
        if person.zone:
            _check_zone(person.zone, (*loc, "zone"), found)
        for crm in person.owner if destinations else ():
            check_name(crm, destinations, (*loc, "owner", crm), found, what="destination")
        for way, value in _ids(person):
            other = seen.setdefault((way, value.casefold()), person_id)
            if other != person_id:
                found.fault((*loc, *way), f"should be their own: {other} has the same")
    return {person_id: _member(person_id, person) for person_id, person in parts.people.items()}


def build_teams(parts: Parts, people: Mapping[str, Member], found: Findings) -> dict[str, Team]:
    """Return the teams by id, and doubt people who are in none."""
    teams = {
        team_id: _team(team_id, team, parts, people, found) for team_id, team in parts.teams.items()
    }
    at_work = {
        person
        for team in parts.teams.values()
        for person in (*team.members, team.manager, team.stand_in)
    }
    if teams.keys() == parts.named.get("teams", frozenset()):
        for person_id in people.keys() - at_work:
            found.doubt(("people", person_id), "is in no team")
    return teams


def check_name(name: str, known: Collection[str], loc: Loc, found: Findings, *, what: str) -> None:
    """Find fault with a name that is not known; "" is none."""
    if name and name not in known:
        listed = ", ".join(sorted(known)) or "there is none yet"
        found.fault(loc, f"{name!r} should be a {what}: {listed}")


def check_count(given: Collection[str], most: int, loc: Loc, found: Findings) -> None:
    """Find fault with more than there is room for in a column."""
    if len(given) > most:
        found.fault(loc, f"should be {most} at most, not {len(given)}")


def check_team_channel(name: str, loc: Loc, parts: Parts, found: Findings) -> None:
    """Find fault with a channel that can't be a team's own."""
    _check_channel(name, loc, parts, found)
    channel = parts.channels.get(name)
    if channel and channel.kind is ChannelKind.CRM:
        found.fault(loc, "should be a channel that people read; tasks in the CRM are for members")
    if channel and channel.kind is ChannelKind.EMAIL and not channel.to:
        found.fault(loc, f"sends e-mail, so channels.{name} should say to whom, with the key to")


def _check_channel(name: str, loc: Loc, parts: Parts, found: Findings) -> None:
    check_name(name, parts.named.get("channels", ()), loc, found, what="channel")


def _ids(person: file.Person) -> Iterator[tuple[Loc, str]]:
    for key in ("email", "teams", "slack"):
        if value := getattr(person, key):
            yield (key,), value
    for crm, value in person.owner.items():
        yield ("owner", crm), value


def _member(person_id: str, person: file.Person) -> Member:
    return Member(
        id=person_id,
        name=person.name or person_id,
        email=person.email,
        teams=person.teams,
        slack=person.slack,
        owner_ids=person.owner,
        channel=person.channel,
        zone=person.zone,
    )


def _team(
    team_id: str, team: file.Team, parts: Parts, people: Mapping[str, Member], found: Findings
) -> Team:
    loc = ("teams", team_id)
    check_count(team.members, MOST_STANDINGS, (*loc, "members"), found)
    check_team_channel(team.channel, (*loc, "channel"), parts, found)
    _check_channel(team.member_channel, (*loc, "member_channel"), parts, found)
    for key, person in (("manager", team.manager), ("stand_in", team.stand_in)):
        check_name(person, parts.named.get("people", ()), (*loc, key), found, what="person")
    zone = team.zone if _check_zone(team.zone, (*loc, "zone"), found) else "UTC"
    if team.hours is not None and "zone" not in team.model_fields_set:
        found.doubt((*loc, "hours"), "without a zone, they are in UTC")
    built = Team(
        id=team_id,
        name=team.name or team_id,
        members=tuple(_members(team, loc, parts, people, found)),
        manager=people.get(team.manager),
        stand_in=people.get(team.stand_in),
        channel=team.channel,
        member_channel=team.member_channel,
        zone=zone,
        calendar=_calendar(team, zone, loc, found),
        notify=team.notify,
    )
    _doubt_addresses(built, loc, parts, found)
    return built


def _members(
    team: file.Team, loc: Loc, parts: Parts, people: Mapping[str, Member], found: Findings
) -> Iterator[Member]:
    for name in team.weights.keys() - set(team.members):
        found.fault((*loc, "weights", name), f"{name!r} should be one of the members")
    if not any(team.weights.get(name, 1) for name in team.members):
        found.fault((*loc, "weights"), "should leave somebody who gets leads: all are 0")
    for number, name in enumerate(team.members):
        at = (*loc, "members", number)
        check_name(name, parts.named.get("people", ()), at, found, what="person")
        if name in team.members[:number]:
            found.fault(at, f"{name!r} should be there once")
        elif name in people:
            yield replace(people[name], weight=team.weights.get(name, 1))


def _calendar(team: file.Team, zone: str, loc: Loc, found: Findings) -> Calendar | None:
    country, subdivision = read_region(team.country, team.subdivision, loc, found)
    for day in set(team.closed) & set(team.working):
        found.fault((*loc, "working"), f"{day} should not be closed as well")
    if team.hours is None:
        for key in ("country", "closed", "working"):
            if getattr(team, key):
                found.doubt((*loc, key), "says nothing without hours")
        return None
    hours = _hours(team.hours)
    if not any(hours):
        found.fault((*loc, "hours"), "should have working time, such as weekdays = 09:00-17:00")
    return Calendar(
        zone=zone,
        hours=hours,
        country=country,
        subdivision=subdivision,
        closed=frozenset(team.closed),
        working=frozenset(team.working),
    )


def _check_zone(name: str, loc: Loc, found: Findings) -> bool:
    if name not in zone_names():
        found.fault(loc, f"{name!r} should be an IANA time zone, such as Europe/Berlin")
    return name in zone_names()


def _hours(given: file.Hours) -> Hours:
    def of(number: int, weekday: str) -> tuple[Window, ...]:
        own = getattr(given, weekday)
        return tuple(own if own is not None else given.weekdays if number < WORKWEEK else ())

    return tuple(of(number, weekday) for number, weekday in enumerate(WEEKDAYS))


def _doubt_addresses(team: Team, loc: Loc, parts: Parts, found: Findings) -> None:
    for member in team.members:
        channel = parts.channels.get(team.channel_of(member))
        if channel and channel.kind is ChannelKind.EMAIL and not member.email:
            found.doubt(
                loc, f"{member.id} has no e-mail address, and is told in the team's channel"
            )
