"""Who answers which customer, and until when: what ``routing.toml`` says, once read. Pure.

``shared/routing`` reads the file; without one, ``rules_without_file`` are in force.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from shared.domain.absences import Absence
from shared.domain.calendars import Calendar
from shared.domain.conditions import Conditions
from shared.domain.durations import Duration
from shared.domain.follow_up import WITHIN
from shared.domain.priority import Priority
from shared.domain.stage import Stage

NOTHING: Mapping[str, str] = MappingProxyType({})

NO_FILE = "no routing.toml"

DEFAULT_RULE = "default"
"""The name of the rule that matches whatever no other does."""

DEFAULT_CHECK_INS = tuple(
    map(Duration.parse, ("2 working days", "5 working days", "10 working days"))
)
"""For a team without working hours these are days of 24 hours."""


class ChannelKind(StrEnum):
    """How a channel reaches people; ``crm`` leaves a task with the lead's record."""

    TEAMS = "teams"
    SLACK = "slack"
    EMAIL = "email"
    HTTPS_ENDPOINT = "https_endpoint"
    CRM = "crm"


class StepKind(StrEnum):
    """What a step of a ladder does: tell the owner again, tell the manager, find another owner."""

    REMIND = "remind"
    ESCALATE = "escalate"
    REASSIGN = "reassign"


class Notify(StrEnum):
    """When a team's members are told: only while the team works, or at any hour."""

    WORKING_HOURS = "working_hours"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRef:
    """A channel by its name; ``setting`` names the setting that holds its URL, which is secret.

    ``to`` is the address of a team's mailbox, for e-mail only.
    """

    name: str
    kind: ChannelKind
    setting: str = ""
    to: str = ""

    def is_same_place(self, other: "ChannelRef") -> bool:
        """Tell whether what is sent to the other arrives in the same place, whatever its name."""
        return (self.kind, self.setting, self.to) == (other.kind, other.setting, other.to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person who can own leads.

    ``teams`` and ``slack`` are who they are there. ``owner_ids`` has the id of an owner by the name
    of the CRM. ``channel`` is how this person is told, "" for as the team's members are; ``zone``
    the time zone in which times are shown to them, "" for the team's.
    """

    id: str
    name: str
    email: str = ""
    teams: str = ""
    slack: str = ""
    weight: int = 1
    owner_ids: Mapping[str, str] = NOTHING
    channel: str = ""
    zone: str = ""

    def is_reached_by(self, channel: ChannelRef) -> bool:
        """Tell whether a channel has all that it needs to reach the person."""
        return channel.kind is not ChannelKind.EMAIL or bool(self.email)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """People who share leads.

    ``channel`` is the team's own, ``member_channel`` how its members are told, both by name; "" is
    none, and for members it is the team's. ``zone`` counts without a calendar too.
    """

    id: str
    name: str
    members: tuple[Member, ...]
    manager: Member | None = None
    stand_in: Member | None = None
    channel: str = ""
    member_channel: str = ""
    zone: str = "UTC"
    calendar: Calendar | None = None
    notify: Notify = Notify.WORKING_HOURS

    def member(self, member_id: str) -> Member | None:
        """Return a member by id."""
        return next((member for member in self.members if member.id == member_id), None)

    def channel_of(self, person: Member) -> str:
        """Return the name of the channel by which a person is told, "" for none."""
        return person.channel or self.member_channel or self.channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a ladder; ``gap`` begins when the one before was taken, or with the flag."""

    gap: Duration
    kind: StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Until when a customer must be answered, and what happens when nobody does.

    ``within`` None is what the setting FOLLOW_UP_WITHIN says. ``check_ins`` are counted from the
    act that left the lead open, each, and rise.
    """

    name: str = DEFAULT_RULE
    within: Duration | None = None
    ladder: tuple[Step, ...] = ()
    check_ins: tuple[Duration, ...] = DEFAULT_CHECK_INS

    def due_at(
        self, since: datetime, calendar: Calendar | None, follow_up_within: timedelta
    ) -> datetime:
        """Return until when a customer must be answered who can be since then."""
        within = self.within or Duration(follow_up_within)
        return within.over_at(since, calendar)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Conditions, and what follows from them; "" and () are left to the settings.

    ``owner`` is a member's id: always this one, without a turn. ``same_company`` gives leads of one
    company to one member.
    """

    name: str
    when: Conditions = field(default_factory=Conditions)
    destinations: tuple[str, ...] = ()
    team: str = ""
    owner: str = ""
    policy: str = ""
    priority: Priority = Priority.NORMAL
    tags: tuple[str, ...] = ()
    same_company: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Prerequisites:
    """What a qualified lead has; without any, every lead is qualified.

    ``required`` are fields of the contact. ``countries`` are ISO codes, groups resolved.
    """

    required: tuple[str, ...] = ()
    business_address: bool = False
    countries: frozenset[str] = frozenset()
    least_stage: Stage = Stage.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All rules; the first that matches a lead wins, and the last matches every lead.

    ``source`` says in words where they are from, ``follow_up_within`` is what the setting says, for
    interests that nothing else gave a due time. Two things are of the people and not of the file:
    when they are away, and ``leavers``, who have left and are in no team any more.
    """

    rules: tuple[Rule, ...]
    teams: Mapping[str, Team] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    channels: Mapping[str, ChannelRef] = field(default_factory=dict)
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    prerequisites: Prerequisites = field(default_factory=Prerequisites)
    default_channel: str = ""
    source: str = ""
    absences: tuple[Absence, ...] = ()
    leavers: tuple[Member, ...] = ()
    follow_up_within: timedelta = WITHIN

    @property
    def from_file(self) -> bool:
        """Tell whether a ``routing.toml`` is in force, and not the settings alone."""
        return self.source != NO_FILE

    @property
    def people(self) -> Iterator[Member]:
        """Return the people of all teams, managers and stand-ins too; some more than once."""
        for team in self.teams.values():
            yield from (*team.members, *filter(None, (team.manager, team.stand_in)))

    def team_of(self, member_id: str) -> Team | None:
        """Return the first team in which somebody is."""
        return next((t for t in self.teams.values() if t.member(member_id)), None)

    def policy(self, name: str) -> Policy:
        """Return a policy by its name; the default one for a name that is not there any more."""
        return self.policies.get(name) or Policy()


def rules_without_file(
    channel: ChannelRef | None = None, follow_up_within: timedelta = WITHIN
) -> Rules:
    """Return the rules where there is no ``routing.toml``: one that leaves all to the settings."""
    return Rules(
        rules=(Rule(name=DEFAULT_RULE),),
        channels={channel.name: channel} if channel else {},
        default_channel=channel.name if channel else "",
        source=NO_FILE,
        follow_up_within=follow_up_within,
    )
