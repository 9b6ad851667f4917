"""What is wrong with a value, in words: what it should be."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from shared.routing.faults import Loc
from shared.routing.file_models import RulesFile
from shared.routing.file_values import NAME, SETTING, SLACK_ID

FORMS = {
    NAME: "of lower-case letters, digits, - and _, at most 40",
    SETTING: "the name of a setting: capital letters, digits and _",
    SLACK_ID: "a member id of Slack, such as U012AB3CD",
}
CONTAINERS = {
    "dict_type": "should be a table",
    "list_type": "should be a list",
    "missing": "is missing, and required",
    "model_type": "should be a table",
    "string_type": "should be a text in quotes",
}
TYPES = {
    "bool_type": "should be true or false",
    "date_type": "should be a date without quotes, such as 2026-12-24",
    "int_type": "should be a whole number",
    "string_too_short": "should not be empty",
    "too_short": "should not be empty",
}
LONGEST_SHOWN = 60


def describe(error: ErrorDetails, loc: Loc) -> str:
    """Return what pydantic found in our words, with the value where it is short."""
    match error["type"]:
        case "extra_forbidden":
            return unknown_key(str(loc[-1]), _keys_at(loc[:-1]))
        case "string_pattern_mismatch":
            message = f"should be {FORMS[error['ctx']['pattern']]}"
        case "value_error":
            return error["msg"].removeprefix("Value error, ")
        case kind if kind in CONTAINERS:
            return CONTAINERS[kind]
        case kind:
            said = error["msg"].replace("Input should be", "should be")
            message = TYPES.get(kind, said[:1].lower() + said[1:])
    given = error["input"]
    shown = isinstance(given, str | int | float) and 0 < len(str(given)) <= LONGEST_SHOWN
    return f"{given!r} {message}" if shown else message


def unknown_key(key: str, known: Iterable[str]) -> str:
    """Return that a key is none of those that are known, and which may be meant."""
    names = sorted(known)
    [meant, *_] = [*get_close_matches(key, names, 1), ""]
    said = f"did you mean {meant}? The keys here are" if meant else "should be one of"
    return f"is not known; {said}: {', '.join(names)}"


def _keys_at(loc: Loc) -> Iterable[str]:
    """Return the keys that a table may have, by the way to it."""
    at: Any = RulesFile
    for part in loc:
        if isinstance(at, type) and issubclass(at, BaseModel):
            at = _without_wrapping(at.model_fields[str(part)].annotation)
        else:  # a table of parts, or a list of them
            at = _without_wrapping(get_args(at)[-1])
    fields: Mapping[str, object] = at.model_fields
    return fields


def _without_wrapping(annotation: Any) -> Any:  # noqa: ANN401 - whatever a field may be
    """Return the type within ``X | None`` and ``Annotated``."""
    while get_origin(annotation) is Annotated or isinstance(annotation, UnionType):
        annotation = get_args(annotation)[0]
    return annotation
