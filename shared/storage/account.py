"""The storage account behind ``LeadStorage``: clients, and what its errors mean to us."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError

from shared.domain.errors import SettingsError, StorageUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from azure.core.credentials_async import AsyncTokenCredential
    from azure.data.tables.aio import TableClient, TableServiceClient
    from azure.storage.queue.aio import QueueClient

    from shared.settings import StorageSettings

log = logging.getLogger(__name__)

MISSING = frozenset({"ResourceNotFound", "EntityNotFound"})
CHANGED = frozenset({"UpdateConditionNotSatisfied", "ConditionNotMet"})
"""What is said of a row that is not there, and of one that is not as it was read."""

UNSTORABLE = frozenset(
    {
        "EntityTooLarge",
        "InvalidInput",
        "InvalidValueType",
        "KeyValueTooLarge",
        "OutOfRangeInput",
        "PropertyNameInvalid",
        "PropertyNameTooLong",
        "PropertyValueTooLarge",
        "RequestBodyTooLarge",
        "TooManyProperties",
    }
)
"""Codes about what is in a write, which no later try changes, see
https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes
"""

TIMEOUTS = {"connection_timeout": 5, "read_timeout": 10}
CONNECTION = {**TIMEOUTS, "use_env_settings": False}
"""Neither a proxy nor a password comes from variables or a ``.netrc`` meant for something else."""
TABLE_RETRIES = {"retry_total": 2, "retry_backoff_factor": 0.2, "retry_backoff_max": 2}
QUEUE_RETRIES = {
    "retry_total": 1,
    "initial_backoff": 0,
    "increment_base": 1,
    "random_jitter_range": 0,  # 3 s by default
}
"""Short: what can't be stored within seconds is kept elsewhere or postponed, by us."""


MOST_AT_ONCE = 1_000
"""Rows that Table Storage gives in one answer."""


class Storage:
    """The clients of one storage account, built when they are first needed and then kept."""

    def __init__(self, settings: StorageSettings, **options: Any) -> None:  # noqa: ANN401 - the SDK's own
        """Take the settings and options for every client, such as ``raw_request_hook``."""
        self._settings = settings
        self._options = options
        self._tables: TableServiceClient | None = None
        self._credential: AsyncTokenCredential | None = None
        self._open: list[TableServiceClient | QueueClient | AsyncTokenCredential] = []

    def table(self, name: str) -> Table:
        """Return a table."""
        return Table(self._table_service().get_table_client(name))

    def queue(self, name: str) -> QueueClient:
        """Return a queue."""
        from azure.storage.queue.aio import QueueClient  # noqa: PLC0415 - 0.25 s at cold start

        options = CONNECTION | QUEUE_RETRIES | self._options
        if self._settings.account:
            with _wrong_if_refused():
                client = QueueClient.from_connection_string(self._settings.account, name, **options)
        else:
            url = self._settings.queue_service_uri
            client = QueueClient(url, name, credential=self._identity(), **options)
        self._open.append(client)
        return client

    async def close(self) -> None:
        """Close every client that was built."""
        while self._open:
            await self._open.pop().close()
        self._tables = self._credential = None

    def _table_service(self) -> TableServiceClient:
        from azure.data.tables.aio import TableServiceClient  # noqa: PLC0415 - as above

        if self._tables is None:
            options = CONNECTION | TABLE_RETRIES | self._options
            if self._settings.account:
                with _wrong_if_refused():
                    self._tables = TableServiceClient.from_connection_string(
                        self._settings.account, **options
                    )
            else:
                url = self._settings.table_service_uri
                self._tables = TableServiceClient(url, credential=self._identity(), **options)
            self._open.append(self._tables)
        return self._tables

    def _identity(self) -> AsyncTokenCredential:
        from azure.identity.aio import (  # noqa: PLC0415 - only where there is no connection string
            DefaultAzureCredential,
            ManagedIdentityCredential,
        )

        if self._credential is None:
            if self._settings.credential == "managedidentity":
                self._credential = ManagedIdentityCredential(client_id=self._settings.client_id)
            else:
                self._credential = DefaultAzureCredential()
            self._open.append(self._credential)
        return self._credential


class Table:
    """One table, which is created when it is first missed."""

    def __init__(self, client: TableClient) -> None:
        """Take the SDK's client."""
        self.client = client

    async def run[T](
        self, call: Callable[[], Awaitable[T]], *, expected: frozenset[str] = frozenset()
    ) -> T:
        """Do one request; errors other than those with an ``expected`` code are ours.

        Raises ``StorageUnavailableError``.
        """
        try:
            try:
                return await call()
            except AzureError as error:
                if error_code(error) != "TableNotFound":
                    raise
            await self._create()
            return await call()
        except AzureError as error:
            if error_code(error) in expected:
                raise
            raise unavailable(error) from error

    async def row(self, partition: str, key: str) -> Any:  # noqa: ANN401 - the SDK's entity
        """Return a row, None if there is none; raise ``StorageUnavailableError``."""
        get = partial(self.client.get_entity, partition, key)
        try:
            return await self.run(get, expected=MISSING)
        except ResourceNotFoundError:
            return None

    async def rows(
        self,
        query: str,
        parameters: dict[str, str],
        **options: Any,  # noqa: ANN401 - the SDK's
    ) -> AsyncIterator[Any]:
        """Yield the rows of a query, page by page; none if there is no table.

        Raises ``StorageUnavailableError``.
        """
        try:
            async for row in self.client.query_entities(query, parameters=parameters, **options):
                yield row
        except AzureError as error:
            if error_code(error) != "TableNotFound":
                raise unavailable(error) from error

    async def exists(self) -> bool:
        """Tell whether the table is there; raise ``StorageUnavailableError``."""
        try:
            async for _ in self.client.query_entities("", results_per_page=1, select=["RowKey"]):
                break
        except AzureError as error:
            if error_code(error) == "TableNotFound":
                return False
            raise unavailable(error) from error
        return True

    async def _create(self) -> None:
        log.info("creating table %s", self.client.table_name)
        try:
            await self.client.create_table()
        except ResourceExistsError:
            log.debug("another instance created table %s", self.client.table_name)


async def at_most[T](limit: int, items: AsyncIterator[T]) -> AsyncIterator[T]:
    """Yield the first items, and ask for no more than these."""
    left = limit
    async for item in items:
        yield item
        left -= 1
        if not left:
            return


@contextmanager
def _wrong_if_refused() -> Iterator[None]:
    """Call a connection string wrong that the SDK can't read; it is secret, and not shown."""
    try:
        yield
    except (ValueError, KeyError):
        fault = "LeadStorage: should be a connection string with AccountName and AccountKey"
        raise SettingsError([fault]) from None


def error_code(error: AzureError) -> str:
    """Return the service's error code; "" where it gave none.

    A conflict of ``create_entity`` comes without a code from azure-data-tables 12.
    """
    code = getattr(error, "error_code", None)
    text = str(getattr(code, "value", code) or "")
    return text or ("EntityAlreadyExists" if isinstance(error, ResourceExistsError) else "")


def unavailable(error: AzureError) -> StorageUnavailableError:
    """Return the error in our words, without anything of the request in it."""
    status = getattr(error, "status_code", None)
    said = " ".join(str(part) for part in (status, error_code(error)) if part)
    return StorageUnavailableError(f"storage: {said or type(error).__name__}")
