"""How the domain's values are stored in columns, and read back.

A field is a column of its name: text, number and truth value as they are, a time as text, lists and
maps as JSON. "" stands for None. A column that is missing, as in a row of an older version of the
app, gets the field's default; one that is not known is left alone by the merge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError, SchemaValidator, from_json, to_json

from shared.domain.acts import Act, Outcome, Via
from shared.domain.lead import CONTACT_FIELDS, KeyKind, Lead
from shared.domain.notices import Notice, Occasion
from shared.domain.plain_text import encodable
from shared.domain.priority import Priority
from shared.domain.stage import Stage
from shared.storage.keys import time_text
from shared.storage.open_words import kept

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from _typeshed import DataclassInstance

type Row = dict[str, Any]

NEWER = "newer"
"""The field with the columns that only a newer version of the app knows: none by itself."""

JSON_COLUMNS = frozenset(
    {
        "acts",
        "answerable_from",
        "baseline",
        "contact_stamps",
        "delivered_contact",
        "dues",
        "full_names",
        "had",
        "held_for",
        "interests",
        "merged_from",
        "noted",
        "owners_sent",
        "remarks",
        "rules",
        "sent",
        "tags",
        "unqualified",
        "warnings",
    }
)


def columns(value: DataclassInstance, *, prefix: str = "", without: Collection[str] = ()) -> Row:
    """Return the columns that a value is stored in, fields apart that have columns themselves."""
    out = {NEWER, *without}
    names = [field.name for field in fields(value) if field.name not in out]
    return {prefix + name: _column(getattr(value, name)) for name in names}


def _column(value: object) -> str | int | bool:
    match value:
        case None:
            return ""
        case datetime():
            return time_text(value)
        case date():
            return value.isoformat()
        case StrEnum():
            return value.value
        case str() | int():
            return encodable(value) if isinstance(value, str) else value
        case _:
            return _json(value)


def _json(value: object) -> str:
    """Return a value as JSON, whatever texts are in it: they must not keep a lead unwritten."""
    try:
        return to_json(value).decode()
    except PydanticSerializationError:
        return to_json(_encodable(value)).decode()


def _encodable(value: object) -> object:
    """Return a value with texts that can be written."""
    match value:
        case str():
            return encodable(value)
        case Mapping():
            return {_encodable(key): _encodable(part) for key, part in value.items()}
        case list() | tuple() | frozenset():
            return [_encodable(part) for part in value]
        case _ if is_dataclass(value):
            return {f.name: _encodable(getattr(value, f.name)) for f in fields(value)}
        case _:
            return value


def value_of[T: DataclassInstance](
    cls: type[T], row: Row, *, prefix: str = "", **parts: object
) -> T:
    """Return the value that ``columns`` wrote; ``parts`` are the fields that it left out."""
    given = {
        field.name: _read(cls, field.name, row[prefix + field.name])
        for field in fields(cls)
        if field.name != NEWER
        and prefix + field.name in row
        and not (row[prefix + field.name] == "" and field.default is None)
    }
    value: T = _validator(cls).validate_python(given | parts)
    return value


@cache
def _validator(cls: type[DataclassInstance]) -> SchemaValidator:
    """Return what makes values of a class; it takes a hundred times as long to build as to use.

    A time without a zone is none of ours, and can't be compared with one that is.
    """
    return SchemaValidator(_with_zones(TypeAdapter(cls).core_schema))


def _with_zones(schema: Any) -> Any:  # noqa: ANN401 - pydantic's, of many types
    match schema:
        case dict():
            zone = {"tz_constraint": "aware"} if schema.get("type") == "datetime" else {}
            return {key: _with_zones(part) for key, part in schema.items()} | zone
        case list():
            return [_with_zones(part) for part in schema]
        case tuple():
            return tuple(_with_zones(part) for part in schema)
        case _:
            return schema


def _read(cls: type[DataclassInstance], name: str, column: object) -> object:
    if not isinstance(column, str):
        return column
    if words := WORDS.get((cls, name)):
        return kept(words, encodable(column))
    if name not in JSON_COLUMNS:
        return encodable(column)
    value = from_json(column)
    return KNOWN[name](value) if name in KNOWN else value


def _of_contact(given: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in given.items() if name in CONTACT_FIELDS}


def _texts(given: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in given.items() if isinstance(value, str)}


def _with_outcomes(given: list[dict[str, object]]) -> list[dict[str, object]]:
    return [
        {**act, "outcome": kept(Outcome, outcome)}
        if isinstance(outcome := act.get("outcome"), str)
        else act
        for act in given
    ]


KNOWN: Mapping[str, Callable[[Any], object]] = {
    "acts": _with_outcomes,
    "baseline": _texts,
    "contact_stamps": _of_contact,
}
"""JSON in which a newer version may have keys, or words, that this one does not know.

Of the keys see ``shared/storage/newer_keys.py``.
"""

WORDS: Mapping[tuple[type, str], type[StrEnum]] = {
    (Act, "outcome"): Outcome,
    (Act, "via"): Via,
    (Lead, "key_kind"): KeyKind,
    (Lead, "priority"): Priority,
    (Lead, "stage_reached"): Stage,
    (Notice, "occasion"): Occasion,
}
"""Words that label something. Those of the clock are not among them: a lead in a state that only a
newer version knows waits for it.
"""
