"""Errors in the shape of https://developers.hubspot.com/docs/api-reference/error-handling.

Messages are worded as accounts have answered in public reports; refused values stand in them word
for word.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from starlette.responses import JSONResponse

TASK_STATUSES = {"CANCELED", "COMPLETE", "PENDING", "PROCESSING"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """What HubSpot says of a value that it does not take."""

    code: str
    message: str


def error(status: int, category: str, message: str, **more: str | list[str]) -> JSONResponse:
    """Answer with an error; lists are the context of a detail."""
    context = {name: more.pop(name) for name in list(more) if isinstance(more[name], list)}
    details = {"errors": [{"message": message, "context": context}]} if context else {}
    said = {"status": "error", "category": category, "message": message, "correlationId": "c-1"}
    return JSONResponse(said | details | more, status)


def invalid(refusals: Mapping[str, Refusal]) -> JSONResponse:
    """Answer that values of some properties are refused."""
    listed = [
        {"isValid": False, "message": one.message, "error": one.code, "name": name}
        for name, one in refusals.items()
    ]
    words = json.dumps(listed, ensure_ascii=False, separators=(",", ":"))
    return error(400, "VALIDATION_ERROR", f"Property values were not valid: {words}")


def required(names: Iterable[str]) -> JSONResponse:
    """Answer that properties are missing which an admin made required."""
    message = "Error creating CONTACT. Some required properties were not set."
    said = {"status": "error", "message": message, "correlationId": "c-1"}
    context = {"properties": sorted(names)}
    return JSONResponse({**said, "context": context, "category": "VALIDATION_ERROR"}, 400)


def unset_fields(*names: str) -> JSONResponse:
    """Answer that a request lacks fields that the API's description requires."""
    unset = ", ".join(names)
    message = (
        f"Invalid input JSON on line 1, column 2. Some required fields were not set: [{unset}]"
    )
    return error(400, "VALIDATION_ERROR", message)


def exists(contact_id: str) -> JSONResponse:
    """Answer that a contact with this e-mail is there."""
    return error(409, "CONFLICT", f"Contact already exists. Existing ID: {contact_id}")


def taken(name: str, value: str, on: str, other: str) -> JSONResponse:
    """Answer an update that another contact has a unique value."""
    where = "portalId=1, objectTypeId=ObjectTypeId{legacyObjectType=CONTACT}"
    what = f"PropertyValueCoordinates{{{where}, propertyName={name}, value={value}}}"
    said = f"Cannot set {what} on {on}. {other} already has that value."
    return error(400, "VALIDATION_ERROR", said)


def opt_out(email: str, opted_out: Collection[str], outcome: str = "COMPLETE") -> dict[str, Any]:
    """Return what is told of an address; an outcome that is no status is an error or nothing.

    https://developers.hubspot.com/docs/api-reference/latest/communication-preferences/status/get-unsubscribed-status
    """
    if outcome == "{}":
        return {}
    failed = {"status": "error", "category": outcome, "message": f"{email} could not be opted out"}
    errors = {} if outcome in TASK_STATUSES else {"numErrors": 1, "errors": [failed]}
    there = {"channel": "EMAIL", "status": "UNSUBSCRIBED", "subscriberIdString": email}
    results = [{**there, "wideStatusType": "PORTAL_WIDE"}] if email in opted_out else []
    status = outcome if outcome in TASK_STATUSES else "COMPLETE"
    return {"status": status, "results": results, **errors}


def not_found() -> JSONResponse:
    """Answer that there is no such thing."""
    return error(404, "OBJECT_NOT_FOUND", "resource not found")


def as_text(html: str) -> str:
    """Return a note as a salesperson reads it."""
    return unescape(html.replace("<br>", "\n"))
