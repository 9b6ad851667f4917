"""Which properties HubSpot refuses, and with which code.

It says so in a list of JSON that is part of its message, see
https://developers.hubspot.com/changelog/upcoming-property-validations-rules-will-be-enforced-for-apis-and-integrations
or in the details of the error: in their context or, "in", as the place where it was found, see
https://developers.hubspot.com/docs/api-reference/error-handling
Not confirmed against a live account: how version 2026-09 names a
property that an admin made required, and how an update is told that a unique value is another's.
Refused values stand in all of these word for word, so that nothing is looked for in the middle of a
sentence.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator

from shared.destinations.http.refused import as_sent
from shared.destinations.hubspot.answers import CODE, NAME, JsonObject, objects

LISTED = re.compile(r"Property values were not valid:\s*(\[.*\])\s*", re.DOTALL)
REQUIRED = re.compile(r"(?:Error creating \w+\.\s*)?Some required properties .*", re.DOTALL)
TAKEN = re.compile(
    r"Cannot set PropertyValueCoordinates\{portalId=\d+, objectTypeId=[\w-]+\{[^{}]*\},"
    r" propertyName=([a-z][a-z0-9_]*), value=.*\} on \d+\. \d+ already has that value\.",
    re.DOTALL,
)
EXISTING_ID = re.compile(r"(?:Contact already exists\.\s*)?Existing ID: ([0-9]+)\.?")

PLACE = re.compile(r"(?:properties(?=[.\[]))?[.\[]?([^\[\]]+)\]?")

NAMING = re.compile(r"(?:[A-Z]+ )?properties|propertyNames?")
"""The part of a context that names properties; others hold values, or what else."""

CONFLICTING_VALUE = "CONFLICTING_UNIQUE_VALUE"
REQUIRED_FIELD = "REQUIRED_FIELD"
NOT_OF_THE_LEAD = {"PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE", REQUIRED_FIELD}
"""Codes that say nothing against a value: the account and the settings do not fit each other."""


def existing_id(body: JsonObject) -> str:
    """Return the contact that has the same e-mail, if that is all that the message says."""
    found = EXISTING_ID.fullmatch(body["message"].strip())
    return found[1] if found and body.get("category") == "CONFLICT" else ""


def refused_properties(body: JsonObject, sent: Collection[str]) -> dict[str, str]:
    """Return codes by the property that they are about; {} if HubSpot names none.

    A property that was ``sent`` is spelled as there.
    """
    message: str = body["message"]
    found = {name: _code(entry) for entry in _listed(body) for name in _names([entry["name"]])}
    if taken := TAKEN.fullmatch(message):
        found[taken[1]] = CONFLICTING_VALUE
    named = _named(body.get("context"))
    found |= dict.fromkeys(named, REQUIRED_FIELD if REQUIRED.fullmatch(message) else _code(body))
    for detail in objects(body.get("errors")):
        names = _named(detail.get("context")) or _names([detail.get("in")])
        found |= dict.fromkeys(names, _code(detail) or _code(body))
    spelled = {name: min(as_sent(sent, [name])) for name in found}
    known = {name for name, one in spelled.items() if one in sent or NAME.fullmatch(one)}
    return {spelled[name]: code for name, code in found.items() if name in known}


def codes_in(body: JsonObject) -> set[str]:
    """Return all codes in an error, wherever it has one."""
    entries = [*_listed(body), *objects(body.get("errors"))]
    return {code for one in (body, *entries) for code in _codes(one)}


def _listed(body: JsonObject) -> list[JsonObject]:
    """Return the entries about properties in the list of a message, or beside it."""
    listed = LISTED.fullmatch(body["message"])
    try:
        entries = objects(json.loads(listed[1])) if listed else []
    except (ValueError, RecursionError):
        entries = []
    entries += objects(body.get("validationResults"))
    return [{"name": "", **entry} for entry in entries]


def _code(found: JsonObject) -> str:
    """Return the code of an entry, "" without; what all have in common says nothing of it."""
    return next(_codes(found, without=("category", "errorType")), "")


def _codes(found: JsonObject, without: Collection[str] = ()) -> Iterator[str]:
    """Yield the codes of an entry, each the last part of what may be a path to it."""
    for name in ("error", "code", "subCategory", "category", "errorType"):
        given = found.get(name) if name not in without else None
        last = given.rpartition(".")[2] if isinstance(given, str) else ""
        if CODE.fullmatch(last):
            yield last


def _named(context: object) -> list[str]:
    """Return the properties that a context names, where it says that it does."""
    if not isinstance(context, dict):
        return []
    given = [value for key, value in context.items() if NAMING.fullmatch(key)]
    return _names(name for some in given for name in (some if isinstance(some, list) else [some]))


def _names(given: Iterable[object]) -> list[str]:
    """Return names, which may stand in a place, as in ``properties.phone`` or ``[phone]``."""
    places = (PLACE.fullmatch(text.strip()) for text in given if isinstance(text, str))
    return [name for place in places if place and (name := place[1].strip())]
