"""``leads send``: push something at the endpoint, as Microsoft does."""

import json
from dataclasses import dataclass
from datetime import datetime

import httpx

from ops.errors import CommandError

LOCAL_URL = "http://localhost:7071/api/leads"
TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the endpoint answered."""

    status: int
    text: str

    @property
    def accepted(self) -> bool:
        """Tell whether the push is stored as a lead."""
        return self.status == httpx.codes.ACCEPTED


async def send(url: str, body: bytes, content_type: str) -> Sent:
    """Push a body; raise ``CommandError`` if nobody answers. The URL's query is a secret."""
    where = url.partition("?")[0]
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            answer = await client.post(url, content=body, headers={"Content-Type": content_type})
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise CommandError(f"{where} is no URL: it should begin with https:// or http://") from None
    except httpx.HTTPError as error:
        raise CommandError(
            f"no answer from {where}: {type(error).__name__}. Does it run?"
        ) from None
    return Sent(status=answer.status_code, text=answer.text)


def partner_center_test(now: datetime) -> bytes:
    """Return a test lead like those that Partner Center sends when it validates the endpoint."""
    mark = f"MSFT_TEST_{now:%Y%m%d%H%M%S%f}"
    names = ("FirstName", "LastName", "Phone", "Country", "Company", "Title")
    details = dict.fromkeys(names, mark) | {"Email": f"{mark}@test.com"}
    body = {
        "UserDetails": details,
        "LeadSource": f"{mark}-{mark}|{mark}",
        "ActionCode": mark,
        "OfferTitle": mark,
        "Description": mark,
    }
    return json.dumps(body).encode()
