"""What an endpoint's answers mean: it is a program of somebody's, so its words have no fixed shape.

Not confirmed against a live flow: with which status Power Automate says that a flow is switched
off; its error code decides here.
"""

import json
from collections.abc import Iterator, Sequence
from html import unescape
from http import HTTPStatus

import httpx

from shared.destinations.http.answers import (
    Request,
    json_of,
    meaning,
    retry_after,
    unanswered,
)
from shared.destinations.http.said import said, unless_quoting
from shared.destinations.http.web_page import is_web_page
from shared.domain.errors import CrmError, CrmRejectedError, CrmUnavailableError

LONGEST_ID = 200

CONTACT = {"contact", "UserDetails"}
"""Where a post, in our shape or in Microsoft's, has a contact."""

NOT_THERE = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
SWITCHED_OFF = "WorkflowTriggerIsNotEnabled"
"""The error code of a flow that is switched off, as seen in
https://github.com/microsoft/coe-starter-kit/issues/8684
"""

THROTTLED = "TooManyRequests"
"""The error code of a flow, or of Azure before it, that has run nothing."""


class TooLargeError(CrmRejectedError):
    """The endpoint takes no post of this size; one of several interests is split."""


def record_id(request: Request, response: httpx.Response) -> str:
    """Return the id that a success has in it, or "" if none; raise if it is a web page."""
    if is_web_page(response.content):
        page = f"{response.status_code}, but with a web page: check HTTPS_ENDPOINT_URL"
        raise unanswered(request, page)
    found = json_of(response)
    given = found.get("id") if isinstance(found, dict) else None
    usable = isinstance(given, str | int) and not isinstance(given, bool)
    return str(given) if usable and len(str(given)) <= LONGEST_ID else ""


def failure(request: Request, response: httpx.Response, secrets: Sequence[str]) -> CrmError:
    """Return what an answer that is no success means.

    The lead is refused if the endpoint says so in words of its own; whatever is wrong with the
    endpoint, or was said by a server before it, is no fault of the lead.
    """
    status = response.status_code
    words = said(request, _words(request, response), also=secrets)
    told = f"{status} {response.reason_phrase}: {words}".rstrip(": ")
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return TooLargeError(f"{told} ({len(request.content or b''):,} bytes were posted)")
    if status == HTTPStatus.GONE:
        return CrmRejectedError(told)
    if status == HTTPStatus.TOO_MANY_REQUESTS and _error_code(response) == THROTTLED:
        return CrmUnavailableError(told, retry_after=retry_after(response))
    error = meaning(request, response, words)
    if not isinstance(error, CrmUnavailableError) or not response.is_client_error:
        return error
    if status in NOT_THERE or _error_code(response) == SWITCHED_OFF:
        return CrmUnavailableError(f"{told} (is HTTPS_ENDPOINT_URL right, and the flow on?)")
    return CrmRejectedError(told) if words else error


def _words(request: Request, response: httpx.Response) -> str:
    """Return what an answer says: the texts in its JSON, or else its text.

    A web page and half of JSON say nothing; a text that quotes the customer is not repeated.
    """
    text = response.text.lstrip("\ufeff").strip()
    if is_web_page(response.content):
        return ""
    try:
        texts = list(_texts(json.loads(text)))
    except (ValueError, RecursionError):
        texts = [] if text.startswith(("{", "[", '"')) else [text]
    contact = list(_contact(json.loads(request.content or b"{}")))
    told = (unless_quoting(request, unescape(one.strip()), contact) for one in texts if one.strip())
    return "; ".join(dict.fromkeys(told))


def _contact(body: object) -> Iterator[str]:
    """Yield what a post says of the customer, now and with each interest."""
    if isinstance(body, dict):
        for name, part in body.items():
            yield from _texts(part) if name in CONTACT else _contact(part)
    elif isinstance(body, list):
        for part in body:
            yield from _contact(part)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _error_code(response: httpx.Response) -> object:
    """Return the code of an error in the shape that Power Automate and Logic Apps give."""
    found = json_of(response)
    error = found.get("error") if isinstance(found, dict) else None
    return error.get("code") if isinstance(error, dict) else None
