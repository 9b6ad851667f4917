"""What the answers of CRMs mean for a delivery, where the vendor says nothing special.

A request that *writes* may have been done whatever comes back, unless nothing was sent or the
vendor's own words say that nothing was done: something on the way can give any status, a 401 or a
403 too, after the request has passed it. Sent again while the first is still under way, or believed
not done, it doubles a record or leaves an old value in it. A request that only *reads* may be sent
again at any time.
"""

from collections.abc import Mapping
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
    CrmSettingsError,
    CrmUnavailableError,
)
from shared.domain.plain_json import readable_json
from shared.domain.plain_text import is_whole

TRY_LATER = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
"""Client errors that say nothing against the request; it may have been done all the same."""

OTHER_CHARACTERS = (b"\\u", b"\\b", b"\\f", b"\x7f", b"\0")
"""How JSON spells them; a zero byte is that of another encoding."""

LONGEST_ID = 200

NO_ACCESS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call; ``writes`` as in this module's docstring, ``repeatable`` if twice is once.

    ``shown`` names what of ``json`` and ``params`` is not the customer's: errors may repeat it.
    ``hidden`` are texts of the customer's that are not sent: errors may quote the whole record.
    """

    method: str
    path: str
    writes: bool
    json: Any = None
    params: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    form: Mapping[str, str] | None = None
    shown: frozenset[str] = frozenset()
    hidden: tuple[str, ...] = ()
    repeatable: bool = False


def meaning(
    request: Request, response: httpx.Response, words: str = "", *, own: bool = False
) -> CrmError:
    """Return what an answer means that is no success, and whose words decide nothing.

    Nothing of its body is repeated; ``words`` are what the adapter has found fit to be told.
    ``own`` says that the answer has the vendor's shape: its client errors have done nothing.
    """
    told, no_access = _told(response, words), response.status_code in NO_ACCESS
    says_no = response.is_client_error and response.status_code not in TRY_LATER
    if request.writes and not (own and says_no):
        wait = retry_after(response)
        return CrmOutcomeUnknownError(told, retry_after=wait, trouble=no_access)
    if no_access:
        return CrmCredentialsError(told)
    return CrmUnavailableError(told, retry_after=retry_after(response))


def unanswered(
    request: Request, reason: str, response: httpx.Response | None = None
) -> CrmOutcomeUnknownError | CrmUnavailableError:
    """Return what it means that a request left and no usable answer came."""
    wait = retry_after(response) if response else None
    meant = CrmOutcomeUnknownError if request.writes else CrmUnavailableError
    return meant(reason, retry_after=wait)


def after_a_write(error: CrmError) -> CrmOutcomeUnknownError:
    """Return what an error means for a call that wrote something before it."""
    return CrmOutcomeUnknownError(
        str(error),
        retry_after=getattr(error, "retry_after", None),
        trouble=isinstance(error, CrmCredentialsError | CrmSettingsError),
    )


def json_object(request: Request, response: httpx.Response) -> dict[str, Any]:
    """Return the JSON object that an answer holds; anything else is no usable answer."""
    found = json_of(response)
    if not isinstance(found, dict):
        raise unanswered(request, f"{response.status_code}, but the answer is no JSON object")
    return found


def json_of(response: httpx.Response) -> Any:  # noqa: ANN401 - as JSON is
    """Return what an answer holds in JSON, None if it is none.

    Its texts can be kept anywhere: half a character would keep a lead from being stored.
    """
    try:
        found = response.json()
    except (ValueError, RecursionError):
        return None
    return found if _is_plain(response.content) else readable_json(found)


def _is_plain(body: bytes) -> bool:
    """Tell whether JSON can hold no other characters than those of ASCII that are shown."""
    return body.isascii() and not any(spelled in body for spelled in OTHER_CHARACTERS)


def id_in(found: object) -> str:
    """Return an id, which is a number or a text, "" if this is none."""
    usable = isinstance(found, str | int) and not isinstance(found, bool)
    text = str(found) if usable else ""
    return text if len(text) <= LONGEST_ID and is_whole(text) else ""


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


def _told(response: httpx.Response, words: str) -> str:
    """Return a status in words, and what may be told besides, or what is to be checked."""
    status = response.status_code
    if response.is_redirect:
        return f"{status}: redirected elsewhere, check the address"
    phrase = HTTPStatus(status).phrase if status in HTTPStatus else ""
    told = f"{status} {phrase}: {words}".rstrip(": ")
    elsewhere = response.is_client_error and status not in {*NO_ACCESS, *TRY_LATER} and not words
    return f"{told}, not in the CRM's own words: check the address" if elsewhere else told
