"""The queue trigger: a listener that behaves as the platform's.

Takes up to ``batchSize`` messages, hides each for ten minutes, and longer while its function runs;
takes the next batch once no more than ``newBatchThreshold`` are running. Success deletes a message;
failure shows it again after ``visibilityTimeout``, and at ``maxDequeueCount`` moves it to
``<queue>-poison``, where it vanishes after seven days; whoever listens there is woken. An empty
queue is polled ever less often, and not in step with others.

A queue that is itself called ``…-poison`` has none: a message that fails there is left hidden for
the rest of the ten minutes and then runs again, however often, until it vanishes. So it is since
version 5.3.8 of the extension; before, it was skipped in silence after ``maxDequeueCount`` tries.
Source: ``QueueProcessor`` and ``QueueListenerFactory`` in https://github.com/Azure/azure-sdk-for-net,
and measurements beside the real listener (WebJobs 3.0.48, Storage.Queues 5.3.10).
"""

import asyncio
import binascii
import logging
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueServiceClient

from local.host_json import QueueOptions
from local.stopping import set_within

INVISIBLE_FOR = timedelta(minutes=10)
POISON = "-poison"
SHORTEST_POLL = timedelta(milliseconds=100)
POLL_JITTER = 0.2
"""The part by which a pause is shorter or longer."""

_LOG = logging.getLogger("queues")


@dataclass(frozen=True, slots=True)
class TriggerMessage:
    """What a function gets of a message: its text, decoded, and the trigger's metadata."""

    text: str
    metadata: dict[str, str]


type Invoke = Callable[[TriggerMessage], Awaitable[bool]]


class Wakes(defaultdict[str, asyncio.Event]):
    """What ends the pause of the listener of each queue, by the queue's name."""

    def __init__(self) -> None:
        super().__init__(asyncio.Event)


class QueueListener:
    """Feeds one queue to one function; ``invoke`` runs it and tells whether it succeeded.

    Listeners that share ``wakes`` wake each other. ``jitter`` gives 0 to 1.
    """

    def __init__(  # noqa: PLR0913 - the last three by keyword, for tests and for listeners side by side
        self,
        service: QueueServiceClient,
        queue: str,
        options: QueueOptions,
        invoke: Invoke,
        *,
        invisible_for: timedelta = INVISIBLE_FOR,
        wakes: Wakes | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._wakes = Wakes() if wakes is None else wakes
        self._jitter = jitter
        self._queue = service.get_queue_client(queue)
        is_poison = queue.endswith(POISON)
        self._poison = None if is_poison else service.get_queue_client(queue + POISON)
        self._options = options
        self._invoke = invoke
        self._invisible_for = invisible_for
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Feed messages until ``stopping``, then wait for those that are running."""
        empty = 0
        async with asyncio.TaskGroup() as group:
            while not stopping.is_set():
                batch = await self._receive()
                for message in batch:
                    self._start(message, group)
                await self._wait_for_threshold()
                empty = 0 if batch else empty + 1
                if empty:
                    longest = self._options.max_polling_interval
                    pause = pause_after(empty, longest, self._jitter())
                    empty = 0 if await self._woken_within(pause, stopping) else empty

    async def _woken_within(self, pause: timedelta, stopping: asyncio.Event) -> bool:
        """Wait, at most until somebody stops or wakes this listener; tell whether it was woken."""
        wake = self._wakes[self._queue.queue_name]
        waiting = [asyncio.create_task(event.wait()) for event in (stopping, wake)]
        await asyncio.wait(
            waiting, timeout=pause.total_seconds(), return_when=asyncio.FIRST_COMPLETED
        )
        for task in waiting:
            task.cancel()
        woken = wake.is_set()
        wake.clear()
        return woken

    def _start(self, message: QueueMessage, group: asyncio.TaskGroup) -> None:
        task = group.create_task(self._process(message))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _wait_for_threshold(self) -> None:
        while len(self._running) > self._options.new_batch_threshold:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    async def _receive(self) -> list[QueueMessage]:
        """Take one batch; an error is told, and then counts as an empty queue."""
        pages = self._queue.receive_messages(
            messages_per_page=self._options.batch_size,
            visibility_timeout=_seconds(self._invisible_for),
        ).by_page()
        try:
            async for page in pages:
                return [message async for message in page]
        except ResourceNotFoundError:
            return []  # creating the queue is the app's business
        except AzureError as error:
            self._tell("can't be read", error)
        return []

    async def _process(self, message: QueueMessage) -> None:
        try:
            raw = self._decode(message.content)
            too_often = _tries(message) > self._options.max_dequeue_count
            if raw is None or (too_often and self._poison is not None):
                await self._move_to_poison(message)
            else:
                await self._complete(message, ok=await self._run_renewing(message, raw))
        except AzureError as error:
            self._tell(f"message {message.id} will come again", error)

    def _decode(self, content: str) -> bytes | None:
        """Return what a message holds; None for what is not base64, and never runs."""
        if not self._options.base64:
            return content.encode()
        try:
            return binascii.a2b_base64("".join(content.split()), strict_mode=True)
        except ValueError:
            return None

    async def _run_renewing(self, message: QueueMessage, raw: bytes) -> bool:
        """Run the function and keep the message hidden meanwhile; what is no text fails."""
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            _LOG.warning("message %s can't be bound: it is not UTF-8", message.id)
            return False
        done = asyncio.Event()
        renewing = asyncio.create_task(self._renew(message, done))
        try:
            return await self._invoke(TriggerMessage(text, _metadata(message)))
        finally:
            done.set()
            await renewing

    async def _renew(self, message: QueueMessage, done: asyncio.Event) -> None:
        while not await set_within(done, self._invisible_for / 2):
            try:
                await self._hide(message, self._invisible_for)
            except AzureError as error:
                self._tell(f"message {message.id} can't be kept hidden", error)

    async def _complete(self, message: QueueMessage, *, ok: bool) -> None:
        if ok:
            await self._queue.delete_message(message.id, message.pop_receipt)
        elif self._poison is None:
            minutes = self._invisible_for / timedelta(minutes=1)
            told = "message %s failed, and runs again in %.0f minutes: %s has no poison queue"
            _LOG.warning(told, message.id, minutes, self._queue.queue_name)
        elif _tries(message) >= self._options.max_dequeue_count:
            await self._move_to_poison(message)
        else:
            await self._hide(message, self._options.visibility_timeout)

    async def _hide(self, message: QueueMessage, delay: timedelta) -> None:
        hidden = await self._queue.update_message(
            message.id, message.pop_receipt, visibility_timeout=_seconds(delay)
        )
        message.pop_receipt = hidden.pop_receipt

    async def _move_to_poison(self, message: QueueMessage) -> None:
        if self._poison is None:
            return
        told = "Message has reached MaxDequeueCount of %d. Moving message to queue '%s'."
        _LOG.warning(told, self._options.max_dequeue_count, self._poison.queue_name)
        try:
            await self._poison.send_message(message.content)
        except ResourceNotFoundError:
            with suppress(ResourceExistsError):
                await self._poison.create_queue()
            await self._poison.send_message(message.content)
        await self._queue.delete_message(message.id, message.pop_receipt)
        self._wakes[self._poison.queue_name].set()

    def _tell(self, what: str, error: AzureError) -> None:
        reason = (error.message or repr(error)).partition("\n")[0]
        _LOG.warning("queue '%s': %s: %s", self._queue.queue_name, what, reason)


def pause_after(empty: int, longest: timedelta, jitter: float) -> timedelta:
    """Return how long to wait after some empty answers in a row: 0.2 s, 0.3 s, 0.5 s and on."""
    grown = SHORTEST_POLL + SHORTEST_POLL * (1 << min(empty - 1, 20))
    return min(grown * (1 - POLL_JITTER + 2 * POLL_JITTER * jitter), longest)


def _metadata(message: QueueMessage) -> dict[str, str]:
    times = {
        "InsertionTime": message.inserted_on,
        "ExpirationTime": message.expires_on,
        "NextVisibleTime": message.next_visible_on,
    }
    return {
        "Id": message.id,
        "DequeueCount": str(_tries(message)),
        "PopReceipt": str(message.pop_receipt),
        **{name: at.isoformat() for name, at in times.items() if at},
    }


def _tries(message: QueueMessage) -> int:
    """How often it was taken, this time included; the service always says."""
    return message.dequeue_count or 0


def _seconds(delay: timedelta) -> int:
    """Return whole seconds; the host cuts fractions off."""
    return int(delay.total_seconds())
