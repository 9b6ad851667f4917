"""The message envelope of the queue ``leads``, in its stored form.

``push`` is a push as received; ``deliver`` asks for a recorded lead to be delivered, and with
``releaseVersion`` releases what is parked at that version first. Fields are only ever added, and
what a newer app put into a message goes along with it, however often it is queued again;
``schemaVersion`` rises if an older app could misread a message.
"""

import base64
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
)
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from shared.domain.errors import InvalidMessageError, NewerMessageError

SCHEMA_VERSION: Final = 1
MOST_UNSENT = 32
"""Claims that a message names: only the last can be there, or one that it was to replace."""


def _from_base64(value: object) -> object:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value


def _to_base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


Base64Body = Annotated[
    bytes, BeforeValidator(_from_base64), PlainSerializer(_to_base64, when_used="json")
]


class Envelope(BaseModel):
    """What all messages share; ``attempt`` counts postponements, from 0.

    ``unsent_claims`` are claims that earlier attempts may hold and sent nothing under, or whose
    requests to one destination have ended: see ``let_go``.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )

    schema_version: Literal[1] = SCHEMA_VERSION
    attempt: Annotated[int, Field(ge=0)] = 0
    traceparent: str | None = None
    unsent_claims: tuple[str, ...] | None = None

    @property
    def newer(self) -> Mapping[str, Any]:
        """Return the fields that only a newer version of the app knows."""
        return self.model_extra or {}

    def to_text(self) -> str:
        """Return the queue's text: JSON in ASCII."""
        return self.model_dump_json(by_alias=True, exclude_none=True, ensure_ascii=True)

    def postponed(self) -> Self:
        """Return the message for the next attempt."""
        return self.model_copy(update={"attempt": self.attempt + 1})

    def with_unsent_claims(self, *claims: str) -> Self:
        """Return the message that also knows of these claims."""
        known = (*(self.unsent_claims or ()), *claims)[-MOST_UNSENT:]
        return self.model_copy(update={"unsent_claims": known})


class Push(Envelope):
    """A push as received; whoever takes it parses it again, so that a better parser may."""

    kind: Literal["push"] = "push"
    submission_id: Annotated[str, Field(min_length=1, pattern=r"^[0-9A-Za-z_-]+$")]
    received_at: AwareDatetime
    content_type: str = ""
    body: Base64Body


class Deliver(Envelope):
    """A recorded lead, to be delivered wherever a destination lacks its version.

    What was parked later than ``parked_until``, whoever asked for the release has not seen.
    """

    kind: Literal["deliver"] = "deliver"
    lead_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    release_version: Annotated[int, Field(ge=1)] | None = None
    parked_until: AwareDatetime | None = None

    @classmethod
    def next_of(cls, message: Envelope, lead_id: str) -> Self:
        """Return what is left to do of a message whose push is recorded and whose claims are."""
        ours = {*cls.model_fields, *map(to_camel, cls.model_fields)}
        newer = {name: value for name, value in message.newer.items() if name not in ours}
        known = {"attempt": message.attempt + 1, "traceparent": message.traceparent}
        return cls.model_validate({**newer, **known, "lead_id": lead_id})


type Message = Push | Deliver

_MESSAGES: TypeAdapter[Push | Deliver] = TypeAdapter(
    Annotated[Push | Deliver, Field(discriminator="kind")]
)


class _Version(BaseModel):
    schema_version: int = Field(alias="schemaVersion")


def parse_message(text: str) -> Message:
    """Return the message that a queue text holds.

    Base64 is understood too: tools that put messages on a queue by hand like to encode them.
    Raises ``NewerMessageError`` or ``InvalidMessageError``.
    """
    json = _decoded(text)
    try:
        if _Version.model_validate_json(json).schema_version > SCHEMA_VERSION:
            newer = "the message was written by a newer version of this app"
            raise NewerMessageError(newer)
        return _MESSAGES.validate_json(json)
    except ValidationError as error:
        raise InvalidMessageError(_faults(error)) from None


def _decoded(text: str) -> str | bytes:
    if text.lstrip().startswith("{"):
        return text
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return text


def _faults(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in fault['loc']) or 'message'}: {_said(fault)}"
        for fault in error.errors(include_input=False, include_url=False)
    )


def _said(fault: ErrorDetails) -> str:
    """Return what is wrong, without anything of the message: of an unknown kind, it would be."""
    if fault["type"] == "union_tag_invalid":
        return f"kind should be one of {fault['ctx']['expected_tags']}"
    return fault["msg"]
