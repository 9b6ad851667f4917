"""The destination "any HTTPS endpoint" against a fake one on a socket."""

import base64
from collections.abc import Callable
from typing import Protocol, override

from starlette.responses import Response

from local.fakes.https_endpoint import HttpsEndpointServer
from shared.destinations.https_endpoint.adapter import HttpsEndpointCrm
from shared.domain.delivery import CrmRecord
from shared.domain.lead import CONTACT_FIELDS, Interest
from shared.ports.crm import Changed
from tests.examples import interest, lead

RECORD = CrmRecord(id="R-1")
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
OTHER_SECRET = "whsec_" + base64.b64encode(b"another secret, as long as the other").decode()
LONG_ADDRESS = (
    "https://prod-1.westus.logic.azure.com:443/workflows/5e1f/triggers/manual/paths/invoke"
    "?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=a%2Bb%2F-_c/"
)


class CrmFor(Protocol):
    """Builds adapters, some with settings other than those that fit."""

    def __call__(
        self, server: HttpsEndpointServer, clock: Callable[[], float] = ..., **given: str
    ) -> HttpsEndpointCrm: ...


def changed(*interests: Interest, record: CrmRecord | None = None) -> Changed:
    return Changed(record=record, fields=frozenset(CONTACT_FIELDS), interests=interests)


NEW = changed(interest(1, description="“Hello”\n\ttwo lines 🙂"))


async def upsert(crm: HttpsEndpointCrm, new: Changed = NEW, *, version: int = 1) -> CrmRecord:
    return (await crm.upsert(lead(version=version), new, uncertain=False)).record


class Saying(HttpsEndpointServer):
    """Answers each post by the same words."""

    def __init__(self, status: int, words: str, labelled: str = "text/plain") -> None:
        super().__init__()
        self.status, self.words, self.labelled = status, words, labelled

    @override
    def _taken(self, body: bytes, headers: dict[str, str], query: str) -> Response:
        return Response(self.words, self.status, media_type=self.labelled)


class Ticking:
    """A clock that is some seconds further each time that it is looked at."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._now = 0.0

    def __call__(self) -> float:
        self._now += self._seconds
        return self._now


def posted_interests(server: HttpsEndpointServer) -> list[str]:
    """Return the ids of all interests that were taken, in the order of the posts."""
    return [
        interest["submissionId"]
        for body in server.posts.values()
        for interest in body["newInterests"]
    ]
