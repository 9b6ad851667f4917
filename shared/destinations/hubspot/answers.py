"""What HubSpot's answers mean, in its words without the customer's values.

Errors are described in https://developers.hubspot.com/docs/api-reference/error-handling. Not
confirmed against a live account: the words in which a unique value is refused.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from shared.destinations.http.answers import (
    NO_ACCESS,
    TRY_LATER,
    Request,
    json_object,
    retry_after,
    unanswered,
)
from shared.destinations.http.said import said as without_sent
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmRejectedError,
    CrmUnavailableError,
)

REFUSED = set(range(400, 500)) - TRY_LATER

NOTHING_DONE = {423, HTTPStatus.TOO_MANY_REQUESTS, 477}
"""Locked, throttled, being moved to another data centre: if HubSpot itself says so."""

EXISTING_ID = re.compile(r"Existing ID: (\d+)")
CONFLICTING_VALUE = "CONFLICTING_UNIQUE_VALUE"

type JsonObject = dict[str, Any]


class TakenError(CrmRejectedError):
    """A contact with the same e-mail or unique value is there: ``contact_id``, "" if not told."""

    def __init__(self, reason: str, contact_id: str = "") -> None:
        """Take HubSpot's words, and the id in them."""
        super().__init__(reason)
        self.contact_id = contact_id


@dataclass(frozen=True, slots=True)
class Record:
    """A contact, note or task as HubSpot shows it."""

    id: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""

    def text(self, name: str) -> str:
        """Return what a property holds, "" for nothing."""
        return str(self.properties.get(name) or "")


@dataclass(frozen=True, slots=True)
class Meaning:
    """Says what an answer means that is no success."""

    time_zone: ZoneInfo | None
    clock: Callable[[], datetime]

    def __call__(self, request: Request, response: httpx.Response) -> CrmError | None:
        """Return the error, None where HubSpot says nothing of its own."""
        status, body = response.status_code, body_of(response)
        said = f"{status} {without_sent(request, _words(body))}"
        daily = status == HTTPStatus.TOO_MANY_REQUESTS and body.get("policyName") == "DAILY"
        if (daily or status in NOTHING_DONE) and _in_its_words(body):
            reset = until_daily_reset(self.clock(), self.time_zone) if daily else None
            return CrmUnavailableError(said, retry_after=reset or retry_after(response))
        if status in NO_ACCESS:
            return CrmCredentialsError(said)
        if status == HTTPStatus.NOT_FOUND and (not body or request.path.endswith("/contacts")):
            return wrong_address(response)
        if status not in REFUSED or not _in_its_words(body):
            return None
        if existing := EXISTING_ID.search(response.text):
            return TakenError(said, existing[1])
        return TakenError(said) if CONFLICTING_VALUE in response.text else CrmRejectedError(said)


def until_daily_reset(now: datetime, zone: ZoneInfo | None) -> timedelta:
    """Return the time until midnight in the account, or until the next hour if no zone is set.

    https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines says "midnight
    based on your time zone setting", which we take for the account's. It is midnight in some zone
    at every full hour.
    """
    if zone is None:
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1) - now
    there = now.astimezone(zone)
    midnight = datetime.combine(there.date() + timedelta(days=1), time.min, tzinfo=zone)
    return midnight.astimezone(UTC) - there.astimezone(UTC)


def wrong_address(response: httpx.Response) -> CrmUnavailableError:
    """Return what a 404 means that is not about a record."""
    return CrmUnavailableError(
        f"{response.status_code}: there is no such API: check HUBSPOT_URL and HUBSPOT_API_VERSION"
    )


def body_of(response: httpx.Response) -> JsonObject:
    """Return the JSON object of an answer, {} if it has none."""
    try:
        found = response.json()
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def record_in(request: Request, response: httpx.Response) -> Record:
    """Return the record that an answer holds; an answer without its id is none."""
    return record_of(request, json_object(request, response))


def record_of(request: Request, found: JsonObject) -> Record:
    """Return a record that has an id; anything else is no usable answer."""
    properties = found.get("properties", {})
    if not found.get("id") or not isinstance(properties, dict):
        raise unanswered(request, "HubSpot's answer has no record id")
    return Record(str(found["id"]), properties, found.get("url") or "")


def _in_its_words(body: JsonObject) -> bool:
    """Tell whether an error has HubSpot's shape; what a proxy answers has not."""
    named = isinstance(body.get("category"), str) or isinstance(body.get("errorType"), str)
    return body.get("status") == "error" and isinstance(body.get("message"), str) and named


def _words(body: JsonObject) -> str:
    """Return what an error says: category, message, and the property or scope of each detail."""
    details = [error for error in body.get("errors", []) if isinstance(error, dict)]
    said = [body.get("category"), body.get("message"), _context(body)]
    said += [part for e in details for part in (e.get("in"), e.get("message"), _context(e))]
    return ", ".join(str(part) for part in said if part)


def _context(error: JsonObject) -> str:
    context = error.get("context")
    pairs = context.items() if isinstance(context, dict) else ()
    return "; ".join(f"{name}: {', '.join(map(str, values))}" for name, values in pairs)
