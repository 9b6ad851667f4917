"""What an endpoint's answers mean: it is a program of somebody's, so its words have no fixed shape.

Not confirmed against a live flow: with which status Power Automate says what is wrong with a flow;
its error codes decide here.
"""

import json
from collections.abc import Iterator, Sequence
from html import unescape
from http import HTTPStatus
from itertools import islice

import httpx

from shared.destinations.http.answers import (
    Request,
    id_in,
    json_of,
    meaning,
    retry_after,
    unanswered,
)
from shared.destinations.http.said import MOST_TOLD, said, texts_in, unless_quoting
from shared.destinations.http.web_page import LONGEST_ANSWER, is_cut_json, is_web_page
from shared.domain.errors import (
    CrmError,
    CrmRejectedError,
    CrmSettingsError,
    CrmUnavailableError,
)
from shared.domain.plain_text import readable

TOO_LONG = f"JSON of more than {LONGEST_ANSWER // 1024} KiB, which is not read"

CONTACT = {"contact", "UserDetails"}
"""Where a post, in our shape or in Microsoft's, has a contact."""

NOT_THERE = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
REFUSING = {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_CONTENT}
"""What a program says no to one lead with."""

WRONG_ADDRESS = "check HTTPS_ENDPOINT_URL: copy the whole address of the flow's trigger"
SETTINGS = {
    "InvalidApiVersionParameter": WRONG_ADDRESS,
    "MissingApiVersionParameter": WRONG_ADDRESS,
    "TriggerInputSchemaMismatch": (
        "let the schema of the flow's trigger take what is posted (docs/lead.schema.json)"
    ),
    "TriggerRequestMethodNotValid": "let the flow's trigger take POST",
    "WorkflowNotFound": WRONG_ADDRESS,
    "WorkflowTriggerIsNotEnabled": "switch the flow on",
    "WorkflowTriggerNotFound": WRONG_ADDRESS,
}
"""Error codes of Power Automate and Logic Apps that are about the flow or the address, not about a
lead, and what to do; the flow has not run. That of a flow that is switched off is as seen in
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
    return id_in(given)


def failure(request: Request, response: httpx.Response, secrets: Sequence[str]) -> CrmError:
    """Return what an answer that is no success means.

    A program speaks in JSON. Pages and bare texts come from whatever is on the way, which may have
    passed the post on: of these only "too large" and "gone" say by themselves that it was not.
    """
    status = response.status_code
    cut = is_cut_json(response.content)
    words = TOO_LONG if cut else said_by(request, response, secrets)
    told = f"{status} {response.reason_phrase}: {words}".rstrip(": ")
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        size = f"{len(request.content or b''):,} bytes were posted"
        return TooLargeError(f"{told} ({size}): let the endpoint, and what is before it, take more")
    if status == HTTPStatus.GONE and not is_web_page(response.content):
        return CrmRejectedError(told)
    if not response.is_client_error or not (cut or _texts_in(response)):
        return meaning(request, response, words)
    return _of_a_program(response, told) or meaning(request, response, words, own=True)


def _of_a_program(response: httpx.Response, told: str) -> CrmError | None:
    """Return what an error in JSON means, None if its status is all that it says."""
    status, code = response.status_code, _error_code(response)
    if status == HTTPStatus.TOO_MANY_REQUESTS and code == THROTTLED:
        return CrmUnavailableError(told, retry_after=retry_after(response))
    if mend := SETTINGS.get(code, "is HTTPS_ENDPOINT_URL right?" if status in NOT_THERE else ""):
        return CrmSettingsError(f"{told}: {mend}")
    return CrmRejectedError(told) if status in REFUSING else None


def said_by(request: Request, response: httpx.Response, secrets: Sequence[str]) -> str:
    """Return what an answer says: the texts in its JSON, or else its text.

    A web page and half of JSON say nothing; a text that quotes the customer is not repeated.
    """
    text = readable(response.text).lstrip("\ufeff").strip()
    half = is_web_page(response.content) or text.startswith(("{", "[", '"'))
    texts = _texts_in(response) or ([] if half or json_of(response) is not None else [text])
    contact = list(_contact(json.loads(request.content or b"{}")))
    read = islice(dict.fromkeys(unescape(one.strip()) for one in texts if one.strip()), MOST_TOLD)
    told = (unless_quoting(request, one, contact) for one in read)
    return said(request, "; ".join(dict.fromkeys(told)), also=secrets)


def _texts_in(response: httpx.Response) -> list[str]:
    """Return the texts in an answer's JSON that say something; none if it is no JSON."""
    return [text for text in texts_in(json_of(response)) if text.strip()]


def _contact(body: object) -> Iterator[str]:
    """Yield what a post says of the customer, now and with each interest."""
    if isinstance(body, dict):
        for name, part in body.items():
            yield from texts_in(part) if name in CONTACT else _contact(part)
    elif isinstance(body, list):
        for part in body:
            yield from _contact(part)


def _error_code(response: httpx.Response) -> str:
    """Return the code of an error in the shape that Power Automate and Logic Apps give, or ""."""
    found = json_of(response)
    error = found.get("error") if isinstance(found, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) else ""
