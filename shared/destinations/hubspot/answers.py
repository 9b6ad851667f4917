"""What HubSpot's answers hold: records, or an error in its own shape.

What is of another shape is no usable answer: a proxy's page, a list, a record without an id. See
https://developers.hubspot.com/docs/api-reference/error-handling
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx

from shared.destinations.http.answers import Request, id_in, json_object, json_of, unanswered
from shared.destinations.http.said import texts_in
from shared.domain.errors import CrmUnavailableError

type JsonObject = dict[str, Any]

NO_SUCH_API = "404: there is no such API: check HUBSPOT_URL and HUBSPOT_API_VERSION"
"""What a 404 means that is not about a record."""

COMPLETE, NOT_FOUND = "COMPLETE", "OBJECT_NOT_FOUND"

CODE = re.compile(r"[A-Z][A-Z0-9_]{2,60}")
NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
SCOPES = {"requiredGranularScopes", "requiredScopes", "missingScopes"}
SCOPE = re.compile(r"[a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)+")


@dataclass(frozen=True, slots=True)
class Record:
    """A contact, note or task as HubSpot shows it."""

    id: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    history: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return what a property holds, "" for nothing."""
        return str(self.properties.get(name) or "")

    def versions(self, name: str) -> list[str]:
        """Return when a property was changed, as far as its history was asked for."""
        return [str(each.get("timestamp") or "") for each in objects(self.history.get(name))]

    @property
    def texts(self) -> tuple[str, ...]:
        """Return all that it holds, which no reason may repeat."""
        return tuple(value for value in self.properties.values() if isinstance(value, str))


def body_of(response: httpx.Response) -> JsonObject:
    """Return the JSON object of an answer, {} if it has none."""
    found = json_of(response)
    return found if isinstance(found, dict) else {}


def in_its_words(body: JsonObject) -> bool:
    """Tell whether an error has HubSpot's shape, which what a proxy answers has not."""
    named = body.get("category") or body.get("errorType")
    return (
        body.get("status") == "error"
        and isinstance(body.get("message"), str)
        and isinstance(named, str)
        and CODE.fullmatch(named) is not None
    )


def objects(found: object) -> list[JsonObject]:
    """Return the JSON objects of a list; of anything else, none."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def scopes_in(body: JsonObject) -> list[str]:
    """Return the scopes that an error names, where it says that it does."""
    contexts = [
        body,
        body.get("context"),
        *(one.get("context") for one in objects(body.get("errors"))),
    ]
    named = [
        value
        for context in contexts
        if isinstance(context, dict)
        for name, value in context.items()
        if name in SCOPES
    ]
    return sorted({scope for scope in texts_in(named) if SCOPE.fullmatch(scope)})


def record_in(request: Request, response: httpx.Response) -> Record:
    """Return the record that an answer holds."""
    return record_of(request, json_object(request, response))


def record_of(request: Request, found: object) -> Record:
    """Return a record that has an id and no errors; anything else is no usable answer."""
    shown = found if isinstance(found, dict) else {}
    if shown.get("errors") or shown.get("numErrors") or shown.get("status") == "error":
        raise unanswered(request, "HubSpot's answer has a record and errors")
    record_id, properties, url = shown.get("id"), shown.get("properties", {}), shown.get("url")
    if not is_id(record_id) or not isinstance(properties, dict):
        raise unanswered(request, "HubSpot's answer has no record id")
    history = shown.get("propertiesWithHistory")
    return Record(
        str(record_id),
        properties,
        url if isinstance(url, str) else "",
        history if isinstance(history, dict) else {},
    )


def is_id(found: object) -> bool:
    """Tell whether this can be an id: a text or a number."""
    return id_in(found) not in ("", "0")


def results_of(
    request: Request, response: httpx.Response, *, each: bool = False
) -> list[JsonObject]:
    """Return the results of a batch, all that there are: what is missing is no fault.

    A batch that is not complete may lack what is there, and what is believed missing is doubled.
    ``each`` says that each input has a result, or an error that names it as missing.
    """
    answer = json_object(request, response)
    found, errors = answer.get("results"), answer.get("errors") or []
    if not isinstance(found, list) or len(objects(found)) != len(found):
        raise unanswered(request, "HubSpot's answer has no results")
    faults = {_category_of(one) for one in (errors if isinstance(errors, list) else [errors])}
    if faults - {NOT_FOUND} or not isinstance(errors, list):
        names = ", ".join(sorted(faults))
        raise CrmUnavailableError(f"HubSpot could not answer all of {request.path}: {names}")
    unnamed = not errors and (each or response.status_code == HTTPStatus.MULTI_STATUS)
    some = unnamed and len(found) < len(request.json["inputs"])
    if answer.get("status") != COMPLETE or some or _unnamed_errors(answer):
        raise unanswered(request, "HubSpot's answer to a batch is not complete (yet)")
    return found


def _category_of(error: object) -> str:
    """Return the category of an error of a batch, which may be anything."""
    category = error.get("category") if isinstance(error, dict) else None
    return category if isinstance(category, str) and CODE.fullmatch(category) else "an error"


def _unnamed_errors(answer: JsonObject) -> bool:
    """Tell whether a batch counts errors that it does not name; one may be about several ids."""
    number = answer.get("numErrors") or 0
    contexts = [one.get("context") for one in objects(answer.get("errors"))]
    ids = [one.get("ids") if isinstance(one, dict) else None for one in contexts]
    named = sum(len(some) if isinstance(some, list) and some else 1 for some in ids)
    return not isinstance(number, int) or number > named


def associated(request: Request, result: JsonObject) -> tuple[str, list[str], str]:
    """Return a contact, what is attached to it, and where its next page begins, "" without one."""
    try:
        contact_id = result["from"]["id"]
        ids = [one["toObjectId"] for one in result["to"]]
        after = ((result.get("paging") or {}).get("next") or {}).get("after") or ""
    except (LookupError, TypeError, AttributeError):
        raise unanswered(request, "HubSpot's answer has no associations") from None
    if not all(map(is_id, (contact_id, *ids, after or "none"))):
        raise unanswered(request, "HubSpot's answer has associations without ids")
    return str(contact_id), [str(one) for one in ids], str(after)
