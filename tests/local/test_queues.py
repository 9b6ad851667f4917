import asyncio
import base64
import logging
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from local.azurite import connection_string
from local.host_json import QueueOptions
from local.queues import INVISIBLE_FOR, Invoke, QueueListener, TriggerMessage, Wakes, pause_after

type Eventually = Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]

PLAIN = QueueOptions(base64=False, max_polling_interval=timedelta(milliseconds=200))


@pytest.fixture
async def queue(queue_service: QueueServiceClient) -> QueueClient:
    client = queue_service.get_queue_client(f"q-{uuid.uuid4().hex}")
    await client.create_queue()
    return client


@asynccontextmanager
async def listening(
    service: QueueServiceClient,
    queue: str,
    invoke: Invoke,
    options: QueueOptions = PLAIN,
    invisible_for: timedelta = INVISIBLE_FOR,
    wakes: Wakes | None = None,
) -> AsyncIterator[None]:
    stopping = asyncio.Event()
    listener = QueueListener(
        service, queue, options, invoke, invisible_for=invisible_for, wakes=wakes
    )
    running = asyncio.create_task(listener.run(stopping))
    try:
        yield
    finally:
        stopping.set()
        await running


class Recorder:
    """A function that keeps what it was given, and answers as told."""

    def __init__(self, *, ok: bool = True, takes: float = 0) -> None:
        self.got: list[TriggerMessage] = []
        self.at: list[float] = []
        self._ok = ok
        self._takes = takes

    async def __call__(self, message: TriggerMessage) -> bool:
        self.got.append(message)
        self.at.append(time.monotonic())
        await asyncio.sleep(self._takes)
        return self._ok

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.got]


async def count(queue: QueueClient) -> int:
    return (await queue.get_queue_properties()).approximate_message_count or 0


async def is_empty(queue: QueueClient) -> bool:
    return await count(queue) == 0


def poison_of(service: QueueServiceClient, queue: QueueClient) -> QueueClient:
    return service.get_queue_client(f"{queue.queue_name}-poison")


async def holds(queue: QueueClient, text: str) -> bool:
    try:
        return [message.content for message in await queue.peek_messages()] == [text]
    except ResourceNotFoundError:
        return False


async def test_success_deletes_the_message(
    queue_service: QueueServiceClient, queue: QueueClient, eventually: Eventually
) -> None:
    function = Recorder()
    await queue.send_message("<lead> & ü")

    async with listening(queue_service, queue.queue_name, function):
        await eventually(lambda: is_empty(queue))

    assert function.texts == ["<lead> & ü"]
    metadata = function.got[0].metadata
    assert metadata["DequeueCount"] == "1"
    assert set(metadata) == {
        *("Id", "DequeueCount", "PopReceipt"),
        *("InsertionTime", "ExpirationTime", "NextVisibleTime"),
    }


async def test_a_queue_is_polled_until_it_exists(
    queue_service: QueueServiceClient, eventually: Eventually
) -> None:
    function = Recorder()
    queue = queue_service.get_queue_client(f"late-{uuid.uuid4().hex}")

    async with listening(queue_service, queue.queue_name, function):
        await asyncio.sleep(0.3)
        await queue.create_queue()
        await queue.send_message("at last")
        await eventually(lambda: is_empty(queue))

    assert function.texts == ["at last"]


async def test_the_last_failure_moves_the_message_to_poison(
    queue_service: QueueServiceClient,
    queue: QueueClient,
    eventually: Eventually,
    caplog: pytest.LogCaptureFixture,
) -> None:
    function = Recorder(ok=False)
    poison = poison_of(queue_service, queue)
    await queue.send_message("bad", time_to_live=-1)

    async with listening(queue_service, queue.queue_name, function):
        await eventually(lambda: holds(poison, "bad"))
        await eventually(lambda: is_empty(queue))

    assert [message.metadata["DequeueCount"] for message in function.got] == list("12345")
    told = (
        f"Message has reached MaxDequeueCount of 5. Moving message to queue '{poison.queue_name}'."
    )
    assert told in caplog.messages
    [moved] = await poison.peek_messages()
    assert moved.expires_on is not None
    assert moved.inserted_on is not None
    assert moved.expires_on - moved.inserted_on == timedelta(days=7)


async def test_a_message_that_fails_on_a_poison_queue_runs_again_and_again(
    queue_service: QueueServiceClient,
    queue: QueueClient,
    eventually: Eventually,
    caplog: pytest.LogCaptureFixture,
) -> None:
    function = Recorder(ok=False)
    poison = poison_of(queue_service, queue)
    await poison.create_queue()
    await poison.send_message("worse")

    async def failed_thrice() -> bool:
        return len(function.got) == 3

    options = QueueOptions(
        base64=False, max_dequeue_count=1, max_polling_interval=timedelta(milliseconds=200)
    )
    hidden = timedelta(seconds=1)
    async with listening(queue_service, poison.queue_name, function, options, hidden):
        await eventually(failed_thrice)

    assert await count(poison) == 1
    assert not await holds(poison_of(queue_service, poison), "worse")
    told = f"runs again in 0 minutes: {poison.queue_name} has no poison queue"
    assert sum(told in message for message in caplog.messages) == 3


async def test_a_move_to_poison_wakes_its_listener(
    queue_service: QueueServiceClient, queue: QueueClient, eventually: Eventually
) -> None:
    kept = Recorder()
    poison = poison_of(queue_service, queue)
    await poison.create_queue()
    once = QueueOptions(base64=False, max_dequeue_count=1)
    rarely = QueueOptions(base64=False, max_polling_interval=timedelta(hours=1))
    waits: list[bool] = []

    def for_an_hour() -> float:
        waits.append(True)
        return 100_000

    async def waiting() -> bool:
        return bool(waits)

    async def came() -> bool:
        return kept.texts == ["bad"]

    wakes = Wakes()
    stopping = asyncio.Event()
    asleep = QueueListener(
        queue_service, poison.queue_name, rarely, kept, wakes=wakes, jitter=for_an_hour
    )
    running = asyncio.create_task(asleep.run(stopping))
    await eventually(waiting)
    await queue.send_message("bad")

    async with listening(queue_service, queue.queue_name, Recorder(ok=False), once, wakes=wakes):
        await eventually(came)

    stopping.set()
    await running
    assert await is_empty(poison)


@pytest.mark.parametrize(("jitter", "part"), [(0.0, 0.8), (0.5, 1.0), (1.0, 1.2)])
def test_an_empty_queue_is_polled_ever_less_often(jitter: float, part: float) -> None:
    longest = timedelta(seconds=5)

    pauses = [pause_after(empty, longest, jitter).total_seconds() for empty in range(1, 9)]

    grown = [0.1 + 0.1 * 2**n for n in range(8)]
    assert pauses == pytest.approx([min(pause * part, 5) for pause in grown])


async def test_a_message_taken_too_often_does_not_run_again(
    queue_service: QueueServiceClient, queue: QueueClient, eventually: Eventually
) -> None:
    function = Recorder()
    await queue.send_message("its worker died")
    for _ in range(2):
        message = await queue.receive_message()
        assert message is not None
        await queue.update_message(message, visibility_timeout=0)
    options = QueueOptions(base64=False, max_dequeue_count=2)

    async with listening(queue_service, queue.queue_name, function, options):
        await eventually(lambda: holds(poison_of(queue_service, queue), "its worker died"))

    assert function.got == []


async def test_base64_is_decoded_and_anything_else_is_poison(
    queue_service: QueueServiceClient, queue: QueueClient, eventually: Eventually
) -> None:
    function = Recorder()
    await queue.send_message("{not base64}")
    await queue.send_message(base64.b64encode("grüß dich".encode()).decode())

    async with listening(queue_service, queue.queue_name, function, QueueOptions()):
        await eventually(lambda: holds(poison_of(queue_service, queue), "{not base64}"))
        await eventually(lambda: is_empty(queue))

    assert function.texts == ["grüß dich"]


async def test_base64_that_is_no_text_fails_without_running(
    queue_service: QueueServiceClient, queue: QueueClient, eventually: Eventually
) -> None:
    function = Recorder()
    text = base64.b64encode(b"\xff\xfe\xfd").decode()
    await queue.send_message(text)

    async with listening(queue_service, queue.queue_name, function, QueueOptions()):
        await eventually(lambda: holds(poison_of(queue_service, queue), text))

    assert function.got == []


async def test_a_failed_message_stays_hidden_for_the_visibility_timeout(
    queue_service: QueueServiceClient, queue: QueueClient, eventually: Eventually
) -> None:
    function = Recorder(ok=False)
    options = QueueOptions(
        base64=False,
        max_dequeue_count=2,
        max_polling_interval=timedelta(milliseconds=100),
        visibility_timeout=timedelta(seconds=2),
    )
    await queue.send_message("bad")

    async with listening(queue_service, queue.queue_name, function, options):
        await eventually(lambda: holds(poison_of(queue_service, queue), "bad"))

    first, second = function.at
    assert second - first > 1  # whole seconds in Azurite


async def test_a_message_stays_hidden_while_its_function_runs(
    queue_service: QueueServiceClient, queue: QueueClient, eventually: Eventually
) -> None:
    function = Recorder(takes=5)
    await queue.send_message("slow")

    async with listening(
        queue_service, queue.queue_name, function, invisible_for=timedelta(seconds=4)
    ):
        await eventually(lambda: is_empty(queue))

    assert len(function.got) == 1


async def test_a_batch_and_the_threshold_limit_what_runs(
    queue_service: QueueServiceClient, queue: QueueClient, eventually: Eventually
) -> None:
    gate = asyncio.Semaphore(0)
    started = 0

    async def function(_message: TriggerMessage) -> bool:
        nonlocal started
        started += 1
        await gate.acquire()
        return True

    def release(number: int) -> None:
        for _ in range(number):
            gate.release()

    async def has_started(number: int) -> bool:
        return started == number

    options = QueueOptions(base64=False, batch_size=2, new_batch_threshold=1)
    for number in range(6):
        await queue.send_message(str(number))

    async with (
        listening(queue_service, queue.queue_name, function, options),
        AsyncExitStack() as end,
    ):
        end.callback(release, 6)
        await eventually(lambda: has_started(2))
        await asyncio.sleep(0.3)
        assert started == 2
        release(1)
        await eventually(lambda: has_started(4))
        await asyncio.sleep(0.3)
        assert started == 4
        release(5)
        await eventually(lambda: is_empty(queue))


async def test_stopping_lets_a_running_function_finish(
    queue_service: QueueServiceClient, queue: QueueClient, eventually: Eventually
) -> None:
    function = Recorder(takes=0.5)

    async def has_started() -> bool:
        return bool(function.got)

    await queue.send_message("last")
    async with listening(queue_service, queue.queue_name, function):
        await eventually(has_started)

    assert await is_empty(queue)


async def test_a_message_that_somebody_deleted_stops_nothing(
    queue_service: QueueServiceClient,
    queue: QueueClient,
    eventually: Eventually,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def function(message: TriggerMessage) -> bool:
        if message.text == "first":
            await queue.clear_messages()
            await queue.send_message("second")
        return True

    await queue.send_message("first")
    async with listening(queue_service, queue.queue_name, function):
        await eventually(lambda: is_empty(queue))

    [told] = [record.getMessage() for record in caplog.records if record.name == "queues"]
    assert "will come again" in told


async def test_storage_that_fails_is_told_and_tried_again(
    caplog: pytest.LogCaptureFixture, eventually: Eventually
) -> None:
    async def told_twice() -> bool:
        return len(caplog.messages) > 1

    nowhere = connection_string({"Blob": 9, "Queue": 9, "Table": 9})
    caplog.set_level(logging.WARNING)
    async with (
        QueueServiceClient.from_connection_string(nowhere, retry_total=0) as service,
        listening(service, "leads", Recorder()),
    ):
        await eventually(told_twice)

    assert all("queue 'leads': can't be read" in message for message in caplog.messages)
    assert not any("\n" in message for message in caplog.messages)
