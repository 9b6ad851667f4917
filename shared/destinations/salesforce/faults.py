"""Errors in the shape that Salesforce documents, and as much of them as may be told.

They are an array of objects with ``errorCode``, ``message`` and, often, ``fields``. Whatever is of
another shape is not Salesforce's, but of something on the way, see
https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from shared.destinations.http.answers import Request
from shared.destinations.http.said import MOST_TOLD, said
from shared.destinations.salesforce.codes import KNOWN

CODE = re.compile(r"[A-Z][A-Z0-9_]+")
FIELD_NAME = re.compile(r"\w+")
RECORD_ID = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")

UNKNOWN_FIELD = re.compile(r"(?:.*\n)?[^\S\n]*No such column '(\w+)' on .*", re.DOTALL)
"""How a field is told that is not there, or that the user may not see."""

LOCK_IN_A_TRIGGER = re.compile(
    r"[\w.]+: execution of (?:Before|After)\w+\s+caused by: System\.DmlException: \w+ failed\. "
    r"First exception on row \d+(?: with id \w+)?; first error: UNABLE_TO_LOCK_ROW, .*",
    re.DOTALL,
)
"""How a trigger of the org tells that it did not get a lock; no customer's words come before."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One error of an answer; ``matches`` are records that a rule takes for the same."""

    code: str
    message: str
    fields: tuple[str, ...]
    matches: tuple[str, ...]

    @property
    def is_a_lock(self) -> bool:
        """Tell whether a trigger of the org failed since somebody else changes a record."""
        in_trigger = self.code == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
        return in_trigger and LOCK_IN_A_TRIGGER.fullmatch(self.message) is not None


def faults_of(body: object, code_name: str = "errorCode") -> tuple[Fault, ...]:
    """Return the errors that a body is; none if any of them is of another shape."""
    found = [_fault(one, code_name) for one in body] if isinstance(body, list) else []
    return () if None in found else tuple(fault for fault in found if fault)


def words(request: Request, faults: Iterable[Fault]) -> str:
    """Return what the first errors say, without what the request sent.

    What is said of a question is not told: it is not known whom it may quote.
    """
    return "; ".join(_sentence(request, fault) for fault in islice(faults, MOST_TOLD))


def _fault(error: object, code_name: str) -> Fault | None:
    given: Mapping[str, Any] = error if isinstance(error, dict) else {}
    code, message = given.get(code_name), given.get("message")
    if not isinstance(code, str) or not isinstance(message, str) or not CODE.fullmatch(code):
        return None
    names = [name for name in _items(given.get("fields")) if isinstance(name, str)]
    unknown = UNKNOWN_FIELD.fullmatch(message) if code == "INVALID_FIELD" else None
    named = [*names, *(unknown.groups() if unknown else ())]
    fields = tuple(name for name in dict.fromkeys(named) if FIELD_NAME.fullmatch(name))
    return Fault(code, message, fields, tuple(dict.fromkeys(_matches(given))))


def _matches(error: Mapping[str, Any]) -> Iterable[str]:
    """Yield the ids of the records that a duplicate rule matched."""
    for result in _items(_get(error, "duplicateResult", "matchResults")):
        for match in _items(_get(result, "matchRecords")):
            record_id = _get(match, "record", "Id")
            if isinstance(record_id, str) and RECORD_ID.fullmatch(record_id):
                yield record_id


def _get(value: object, *names: str) -> object:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _items(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else ()


def _names(request: Request) -> set[str]:
    """Return the fields that a request names."""
    query = (request.params or {}).get("q", "")
    body = request.json if isinstance(request.json, dict) else {}
    return {*body, *FIELD_NAME.findall(query.partition(" WHERE ")[0])}


def _sentence(request: Request, fault: Fault) -> str:
    code = fault.code if fault.code in KNOWN else said(request, fault.code)
    ours = _names(request)
    names, ids = fault.fields[:MOST_TOLD], fault.matches[:MOST_TOLD]
    about = [name for name in names if name in ours or said(request, name) == name]
    matches = [record_id for record_id in ids if said(request, record_id) == record_id]
    message = f": {said(request, fault.message)}" if request.writes else ""
    return (
        f"{code}{message}"
        f"{f' ({", ".join(about)})' if about else ''}"
        f"{f'; it matches {", ".join(matches)}' if matches else ''}"
    )
