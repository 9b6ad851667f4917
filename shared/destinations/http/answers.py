"""What the answers of CRMs mean for a delivery, in the vendor's words without the customer's.

A request is *repeatable* if sending it twice leaves the CRM as sending it once. When the answer to
one that is not gets lost, nobody knows whether it was done, and it must never be sent again
blindly, see https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx

from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmUnavailableError,
)

LONGEST_REASON = 500
SHORTEST_HIDDEN = 3
"""Characters: shorter values are hidden nowhere, since they are parts of any text."""

TRY_LATER = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Answers that say that nothing was done."""

NO_ACCESS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call; ``repeatable`` as in this module's docstring."""

    method: str
    path: str
    repeatable: bool
    json: Any = None
    params: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    form: Mapping[str, str] | None = None


def meaning(request: Request, response: httpx.Response, *, secrets: Sequence[str] = ()) -> CrmError:
    """Return what an answer that is no success means where the vendor says nothing special.

    ``secrets`` are left out of its words: an answer may repeat what was sent.
    """
    status = response.status_code
    words = response.text
    for secret in filter(None, secrets):
        words = words.replace(secret, "…")
    said = f"{status} {_phrase(status)}: {words[:LONGEST_REASON]}".rstrip(": ")
    if status in NO_ACCESS:
        return CrmCredentialsError(said)
    if status in TRY_LATER or (status >= HTTPStatus.INTERNAL_SERVER_ERROR and request.repeatable):
        return CrmUnavailableError(said, retry_after=retry_after(response))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return CrmOutcomeUnknownError(said)
    if response.is_redirect:
        return CrmUnavailableError(f"{status}: redirected elsewhere, check the address")
    return CrmRejectedError(said)


def unanswered(request: Request, reason: str) -> CrmError:
    """Return what it means that a request left and no usable answer came."""
    return CrmUnavailableError(reason) if request.repeatable else CrmOutcomeUnknownError(reason)


def json_object(request: Request, response: httpx.Response) -> dict[str, Any]:
    """Return the JSON object that an answer holds; anything else is no usable answer."""
    try:
        found = response.json()
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise unanswered(request, f"{response.status_code}, but the answer is no JSON object")
    return found


def retry_after(response: httpx.Response, now: datetime | None = None) -> timedelta | None:
    """Return the wait that ``Retry-After`` asks for, in seconds or as a date; None if none."""
    given = response.headers.get("retry-after", "").strip()
    try:
        if given.isascii() and given.isdecimal():
            return timedelta(seconds=int(given))
        at = parsedate_to_datetime(given)
        return max(at - (now or datetime.now(UTC)), timedelta(0)) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def without_values(words: str, sent: Iterable[object]) -> str:
    """Return a vendor's words, clipped, without the texts that were sent: errors repeat them."""
    texts = {text for text in sent if isinstance(text, str) and len(text) >= SHORTEST_HIDDEN}
    for text in sorted(texts, key=len, reverse=True):
        words = re.sub(rf"(?<!\w){re.escape(text)}(?!\w)", "…", words, flags=re.IGNORECASE)
    return words[:LONGEST_REASON]


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus else ""
