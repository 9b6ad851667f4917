"""What a table's answers mean for a delivery."""

import json
from collections.abc import AsyncIterator
from typing import override

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from local.fakes.server import CrmServer
from shared.destinations.azure_table.adapter import AzureTableCrm
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmRejectedError,
    CrmUnavailableError,
)
from shared.ports.crm import Changed
from shared.settings import StorageSettings
from shared.storage.account import Storage
from tests.examples import CONTACT, interest, lead

CHANGED = Changed(record=None, fields=frozenset(), interests=[interest(1)])
PAGE = "<html><title>Bad request</title></html>"


class Answering(CrmServer):
    """A storage account that gives one answer to all."""

    answer = Response()

    @override
    def routes(self) -> list[BaseRoute]:
        return [Route("/{path:path}", self._answer, methods=["POST", "PUT"])]

    async def _answer(self, _: Request) -> Response:
        return self.answer


@pytest.fixture
async def server() -> AsyncIterator[Answering]:
    async with Answering().running() as running:
        yield running


@pytest.fixture
async def crm(server: Answering) -> AsyncIterator[AzureTableCrm]:
    account = (
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=c2VjcmV0;"
        f"TableEndpoint={server.url}/devstoreaccount1;QueueEndpoint={server.url}/devstoreaccount1;"
    )
    storage = Storage(StorageSettings(LeadStorage=account), retry_total=0)
    yield AzureTableCrm(storage.table("MarketplaceLeads"))
    await storage.close()


def refusal(code: str) -> str:
    """Return an error as the service writes it, with the customer's words in it."""
    message = {"lang": "en-US", "value": f"{CONTACT.email} is not taken"}
    return json.dumps({"odata.error": {"code": code, "message": message}})


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "PropertyValueTooLarge", CrmRejectedError),
        (413, "RequestBodyTooLarge", CrmRejectedError),
        (400, "InvalidInput", CrmRejectedError),
        (401, "NoAuthenticationInformation", CrmCredentialsError),
        (403, "AuthorizationPermissionMismatch", CrmCredentialsError),
        (400, "Other", CrmUnavailableError),
        (409, "TableBeingDeleted", CrmUnavailableError),
        (404, "ResourceNotFound", CrmUnavailableError),
        (500, "OperationTimedOut", CrmUnavailableError),
        (503, "ServerBusy", CrmUnavailableError),
    ],
)
async def test_the_services_own_codes_decide_and_nothing_else_of_the_answer_is_told(
    server: Answering, crm: AzureTableCrm, status: int, code: str, error: type[CrmError]
) -> None:
    server.answer = Response(refusal(code), status, media_type="application/json")

    with pytest.raises(error, match=rf"^storage: {status}( {code})?$") as raised:
        await crm.upsert(lead(), CHANGED, uncertain=False)

    assert type(raised.value) is error


@pytest.mark.parametrize("body", ["", PAGE, "{}", "[]", "null", refusal("")])
async def test_what_the_service_has_not_said_itself_parks_nothing(
    server: Answering, crm: AzureTableCrm, body: str
) -> None:
    for status in (200, 202, 400, 404, 405, 409, 413, 429, 500, 502, 503):
        server.answer = Response(body, status)
        with pytest.raises(CrmUnavailableError, match=r"^storage: "):
            await crm.upsert(lead(), CHANGED, uncertain=False)
