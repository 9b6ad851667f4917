"""What may stand in ``routing.toml``: each table, its keys and their types.

The JSON schema for editors is made from these models. What one part says of another, such as the
name of a team, is checked where the parts are put together. So is what would not fit a column: a
fault here leaves out a whole part of rules that are in force, a fault there leaves out nothing.
"""

from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from shared.domain.fair_turns import MOST_STANDINGS
from shared.domain.priority import Priority
from shared.domain.rules import ChannelKind, Notify, StepKind
from shared.domain.stage import Stage
from shared.domain.tags import MOST_OF_A_RULE
from shared.routing.file_values import (
    SLACK_ID,
    Companies,
    ContactField,
    Domains,
    Email,
    Group,
    Length,
    Name,
    Patterns,
    Setting,
    Stages,
    Texts,
    Windows,
    Words,
    rising,
)

MOST_STEPS = 10


class Part(BaseModel):
    """The root: a key that is not named is a fault."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True
    )


class Person(Part):
    """Who can own leads, or manage who does; the key of the table is the id."""

    name: str = ""
    email: Email = ""
    teams: str = Field("", description="user principal name, or object id in Entra ID")
    slack: str = Field("", pattern=SLACK_ID, description="member id: U012AB3CD")
    channel: str = Field("", description="how this person is told, if not as the team's members")
    zone: str = Field("", description="time zone in which times are shown to them")
    owner: dict[str, Annotated[str, Field(min_length=1)]] = Field(
        {}, description="id of the owner in a CRM, by the name of the destination"
    )


class Channel(Part):
    """How people are told."""

    kind: ChannelKind = Field(strict=False)
    setting: Setting = Field("", description="name of the setting that holds the URL")
    to: Email = Field("", description="address of a team's mailbox; e-mail only")


class Hours(Part):
    """Opening hours such as 09:00-17:30, one or a list; those of a weekday win."""

    weekdays: Windows = Field([], description="Monday to Friday")
    monday: Windows | None = None
    tuesday: Windows | None = None
    wednesday: Windows | None = None
    thursday: Windows | None = None
    friday: Windows | None = None
    saturday: Windows | None = None
    sunday: Windows | None = None


class Team(Part):
    """People who share leads; the key of the table is the id."""

    name: str = ""
    members: list[str] = Field(min_length=1, json_schema_extra={"maxItems": MOST_STANDINGS})
    weights: dict[str, Annotated[int, Field(ge=0, le=10)]] = Field(
        {}, description="share of the leads by member, 1 to 10, or 0 for none; 1 if not named"
    )
    manager: str = ""
    stand_in: str = ""
    channel: str = Field("", description="the team's own channel")
    member_channel: str = Field("", description="how members are told, if not there")
    zone: str = "UTC"
    hours: Hours | None = None
    country: str = Field("", description="public holidays: ISO code of the country")
    subdivision: str = Field("", description="public holidays: code of the region")
    closed: list[date] = Field([], description="more dates on which the team is closed")
    working: list[date] = Field([], description="holidays and weekend days on which it works")
    notify: Notify = Field(
        Notify.WORKING_HOURS, strict=False, description="when members are told of leads"
    )


class Step(Part):
    """One step after the flag, or after the step before."""

    after: Length
    do: StepKind = Field(strict=False)


class Policy(Part):
    """Until when a customer must be answered, and what happens when nobody does."""

    within: Length
    ladder: list[Step] = Field([], max_length=MOST_STEPS)
    check_ins: Annotated[list[Length], AfterValidator(rising)] | None = Field(
        None, max_length=MOST_STEPS, description="after a follow-up that left the lead open"
    )


class Outcome(Part):
    """What follows from a rule; what is left out is as in the default rule."""

    destinations: list[str] | None = Field(None, min_length=1)
    team: str | None = None
    owner: str = Field("", description="always this member, without a turn")
    policy: str | None = None
    priority: Priority | None = Field(None, strict=False)
    tags: Annotated[list[Name], Field(json_schema_extra={"maxItems": MOST_OF_A_RULE})] | None = None
    same_company: bool | None = Field(None, description="one member for all leads of a company")


class When(Part):
    """The conditions of a rule: all must hold, each by one of its values."""

    source: Patterns = []
    action: Patterns = []
    stage: Stages = []
    publisher: Patterns = []
    offer: Patterns = []
    country: Texts = []
    company: Companies = []
    mail_domain: Domains = []
    words: Words = []
    qualified: bool | None = None
    test: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError(
                "should have a condition; what holds for all others is under [default]"
            )
        return self


class Rule(Outcome):
    """The first rule whose conditions hold wins."""

    name: str = Field(min_length=1, max_length=60)
    when: When


class Qualification(Part):
    """What a lead must have to be qualified; others are marked, and delivered all the same."""

    required: list[ContactField] = []
    business_address: bool = False
    countries: Texts = []
    least_stage: Stage = Field(Stage.NONE, strict=False)


class RulesFile(Part):
    """A whole file."""

    default_channel: str = Field("", description="told where a team has no channel")
    default: Outcome
    rules: list[Rule] = []
    people: dict[Name, Person] = {}
    teams: dict[Name, Team] = {}
    policies: dict[Name, Policy] = {}
    channels: dict[Name, Channel] = {}
    country_groups: dict[Name, Group] = {}
    qualification: Qualification = Qualification()
