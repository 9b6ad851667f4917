"""What Marketo's errors mean, which come as HTTP 200: of a request, or of a person in it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta, timezone
from http import HTTPStatus

import httpx

from shared.destinations.http.answers import Request, json_of, unanswered
from shared.destinations.http.refused import MissingFieldsError
from shared.destinations.http.said import MOST_TOLD
from shared.destinations.marketo.codes import (
    DAILY_QUOTA,
    NO_PARTITION,
    NO_PERMISSION,
    NOT_DONE,
    PARTITION,
    PERSONS_REFUSED,
    RATE_LIMIT,
    RATE_WINDOW,
    REQUESTS_REFUSED,
    SETTINGS,
    TOKEN_REFUSED,
)
from shared.destinations.marketo.problems import Problem, fields_in, missing_in, problems, told
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmFieldsRefusedError,
    CrmRejectedError,
    CrmSettingsError,
    CrmUnavailableError,
)

QUOTA_ZONE = timezone(timedelta(hours=-6))
"""The daily quota begins anew at "12:00AM CST". Where clocks in Chicago say CDT, this may be an
hour late: to ask too early is to wait for another day."""


def failure(
    request: Request, found: Sequence[Problem], now: datetime, *, optional: Collection[str] = ()
) -> CrmError:
    """Return what errors mean for a delivery; ``optional`` fields may be left out."""
    codes, words = {problem.code for problem in found}, _words(request, found)
    if waits := _waits(codes, words, now):
        return waits
    if mend := _mend(request, codes):
        missing = [field for problem in found for field in missing_in(problem)]
        reason = f"{words}: {mend}"
        return MissingFieldsError(reason, fields=missing) if missing else CrmSettingsError(reason)
    if not codes or not all(map(_is_refusal, codes)):
        return unanswered(request, words or "200, but neither a result nor an error")
    if not request.writes:
        return CrmUnavailableError(words)
    return _refusal(request, found, words, optional)


def not_marketos(request: Request, response: httpx.Response, now: datetime) -> CrmError | None:
    """Return what an answer means that is no success over HTTP, where Marketo says something."""
    body = json_of(response)
    own = isinstance(body, dict) and body.get("success") is False
    found = problems(body.get("errors")) if own else ()
    if found:
        return failure(request, found, now)
    if response.status_code == HTTPStatus.NOT_FOUND:
        return unanswered(request, "404: there is no such API: check MARKETO_URL")
    return None


def _waits(codes: Collection[str], words: str, now: datetime) -> CrmError | None:
    """Return what keeps any person out for now: who we are, or a limit; or None."""
    if not {*TOKEN_REFUSED, NO_PERMISSION}.isdisjoint(codes):
        return CrmCredentialsError(words)
    if DAILY_QUOTA in codes:
        return CrmUnavailableError(words, retry_after=_until_midnight(now), daily_quota=True)
    if not NOT_DONE.isdisjoint(codes):
        wait = RATE_WINDOW if RATE_LIMIT in codes else None
        return CrmUnavailableError(words, retry_after=wait)
    return None


def _mend(request: Request, codes: Collection[str]) -> str:
    """Return what is to be done if the instance or our settings are at fault, "" if they are not.

    No access to a partition is a fault of the settings for whoever is new; a person who is there
    may be in one that is not for us.
    """
    known = {**SETTINGS, **({NO_PARTITION: PARTITION} if _creates(request) else {})}
    return next((known[code] for code in sorted(codes) if code in known), "")


def _creates(request: Request) -> bool:
    return isinstance(request.json, dict) and request.json.get("action") == "createOnly"


def _is_refusal(code: str) -> bool:
    return code in REQUESTS_REFUSED or int(code) in PERSONS_REFUSED


def _refusal(
    request: Request, found: Sequence[Problem], words: str, optional: Collection[str]
) -> CrmError:
    """Tell fields that can be left out from those that can't, and from a person who is refused."""
    named = {name for problem in found for name in fields_in(request, problem)}
    if left_out := named & set(optional):
        return CrmFieldsRefusedError(words, fields=left_out)
    if named:
        return CrmSettingsError(
            f"{words} ({', '.join(sorted(named))}): correct the field in Marketo (Admin, Field"
            " Management), or the setting that fills it"
        )
    return CrmRejectedError(words)


def _words(request: Request, found: Sequence[Problem]) -> str:
    """Return Marketo's first words without the customer's."""
    return "; ".join(told(request, problem) for problem in found[:MOST_TOLD])


def _until_midnight(now: datetime) -> timedelta:
    """Return the time until the daily quota begins anew."""
    there = now.astimezone(QUOTA_ZONE)
    midnight = (there + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - there
