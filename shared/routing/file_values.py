"""What a value in ``routing.toml`` may be: its form, and what it is read as."""

from collections.abc import Callable
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema

from shared.domain.calendars import Window
from shared.domain.conditions import Pattern, WordPattern
from shared.domain.durations import FORMS, Duration
from shared.domain.identity.emails import normalized_email
from shared.domain.stage import Stage
from shared.routing.faults import URL_MARK

NAME = "^[a-z0-9][a-z0-9_-]{0,39}$"
SETTING = "^[A-Z][A-Z0-9_]{2,99}$"
SLACK_ID = "^[UW][A-Z0-9]{4,}$"

ONE_OR_MORE = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}

Value = TypeVar("Value")


def _reader[T](parse: Callable[[str], T]) -> Callable[[object], T]:
    def read(value: object) -> T:
        if not isinstance(value, str):
            raise ValueError("should be a text in quotes")  # noqa: TRY004 - pydantic collects these
        return parse(value)

    return read


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _valid_address(text: str) -> str:
    if not normalized_email(text):
        raise ValueError(f"{text!r} should be an e-mail address")
    return text


def _name_of_a_setting(value: object) -> object:
    if isinstance(value, str) and URL_MARK in value:
        raise ValueError("should be the name of the setting that holds the URL, not the URL")
    return value


def rising(durations: list[Duration]) -> list[Duration]:
    """Return lengths of time of one kind that rise."""
    if len({duration.kind for duration in durations}) > 1:
        raise ValueError("should all be by the clock, all in working hours or all in working days")
    lengths = [duration.length for duration in durations]
    if lengths != sorted(set(lengths)):
        raise ValueError("should rise: each is counted from the follow-up")
    return durations


Name = Annotated[str, Field(pattern=NAME)]
"""What teams, people and so on are called within the file: the key of their table."""

OneOrMore = Annotated[
    list[Value], BeforeValidator(_listed), Field(min_length=1), WithJsonSchema(ONE_OR_MORE)
]
Texts = OneOrMore[Annotated[str, Field(min_length=1)]]
Patterns = OneOrMore[Annotated[Pattern, PlainValidator(_reader(Pattern.parse))]]
Companies = OneOrMore[Annotated[Pattern, PlainValidator(_reader(Pattern.of_company))]]
Domains = OneOrMore[Annotated[Pattern, PlainValidator(_reader(Pattern.of_domain))]]
Words = OneOrMore[Annotated[WordPattern, PlainValidator(_reader(WordPattern.parse))]]
Windows = Annotated[
    list[Annotated[Window, PlainValidator(_reader(Window.parse))]],
    BeforeValidator(_listed),
    WithJsonSchema(ONE_OR_MORE),
]
STAGE = {"type": "string", "enum": [str(stage) for stage in Stage]}
Stages = Annotated[
    list[Annotated[Stage, Field(strict=False)]],
    BeforeValidator(_listed),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [STAGE, {"type": "array", "items": STAGE}]}),
]
Length = Annotated[
    Duration,
    PlainValidator(_reader(Duration.parse)),
    WithJsonSchema({"type": "string", "description": FORMS}),
]
Group = Annotated[list[str], Field(min_length=1)]
Email = Annotated[str, AfterValidator(_valid_address)]
Setting = Annotated[str, BeforeValidator(_name_of_a_setting), Field(pattern=SETTING)]
ContactField = Literal["first_name", "last_name", "email", "phone", "country", "company", "title"]
