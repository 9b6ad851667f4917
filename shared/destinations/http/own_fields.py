"""The publisher's custom fields: what is set on new records beside the customer's contact.

A setting maps names of fields to values, as JSON. A value is a constant, a text in which
``{offer}`` and the like are filled in, or a choice: the values of a picklist by what the
marketplace said, as in ``{"of": "{offer}", "values": {"backup": "Backup Pro"}, "else": "Other"}``.
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from string import Formatter
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Json,
    Tag,
    field_validator,
)
from pydantic_settings import NoDecode

from shared.destinations.http.json_once import each_once
from shared.destinations.http.refused import refusals
from shared.domain.identity import NORMAL_FORMS, normal_forms
from shared.domain.lead import CONTACT_FIELDS, Interest, Lead
from shared.domain.plain_text import readable
from shared.domain.stage import Stage
from shared.domain.standing import rule_name, standing_fields

INTEREST_FIELDS = ("source", "action", "publisher", "offer", "offer_title", "lead_source")
STANDING_FIELDS = (
    "owner",
    "team",
    "priority",
    "tags",
    "qualified",
    "unqualified_because",
    "qualification_by",
    "qualification_note",
    "follow_up_due_at",
    "rule",
)
PLACEHOLDERS = (*CONTACT_FIELDS, *NORMAL_FORMS, "stage", *STANDING_FIELDS, *INTEREST_FIELDS)

type Value = str | bool | int | float


class Choice(BaseModel):
    """A value for each of some texts, without regard to case; ``otherwise`` is for all others."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: str
    values: dict[str, Value]
    otherwise: Value | None = Field(None, alias="else")

    @field_validator("values")
    @classmethod
    def _stripped(cls, values: dict[str, Value]) -> dict[str, Value]:
        return {known.strip(): value for known, value in values.items()}

    @property
    def all(self) -> list[Value]:
        """Return every value that may come out."""
        return [*self.values.values(), *([] if self.otherwise is None else [self.otherwise])]

    def chosen(self, text: str) -> Value | None:
        """Return the value for a text, None if there is none."""
        by_text = {known.casefold(): value for known, value in self.values.items()}
        return by_text.get(text.strip().casefold(), self.otherwise)


def _kind(given: object) -> str:
    return "choice" if isinstance(given, dict | Choice) else "value"


OwnField = Annotated[
    Annotated[Value, Tag("value")] | Annotated[Choice, Tag("choice")], Discriminator(_kind)
]


def _checked(fields: Mapping[str, OwnField]) -> Mapping[str, OwnField]:
    named = {name.strip(): field for name, field in fields.items()}
    if "" in named:
        raise ValueError("a field has no name")
    for name, field in named.items():
        if fault := _fault(field):
            raise ValueError(f"{name!r} {fault}")
    return named


def _fault(field: OwnField) -> str:
    """Return what is wrong with a field, "" if nothing."""
    text = field.of if isinstance(field, Choice) else field
    if isinstance(text, str) and (fault := _template_fault(text)):
        return fault
    values = field.all if isinstance(field, Choice) else [field]
    if not all(map(_can_be_sent, values)):
        return "is not a number that JSON can hold"
    if any(readable(one) != one for one in (text, *values) if isinstance(one, str)):
        return "has a character that can't be shown"
    chosen = [value for value in values if isinstance(field, Choice) and isinstance(value, str)]
    if found := [f"{{{one}}}" for one in PLACEHOLDERS if any(f"{{{one}}}" in v for v in chosen)]:
        return f"has {found[0]} in a value to choose: values are sent as they are"
    return ""


def _can_be_sent(value: Value) -> bool:
    try:
        return isinstance(value, str) or math.isfinite(value)
    except OverflowError:
        return False


def without_ours(fields: Mapping[str, OwnField], ours: Iterable[str]) -> Mapping[str, OwnField]:
    """Return the fields if none is one of ours, in any case: leads are recognised by those."""
    taken = {name.casefold() for name in ours}
    for name in fields:
        if name.casefold() in taken:
            raise ValueError(f"{name!r} is set by the relay itself")
    return fields


OwnFields = Annotated[
    Json[dict[str, OwnField]], NoDecode, BeforeValidator(each_once), AfterValidator(_checked)
]
"""The type of such a setting."""


@dataclass(frozen=True, slots=True)
class Filled:
    """Custom fields of one lead; empty ones are left out, and a remark says what had no choice."""

    values: dict[str, Value]
    remarks: tuple[str, ...]

    @property
    def texts(self) -> dict[str, str]:
        """Return the values that are texts, which have a length."""
        return {name: value for name, value in self.values.items() if isinstance(value, str)}

    @property
    def constants(self) -> dict[str, Value]:
        """Return the values that are no texts."""
        return {name: v for name, v in self.values.items() if not isinstance(v, str)}


def filled(fields: Mapping[str, OwnField], lead: Lead, interest: Interest | None) -> Filled:
    """Return the custom fields of a lead and of what the customer did."""
    known = placeholders(lead, interest)
    found = {name: _value(field, known) for name, field in fields.items()}
    values = {name: v for name, v in found.items() if v is not None and v != ""}
    missed = [name for name, value in found.items() if value is None]
    return Filled(values, tuple(f"{name} left out: the setting has no value" for name in missed))


def placeholders(lead: Lead, interest: Interest | None) -> dict[str, str]:
    """Return what is filled in, by the names that stand in braces."""
    said = interest.submission if interest else None
    known = {name: str(getattr(lead.contact, name)) for name in CONTACT_FIELDS}
    known |= normal_forms(lead.contact)
    known |= _standing(lead, interest)
    known["stage"] = "" if lead.stage is Stage.NONE else lead.stage.value
    return known | {name: str(getattr(said, name, "")) for name in INTEREST_FIELDS}


def _standing(lead: Lead, interest: Interest | None) -> dict[str, str]:
    """Return where a lead stands, as texts: a list has commas, a time is in UTC."""
    known, due_at = standing_fields(lead), lead.follow_up.due_at
    return known | {
        "qualified": "yes" if known["qualified"] else "no",
        "unqualified_because": "; ".join(known["unqualified_because"]),
        "tags": ", ".join(known["tags"]),
        "follow_up_due_at": f"{due_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if due_at else "",
        "rule": rule_name(lead, interest) if interest else "",
    }


def naming(fields: Mapping[str, OwnField], *names: str) -> dict[str, OwnField]:
    """Return the fields whose values depend on what placeholders of these names stand for."""
    texts = {
        name: field.of if isinstance(field, Choice) else field for name, field in fields.items()
    }
    return {
        name: fields[name]
        for name, text in texts.items()
        if isinstance(text, str) and {part[1] for part in Formatter().parse(text)} & {*names}
    }


def settable(field: OwnField) -> Iterable[Value]:
    """Return the values that a field may get, as far as they are known before a lead comes."""
    if isinstance(field, Choice):
        return field.all
    is_open = isinstance(field, str) and any(name for _, name, _, _ in Formatter().parse(field))
    return [] if is_open else [field]


def decided(fields: Mapping[str, OwnField]) -> set[str]:
    """Return the fields whose values the settings alone decide: no words of a customer's."""
    return {name for name, field in fields.items() if list(settable(field))}


def without_refused(
    vendor: str,
    fields: Mapping[str, OwnField],
    refused: Collection[str],
    fill: Callable[[Mapping[str, OwnField]], Filled],
) -> Filled:
    """Fill the fields that the CRM does not refuse; a remark says of each other one that it did."""
    own = fill({name: field for name, field in fields.items() if name not in refused})
    left_out = refusals(vendor, fields.keys() & set(refused))
    return Filled(own.values, (*own.remarks, *left_out))


def _value(field: OwnField, known: Mapping[str, str]) -> Value | None:
    if isinstance(field, Choice):
        return field.chosen(field.of.format_map(known))
    return field.format_map(known) if isinstance(field, str) else field


def _template_fault(text: str) -> str:
    """Return what is wrong with a text to be filled in, "" if nothing."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        return f"is not a text that can be filled in: {error}"
    for _, name, spec, conversion in parts:
        if name is not None and name not in PLACEHOLDERS:
            return f"names {{{name}}}; there are: {', '.join(sorted(PLACEHOLDERS))}"
        if spec or conversion:
            return f"has more than a name in {{{name}…}}: values are filled in as they are"
    return ""
