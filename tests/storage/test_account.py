"""The clients of the storage account, without a request."""

from collections.abc import AsyncIterator

import pytest
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ServiceRequestError,
)
from azure.data.tables import TableErrorCode

from shared.domain.errors import SettingsError
from shared.settings import DEVELOPMENT_STORAGE, StorageSettings
from shared.storage.account import Storage, error_code, unavailable

QUEUE_URI = "https://fabrikam.queue.core.windows.net"
TABLE_URI = "https://fabrikam.table.core.windows.net"


async def opened(**settings: str) -> AsyncIterator[Storage]:
    storage = Storage(StorageSettings.model_validate(settings))
    yield storage
    await storage.close()


@pytest.mark.parametrize("credential", ["", "managedidentity"])
async def test_an_account_named_by_addresses_is_used_with_an_identity(credential: str) -> None:
    async for storage in opened(
        LeadStorage__queueServiceUri=QUEUE_URI,
        LeadStorage__tableServiceUri=TABLE_URI,
        LeadStorage__credential=credential,
    ):
        assert storage.table("Leads").client.url == TABLE_URI
        assert storage.queue("leads").url == f"{QUEUE_URI}/leads"


async def test_development_storage_is_azurite_on_its_own_ports() -> None:
    async for storage in opened(LeadStorage="UseDevelopmentStorage=true"):
        assert storage.table("Leads").client.url == "http://127.0.0.1:10002/devstoreaccount1"
        assert storage.queue("leads").url == "http://127.0.0.1:10001/devstoreaccount1/leads"


@pytest.mark.parametrize(
    "text", ["secret", "AccountKey=secret", "AccountName=fabrikam", "AccountName;AccountKey=secret"]
)
async def test_a_connection_string_that_is_none_is_a_wrong_setting(text: str) -> None:
    async for storage in opened(LeadStorage=text):
        for use in (storage.table, storage.queue):
            with pytest.raises(SettingsError, match="- LeadStorage: should be ") as told:
                use("leads")
            assert "secret" not in str(told.value)


async def test_storage_that_was_closed_may_be_opened_again() -> None:
    async for storage in opened(LeadStorage=DEVELOPMENT_STORAGE):
        first = storage.table("Leads").client
        await storage.close()

        assert storage.table("Leads").client is not first


def response_error(status: int, code: TableErrorCode | str | None) -> HttpResponseError:
    error = HttpResponseError("zoe@fabrikam.example")
    error.status_code = status
    vars(error)["error_code"] = code
    return error


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (response_error(404, TableErrorCode.TABLE_NOT_FOUND), "TableNotFound", "404 TableNotFound"),
        (response_error(503, "ServerBusy"), "ServerBusy", "503 ServerBusy"),
        (response_error(500, None), "", "500"),
        (ResourceExistsError("zoe"), "EntityAlreadyExists", "EntityAlreadyExists"),
        (ServiceRequestError("zoe"), "", "ServiceRequestError"),
        (AzureError("zoe"), "", "AzureError"),
    ],
)
def test_an_error_is_told_by_its_status_and_code_only(
    error: AzureError, code: str, said: str
) -> None:
    assert error_code(error) == code
    assert str(unavailable(error)) == f"storage: {said}"


async def test_no_proxy_comes_from_the_environment(
    azurite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    async for storage in opened(LeadStorage=azurite):
        await storage.queue("proxied").create_queue()
        await storage.table("Proxied").client.create_table()
