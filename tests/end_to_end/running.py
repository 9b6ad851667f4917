"""One app that runs, with a client for its address and a look into its storage."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueServiceClient

from local.app_process import RunningApp
from local.demo.run import app_settings
from tests.forked_app import forked

LEADS = "/api/leads"
NOBODY_THERE = "http://127.0.0.1:1/devstoreaccount1;"

PERSONAL = ("Zoë", "Quimby", "fabrikam.example", "8675309", "Gräf")
"""What the customers of these tests are called, and nothing else is."""

type Row = Mapping[str, Any]


@dataclass(frozen=True)
class App:
    """An app, and what came of what it was sent."""

    app: RunningApp
    http: httpx.AsyncClient
    tables: TableServiceClient
    queues: QueueServiceClient

    async def post(self, body: bytes, **headers: str) -> httpx.Response:
        return await self.http.post(LEADS, content=body, headers=headers)

    async def rows(self, table: str, query: str = "") -> Sequence[Row]:
        """Return rows of a table, in order; none if there is no table yet."""
        try:
            return [row async for row in self.tables.get_table_client(table).query_entities(query)]
        except ResourceNotFoundError:
            return []

    async def lead_of(self, submission_id: str) -> Sequence[Row]:
        """Return all rows of the lead that a submission became part of."""
        query = f"submission_id eq '{submission_id}'"
        for row in await self.rows("Leads", query):
            return await self.rows("Leads", f"PartitionKey eq '{row['PartitionKey']}'")
        return []

    async def quarantined(self, quarantine_id: str) -> Row | None:
        rows = await self.rows("Quarantine", f"quarantine_id eq '{quarantine_id}'")
        assert len(rows) <= 1
        return rows[0] if rows else None

    async def waiting(self, queue: str) -> int:
        """Return how many messages a queue holds, those that do not show included."""
        try:
            properties = await self.queues.get_queue_client(queue).get_queue_properties()
        except ResourceNotFoundError:
            return 0
        return properties.approximate_message_count or 0

    async def put(self, queue: str, text: str) -> str:
        """Put a message on a queue by hand, and return its id."""
        client = self.queues.get_queue_client(queue)
        with suppress(ResourceExistsError):
            await client.create_queue()
        return (await client.send_message(text)).id

    def logged(self) -> str:
        """Return what was printed since the start."""
        return self.app.output.partition("Ctrl-C stops.")[2]


@asynccontextmanager
async def running(
    settings: Mapping[str, str] | None = None, *, storage: str = ""
) -> AsyncIterator[App]:
    """Run an app; ``storage`` is where to look if that is another place than its own."""
    env = {**app_settings(), "NURTURE_SCHEDULE": "0 0 0 1 1 *", **(settings or {})}
    async with RunningApp(env=env, start=forked) as app:
        connection = storage or app.connection
        async with (
            httpx.AsyncClient(base_url=app.url, timeout=60) as http,
            TableServiceClient.from_connection_string(connection) as tables,
            QueueServiceClient.from_connection_string(connection) as queues,
        ):
            yield App(app, http, tables, queues)
            assert [name for name in PERSONAL if name in app.output] == []


async def eventually[T](look: Callable[[], Awaitable[T]]) -> T:
    """Look until there is something, and return it."""
    give_up_at = time.monotonic() + 180
    while not (found := await look()):
        assert time.monotonic() < give_up_at, "it never happened"
        await asyncio.sleep(0.05)
    return found
