"""``leads send``: send a request to the endpoint, as Microsoft does."""

import ipaddress
import json
import re
from dataclasses import dataclass
from datetime import datetime

import httpx

from shared.domain.lead import CONTACT_KEYS
from shared.operations.errors import OperationError, UsageError

TIMEOUT_SECONDS = 30
SCHEMES = ("https", "http")
LARGEST_PORT = 65_535
MOST_SHOWN = 2_000
"""Characters of an answer: ours have less, but a wrong URL may answer with a web site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the endpoint answered."""

    status: int
    text: str

    @property
    def accepted(self) -> bool:
        """Tell whether the push is stored as a lead."""
        return self.status == httpx.codes.ACCEPTED


def checked_url(url: str) -> str:
    """Return a URL that can be pushed to; raise ``UsageError``, in words without its key."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        usable = False
    else:
        usable = parts.scheme in SCHEMES and bool(parts.host)
        usable = usable and (parts.port or 0) <= LARGEST_PORT
    if not usable:
        raise UsageError(f"{without_key(url)} is not a URL that begins with https:// or http://")
    return url


async def send(url: str, body: bytes, content_type: str) -> Sent:
    """Push a body; raise ``OperationError`` if nobody answers, in words without the URL's key."""
    where = without_key(checked_url(url))
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            answer = await client.post(url, content=body, headers={"Content-Type": content_type})
    except httpx.ConnectError:
        raise OperationError(f"nothing is listening at {where}: is the app running?") from None
    except httpx.HTTPError as error:
        raise OperationError(f"no answer from {where}: {type(error).__name__}") from None
    return Sent(status=answer.status_code, text=answer.text[:MOST_SHOWN])


def is_loopback(url: str) -> bool:
    """Tell whether a URL is of this machine."""
    host = httpx.URL(url).host
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def without_key(url: str) -> str:
    """Return a URL without what may be secret in it: query, fragment, user and password."""
    address = re.split("[?#]", url, maxsplit=1)[0]
    return re.sub("//[^/]*@", "//", address)


def partner_center_test(now: datetime) -> bytes:
    """Return a test lead like those that Partner Center sends when it validates the endpoint."""
    mark = f"MSFT_TEST_{now:%Y%m%d%H%M%S%f}"
    details = dict.fromkeys(CONTACT_KEYS, mark) | {"Email": f"{mark}@test.com"}
    body = {
        "UserDetails": details,
        "LeadSource": f"{mark}-{mark}|{mark}",
        "ActionCode": mark,
        "OfferTitle": mark,
        "Description": mark,
    }
    return json.dumps(body).encode()
