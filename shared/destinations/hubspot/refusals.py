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
from collections.abc import Iterable, Iterator

from shared.destinations.hubspot.answers import CODE, NAME, JsonObject, objects

LISTED = re.compile(r"Property values were not valid:\s*(\[.*\])\s*", re.DOTALL)
REQUIRED = re.compile(r"(?:Error creating \w+\.\s*)?Some required properties .*", re.DOTALL)
TAKEN = re.compile(
    r"Cannot set PropertyValueCoordinates\{portalId=\d+, objectTypeId=[\w-]+\{[^{}]*\},"
    r" propertyName=([a-z][a-z0-9_]*), value=.*\} on \d+\. \d+ already has that value\.",
    re.DOTALL,
)
EXISTING_ID = re.compile(r"(?:Contact already exists\.\s*)?Existing ID: ([0-9]+)\.?")

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


def refused_properties(body: JsonObject) -> dict[str, str]:
    """Return codes by the property that they are about; {} if HubSpot names none."""
    message: str = body["message"]
    found = dict(_listed(message))
    if taken := TAKEN.fullmatch(message):
        found[taken[1]] = CONFLICTING_VALUE
    if REQUIRED.fullmatch(message):
        found |= dict.fromkeys(_named(body.get("context")), REQUIRED_FIELD)
    for detail in objects(body.get("errors")):
        names = _named(detail.get("context")) or _names([detail.get("in")])
        found |= dict.fromkeys(names, _code(detail) or _code(body))
    return found


def _listed(message: str) -> Iterator[tuple[str, str]]:
    """Yield property and code of each entry of the list in a message."""
    listed = LISTED.fullmatch(message)
    try:
        entries = objects(json.loads(listed[1])) if listed else []
    except (ValueError, RecursionError):
        return
    for entry in entries:
        name = entry.get("name")
        if isinstance(name, str) and NAME.fullmatch(name):
            yield name, _code(entry)


def _code(found: JsonObject) -> str:
    """Return the code of an entry, in the last part of what may be a path to it; "" without."""
    for name in ("error", "code", "subCategory"):
        given = found.get(name)
        last = given.rpartition(".")[2] if isinstance(given, str) else ""
        if CODE.fullmatch(last):
            return last
    return ""


def _named(context: object) -> list[str]:
    """Return the properties that a context names, where it says that it does."""
    if not isinstance(context, dict):
        return []
    listed = [v for key, v in context.items() if NAMING.fullmatch(key) and isinstance(v, list)]
    return _names(name for some in listed for name in some)


def _names(given: Iterable[object]) -> list[str]:
    texts = [text.strip("[]") for text in given if isinstance(text, str)]
    return [text for text in texts if NAME.fullmatch(text)]
