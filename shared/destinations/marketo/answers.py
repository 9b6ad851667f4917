"""What Marketo's errors mean, which come as HTTP 200 with ``success: false``.

https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/error-codes
"""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from http import HTTPStatus

import httpx

from shared.destinations.http.answers import Request, unanswered
from shared.destinations.http.said import said as without_sent
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmRejectedError,
    CrmUnavailableError,
)

TOKEN_REFUSED = {"601", "602"}
NO_PERMISSION = "603"
DAILY_QUOTA = "607"
NO_SUCH_API = "610"
NOT_DONE = {"606", "608", "614", "615", "713"}
PERHAPS_DONE = {"500", "502", "604", "611"}
"""Time-outs and faults inside Marketo. That nothing was done is documented, but not relied on."""

NOT_FOUND, EXISTS = "1004", "1005"
"""Of one person, who is skipped."""

RATE_LIMIT, RATE_WINDOW = "606", timedelta(seconds=20)
"""100 calls in 20 seconds, for all that use the instance, see
https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/marketo-integration-best-practices
"""

QUOTA_ZONE = timezone(timedelta(hours=-6))
"""The daily quota begins anew at "12:00AM CST". Where clocks in Chicago say CDT, this may be an
hour late: to ask too early is to wait for another day."""


def problems(listed: object) -> dict[str, str]:
    """Return the messages of errors or reasons by their code."""
    found = listed if isinstance(listed, list) else []
    return {str(p.get("code")): str(p.get("message")) for p in found if isinstance(p, dict)}


def said(found: Mapping[str, str], request: Request) -> str:
    """Return Marketo's words without the values that were sent, which it repeats in some."""
    return without_sent(request, "; ".join(f"{code}: {words}" for code, words in found.items()))


def failure(request: Request, found: Mapping[str, str], now: datetime) -> CrmError:
    """Return what the errors of an answer mean for a delivery."""
    codes, words = found.keys(), said(found, request)
    if codes & {*TOKEN_REFUSED, NO_PERMISSION}:
        return CrmCredentialsError(words)
    if DAILY_QUOTA in codes:
        return CrmUnavailableError(words, retry_after=_until_midnight(now))
    if NO_SUCH_API in codes:
        return CrmUnavailableError(f"{words}: check MARKETO_URL")
    if codes & NOT_DONE:
        wait = RATE_WINDOW if RATE_LIMIT in codes else None
        return CrmUnavailableError(words, retry_after=wait)
    if not codes or codes & PERHAPS_DONE:
        return unanswered(request, words or "200, but neither a result nor an error")
    return CrmRejectedError(words)


def wrong_address(request: Request, response: httpx.Response) -> CrmError | None:
    """Return what a 404 means: Marketo says otherwise that a person is not there."""
    del request
    if response.status_code == HTTPStatus.NOT_FOUND:
        return CrmUnavailableError("404: there is no such API: check MARKETO_URL")
    return None


def _until_midnight(now: datetime) -> timedelta:
    """Return the time until the daily quota begins anew."""
    there = now.astimezone(QUOTA_ZONE)
    midnight = (there + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - there
