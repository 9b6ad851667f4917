"""What can come in place of a CRM's own answer: a fault that all of them have, or any answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from starlette.responses import Response

DAYS = "259200"
IN_THE_PAST = "Fri, 02 Jan 2026 03:04:05 GMT"
PAGE = b"<!DOCTYPE html><html><head><title>Gateway</title></head><body>Try later</body></html>"


class Fault(StrEnum):
    """What can go wrong with a call; ``NONE`` lets one through.

    ``…_AFTER`` is what comes after the call was done. ``SLOW`` does a call late, ``LATE`` does it
    at once and answers late: both later than the client waits. ``ENDLESS`` does it too, and does
    not stop answering until the client hangs up.
    """

    NONE = "none"
    UNAUTHORIZED = "unauthorized"
    THROTTLED = "throttled"
    THROTTLED_WITHOUT_WAIT = "throttled_without_wait"
    UNAVAILABLE = "unavailable"
    UNAVAILABLE_AFTER = "unavailable_after"
    REJECTED = "rejected"
    CUT_BEFORE = "cut_before"
    CUT_AFTER = "cut_after"
    HALF_A_BODY = "half_a_body"
    HTML = "html"
    NO_ID = "no_id"
    REDIRECT = "redirect"
    ENDLESS = "endless"
    SLOW = "slow"
    LATE = "late"


DONE = frozenset(
    {
        *(Fault.UNAVAILABLE_AFTER, Fault.CUT_AFTER, Fault.HALF_A_BODY, Fault.NO_ID),
        *(Fault.ENDLESS, Fault.LATE),
    }
)
"""Faults of calls that are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer that no CRM documents, such as a proxy's; ``done`` says that the call is done."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    media_type: str = "application/json"
    done: bool = False

    def response(self) -> Response:
        """Return it as a server sends it."""
        return Response(self.body, self.status, dict(self.headers), self.media_type)


def page(status: int, *, done: bool = False) -> Reply:
    """Return a web page, as proxies and login pages answer."""
    return Reply(status=status, body=PAGE, media_type="text/html", done=done)


def asking_to_wait(wait: str, status: int = 429, body: bytes = b"", *, done: bool = False) -> Reply:
    """Return an answer with ``Retry-After``: "0", a number of seconds, or a date."""
    return Reply(status=status, body=body, headers={"Retry-After": wait}, done=done)
