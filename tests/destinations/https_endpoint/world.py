"""The destination "any HTTPS endpoint" against a fake one on a socket."""

import base64
from typing import Protocol, override

from starlette.responses import PlainTextResponse

from local.fakes.https_endpoint import HttpsEndpointServer
from local.fakes.server import Fault
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

    def __call__(self, server: HttpsEndpointServer, **given: str) -> HttpsEndpointCrm: ...


def changed(*interests: Interest, record: CrmRecord | None = None) -> Changed:
    return Changed(record=record, fields=frozenset(CONTACT_FIELDS), interests=interests)


NEW = changed(interest(1, description="“Hello”\n\ttwo lines 🙂"))


async def upsert(crm: HttpsEndpointCrm, new: Changed = NEW, *, version: int = 1) -> CrmRecord:
    return (await crm.upsert(lead(version=version), new, uncertain=False)).record


class Saying(HttpsEndpointServer):
    """Answers each post by the same words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__()
        self.said = (status, words)

    @override
    def fault_answer(self, fault: Fault) -> PlainTextResponse:
        return PlainTextResponse(self.said[1], self.said[0])

    @override
    def settings(self) -> dict[str, str]:
        self.faults.append(Fault.REJECTED)
        return super().settings()
