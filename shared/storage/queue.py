"""Queue ``leads``, whose messages never expire, and how long our queues are."""

from datetime import timedelta
from typing import TYPE_CHECKING

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError

from shared.ports.reading import QueueLength
from shared.storage.account import error_code, unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from azure.storage.queue.aio import QueueClient

NEVER = -1


class StoragePushQueue:
    """The port ``PushQueue`` on Azure Queue Storage."""

    def __init__(self, client: "QueueClient") -> None:
        """Take the queue, which is created when it is first missed.

        Text goes as it is: ``messageEncoding`` in host.json is ``none``.
        """
        self._client = client

    async def send(self, message: str, delay: timedelta = timedelta(0)) -> None:
        """Store a message that becomes visible after the delay, rounded up to whole seconds."""
        try:
            try:
                await self._send(message, delay)
            except AzureError as error:
                if error_code(error) != "QueueNotFound":
                    raise
                await self._create()
                await self._send(message, delay)
        except AzureError as error:
            raise unavailable(error) from error

    async def _send(self, message: str, delay: timedelta) -> None:
        seconds = -(-delay // timedelta(seconds=1))
        await self._client.send_message(message, visibility_timeout=seconds, time_to_live=NEVER)

    async def _create(self) -> None:
        try:
            await self._client.create_queue()
        except ResourceExistsError:
            return


class StorageQueueLengths:
    """The port ``QueueLengths`` on Azure Queue Storage."""

    def __init__(self, queue: "Callable[[str], QueueClient]") -> None:
        """Take how a queue is opened by its name."""
        self._queue = queue

    async def of(self, queue: str) -> QueueLength:
        """Return the length of a queue; one that does not exist is empty."""
        client = self._queue(queue)
        try:
            properties = await client.get_queue_properties()
            first = await client.peek_messages(max_messages=1)
        except ResourceNotFoundError:
            return QueueLength()
        except AzureError as error:
            raise unavailable(error) from error
        return QueueLength(
            messages=properties.approximate_message_count or 0,
            oldest_at=first[0].inserted_on if first else None,
        )
