"""What Marketo's errors mean, which come as HTTP 200: of a request, or of a person in it."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from http import HTTPStatus

import httpx

from shared.destinations.http.answers import Request, json_of, unanswered
from shared.destinations.http.said import CUT, MOST_TOLD, unless_quoting
from shared.destinations.marketo.codes import (
    DAILY_QUOTA,
    NO_COMPANY,
    NO_FIELD,
    NO_PARTITION,
    NO_PERMISSION,
    NOT_DONE,
    NOT_SUPPORTED,
    PARTITION,
    PERSONS_REFUSED,
    PHRASES,
    RATE_LIMIT,
    RATE_WINDOW,
    REQUESTS_REFUSED,
    REQUIRED,
    SETTINGS,
    TOKEN_REFUSED,
    VALUE,
)
from shared.destinations.marketo.contact import COMPANY, FIELDS
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

NAME = r"'(?P<field>[A-Za-z]\w*)'"
REFUSED_BY_NAME = re.compile(
    r"(?:(?:Invalid )?(?:data|value) )?(?:(?:for|of|in) )?(?:the )?(?:required )?"
    rf"(?:attribute|field|parameter) {NAME}(?!\w).*",
    re.IGNORECASE | re.DOTALL,
)
REFUSED_BY_VALUE = re.compile(
    r"Invalid value '(?P<value>.*)'\. Required of type '(?P<type>\w+)'\.?", re.DOTALL
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


def failure(
    request: Request, found: Sequence[Problem], now: datetime, *, optional: Collection[str] = ()
) -> CrmError:
    """Return what errors mean for a delivery; ``optional`` fields may be left out."""
    codes, words = {problem.code for problem in found}, _words(request, found)
    if waits := _waits(request, codes, words, now):
        return waits
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


def _waits(request: Request, codes: Collection[str], words: str, now: datetime) -> CrmError | None:
    """Return what keeps any person out for now: who we are, a limit, the settings; or None."""
    if not {*TOKEN_REFUSED, NO_PERMISSION}.isdisjoint(codes):
        return CrmCredentialsError(words)
    if DAILY_QUOTA in codes:
        return CrmUnavailableError(words, retry_after=_until_midnight(now), daily_quota=True)
    if not NOT_DONE.isdisjoint(codes):
        wait = RATE_WINDOW if RATE_LIMIT in codes else None
        return CrmUnavailableError(words, retry_after=wait)
    mend = _mend(request, codes)
    return CrmSettingsError(f"{words}: {mend}") if mend else None


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
    person = request.json["input"][0]
    spelled = {name: _spellings(value) for name, value in person.items()}
    named = {name for problem in found for name in _fields(problem, spelled)}
    if left_out := named & set(optional):
        return CrmFieldsRefusedError(words, fields=left_out)
    if named:
        return CrmSettingsError(
            f"{words} ({', '.join(sorted(named))}): correct the field in Marketo (Admin, Field"
            " Management), or the setting that fills it"
        )
    return CrmRejectedError(words)


def _fields(problem: Problem, person: Mapping[str, Collection[str]]) -> set[str]:
    """Return the fields of a person, with the spellings of their values, that are refused."""
    if problem.code == NO_COMPANY:
        return {COMPANY}
    if problem.code not in VALUE:
        return set()
    if found := REFUSED_BY_VALUE.fullmatch(problem.message):
        same = {name for name, spelled in person.items() if found["value"] in spelled}
        return {found["type"]} & person.keys() or same
    found = REFUSED_BY_NAME.fullmatch(problem.message)
    return {found["field"]} & person.keys() if found else set()


def _spellings(value: object) -> set[str]:
    return {str(value), json.dumps(value), json.dumps(value, ensure_ascii=False)}


def _words(request: Request, found: Sequence[Problem]) -> str:
    """Return Marketo's first words without the customer's."""
    return "; ".join(_told(request, problem) for problem in found[:MOST_TOLD])


def _told(request: Request, problem: Problem) -> str:
    """Return a problem by its code, and in words that are not the customer's.

    Of messages that are documented to quote a value, the rest is told. Any other may quote whatever
    Marketo knows; what a question is about does not tell how to recognise that.
    """
    code, message, names = problem.code, problem.message, NAMED.get(problem.code)
    if code in PHRASES:
        return f"{code}: {PHRASES[code]}"
    if names and names.fullmatch(message):
        return f"{code}: {message}"
    if refused := REFUSED_BY_VALUE.fullmatch(message):
        return f"{code}: Invalid value '{CUT}'. Required of type '{refused['type']}'"
    words = unless_quoting(request, message, _contact(request)) if request.writes else CUT
    return f"{code}: {words}"


def _contact(request: Request) -> list[str]:
    """Return what a request that writes says of the contact, and what is known of it besides."""
    [person] = request.json["input"]
    sent = [str(person[name]) for name in FIELDS.values() if name in person]
    return [*sent, *request.hidden]


def _until_midnight(now: datetime) -> timedelta:
    """Return the time until the daily quota begins anew."""
    there = now.astimezone(QUOTA_ZONE)
    midnight = (there + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - there
