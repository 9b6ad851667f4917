"""The samples: bodies as the marketplace sends them, or might, and what must become of each.

They are files beside an index, ``samples.toml``, which also says what is left out
where it is as usual.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from shared.domain.errors import RelayError
from shared.domain.follow_up import FollowUpState
from shared.domain.lead import KeyKind
from shared.ports.quarantine import QuarantineReason

SAMPLES = Path(__file__).resolve().parent / "pushes"
INDEX = "samples.toml"

ACCEPTED = 202

type ContactField = Literal[
    "first_name", "last_name", "email", "phone", "country", "company", "title"
]
type InterestField = Literal["source", "action", "publisher", "offer", "offer_title"]


class SamplesError(RelayError):
    """The samples can't be read; the message names each fault and where it is."""


def _read_body(name: object, info: ValidationInfo) -> object:
    if isinstance(name, str):
        folder: Path = info.context["folder"] if info.context else SAMPLES
        try:
            return (folder / name).read_bytes()
        except OSError as error:
            raise ValueError(f"{name} can't be read: {error.strerror}") from None
    return name


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Push(_Part):
    """One push, and what its sender must be told; ``warnings`` and ``fault`` are parts of it."""

    body: Annotated[bytes, BeforeValidator(_read_body)] = Field(validation_alias="file")
    content_type: str = "application/json"
    status: int = ACCEPTED
    warnings: tuple[str, ...] = ()
    quarantined: QuarantineReason | None = None
    fault: str = ""

    @model_validator(mode="after")
    def _is_either_accepted_or_kept(self) -> Self:
        if (self.status == ACCEPTED) == (self.quarantined is not None):
            raise ValueError(f"either the status is {ACCEPTED}, or the push is quarantined")
        return self


class ExpectedLead(_Part):
    """What one customer of a sample must have become."""

    identity: KeyKind
    interests: int = 1
    repeats: int = 0
    rows: int = Field(default_factory=lambda given: given.get("interests", 1))
    follow_up: FollowUpState = FollowUpState.WAITING
    do_not_contact: bool = False
    test: bool = False
    anonymous: bool = False
    name_conflicts: tuple[str, ...] = ()
    contact: Mapping[ContactField, str] = Field(default_factory=dict)
    newest: Mapping[InterestField, str] = Field(default_factory=dict)


class Sample(_Part):
    """Pushes of one kind of customer, in order, and the leads that they must become."""

    name: str
    about: Annotated[str, Field(min_length=1)]
    demo: bool = False
    pushes: Annotated[tuple[Push, ...], Field(min_length=1)]
    leads: tuple[ExpectedLead, ...] = ()


_SAMPLES = TypeAdapter(dict[str, Sample])


def load(folder: Path = SAMPLES) -> dict[str, Sample]:
    """Return the samples of a folder by name, in the order of its index.

    Raises ``SamplesError``.
    """
    path = folder / INDEX
    try:
        index = tomllib.loads(path.read_text(encoding="utf-8"))
        named = {
            name: {"name": name, **entry} if isinstance(entry, dict) else entry
            for name, entry in index.items()
        }
        return _SAMPLES.validate_python(named, context={"folder": folder})
    except OSError as error:
        raise SamplesError(f"{path} can't be read: {error.strerror}") from None
    except ValidationError as error:
        raise SamplesError(_faults(path, error)) from None
    except ValueError as error:  # no TOML, or no UTF-8
        raise SamplesError(f"{path} can't be read: {error}") from None


def _faults(path: Path, error: ValidationError) -> str:
    faults = [
        f"  {'.'.join(map(str, fault['loc']))}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors(include_input=False, include_url=False)
    ]
    return "\n".join([f"{path} is wrong:", *faults])
