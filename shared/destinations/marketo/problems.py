"""One error of Marketo's: which fields it names, and what of it may be told."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass

from shared.destinations.http.answers import Request
from shared.destinations.http.refused import as_sent
from shared.destinations.http.said import CUT, unless_quoting, without
from shared.destinations.marketo.codes import (
    NO_COMPANY,
    NO_FIELD,
    NOT_SUPPORTED,
    PHRASES,
    REQUIRED,
    TYPES,
    VALUE,
)
from shared.destinations.marketo.contact import COMPANY, EMAIL, FIELDS, LABELS

NAME = r"'(?P<field>[A-Za-z]\w*)'"
REFUSED_BY_NAME = re.compile(
    r"(?:(?:Invalid )?(?:data|value) )?(?:(?:for|of|in) )?(?:the )?(?:required )?"
    r"(?:attribute|field|parameter) (?:(['\"])(?P<quoted>[A-Za-z][\w ]*)\1(?!\w)|(?P<bare>\w+)).*",
    re.IGNORECASE | re.DOTALL,
)
REFUSED_BY_VALUE = re.compile(
    r"Invalid value (['\"])(?P<value>.*)\1\. Required of type (['\"])(?P<type>\w[\w ]*)\3\.?",
    re.DOTALL,
)
BAD_EMAIL = re.compile(
    r"Invalid e-?mail(?: address)?\b.*|E-?mail(?: address)? is (?:invalid|not valid)\b.*",
    re.IGNORECASE | re.DOTALL,
)
NAMED = {
    NO_FIELD: re.compile(rf"Field {NAME} not found\.?"),
    NOT_SUPPORTED: re.compile(rf"Field {NAME} not supported\.?"),
    REQUIRED: re.compile(rf"Missing value for the required parameter {NAME}\.?"),
}
"""Messages as a whole, or with the customer's words after the vendor's: a value is never taken for
the name of a field."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One error of an answer."""

    code: str
    message: str


def problems(listed: object) -> tuple[Problem, ...]:
    """Return the errors or reasons of an answer; none if they are of another shape."""
    found = listed if isinstance(listed, list) else []
    return tuple(
        Problem(str(one["code"]), str(one.get("message") or ""))
        for one in found
        if isinstance(one, dict) and re.fullmatch(r"\d{3,4}", str(one.get("code")))
    )


def missing_in(problem: Problem) -> list[str]:
    """Return the field that is required and has no value, if an error says so."""
    found = NAMED[REQUIRED].fullmatch(problem.message) if problem.code == REQUIRED else None
    return [found["field"]] if found else []


def fields_in(request: Request, problem: Problem) -> set[str]:
    """Return the fields of a person that is written whose values a problem refuses."""
    person = request.json["input"][0]
    if problem.code == NO_COMPANY:
        return {COMPANY}
    if problem.code not in VALUE:
        return set()
    if found := REFUSED_BY_VALUE.fullmatch(problem.message):
        same = {name for name, value in person.items() if found["value"] in _spellings(value)}
        named = _sent(person, found["type"])
        return named & same or same or named
    if found := REFUSED_BY_NAME.fullmatch(problem.message):
        return _sent(person, found["quoted"] or found["bare"])
    return _sent(person, EMAIL) if BAD_EMAIL.fullmatch(problem.message) else set()


def _sent(person: Collection[str], name: str) -> set[str]:
    """Return the fields of a person that a name may mean, which is one of the API or a label."""
    return as_sent(person, [name], LABELS) & {*person}


def _spellings(value: object) -> set[str]:
    return {str(value), json.dumps(value), json.dumps(value, ensure_ascii=False)}


def told(request: Request, problem: Problem) -> str:
    """Return a problem by its code, and in words that are not the customer's.

    Of messages that are documented to quote a value, the rest is told, and a name if we have sent
    it. Any other may quote whatever Marketo knows; what a question is about does not tell how to
    recognise that.
    """
    code, message, names = problem.code, problem.message, NAMED.get(problem.code)
    if code in PHRASES:
        return f"{code}: {PHRASES[code]}"
    if names and (found := names.fullmatch(message)):
        name = _name_told(request, found["field"], required=code == REQUIRED)
        start, end = found.span("field")
        return f"{code}: {message[:start]}{name}{message[end:]}"
    if refused := REFUSED_BY_VALUE.fullmatch(message):
        of_type = _name_told(request, refused["type"])
        return f"{code}: Invalid value '{CUT}'. Required of type '{of_type}'"
    words = unless_quoting(request, message, _contact(request)) if request.writes else CUT
    return f"{code}: {words}"


def _name_told(request: Request, name: str, *, required: bool = False) -> str:
    """Return a name of a field or a type if it can't be a customer's word, else ``…``.

    What is required was not sent.
    """
    if request.writes:
        known = name.lower() in TYPES or bool(_sent(request.json["input"][0], name))
        known = known or (required and without(_contact(request), name) == name)
    else:
        params = request.params or {}
        known = name in {*params, params.get("filterType"), *params.get("fields", "").split(",")}
    return name if known else CUT


def _contact(request: Request) -> list[str]:
    """Return what a request that writes says of the contact, and what is known of it besides."""
    [person] = request.json["input"]
    sent = [str(person[name]) for name in FIELDS.values() if name in person]
    return [*sent, *request.hidden]
