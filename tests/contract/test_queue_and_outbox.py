"""The ports ``PushQueue`` and ``Outbox``, in memory and on Azurite."""

from datetime import timedelta

import pytest

from shared.domain.envelope import Push, parse_message
from shared.domain.errors import StorageUnavailableError
from shared.ports.queue import Outbox, OutboxRow
from tests.contract.subjects import Queue
from tests.fakes import START

LARGEST_PUSH = Push(
    submission_id="5" * 32,
    received_at=START,
    content_type="ü" * 256,
    body=bytes(range(256)) * 128,
    traceparent=f"00-{'a' * 32}-{'b' * 16}-01",
).to_text()


@pytest.mark.parametrize("text", ["<b>Grüße</b> & 🙂", '{"a":\n"b"}', "eyJ9", LARGEST_PUSH])
async def test_a_message_comes_as_it_was_sent(queue: Queue, text: str) -> None:
    await queue.queue.send(text)

    assert await queue.take() == text
    assert await queue.take() is None


async def test_the_largest_push_is_understood_when_it_comes(queue: Queue) -> None:
    await queue.queue.send(LARGEST_PUSH)

    text = await queue.take()

    assert text is not None
    assert parse_message(text).to_text() == LARGEST_PUSH


async def test_a_delayed_message_does_not_show_yet(queue: Queue) -> None:
    await queue.queue.send("later", timedelta(days=6))
    await queue.queue.send("now")

    assert await queue.take() == "now"
    assert await queue.take() is None


async def test_a_message_of_64_kib_is_the_largest(queue: Queue) -> None:
    await queue.queue.send("x" * 64 * 1024)

    with pytest.raises(StorageUnavailableError, match=r"^storage: 413 RequestBodyTooLarge$"):
        await queue.queue.send("x" * 64 * 1024 + "x")


async def test_an_outbox_that_is_not_there_is_empty(outbox: Outbox) -> None:
    assert await outbox.waiting(limit=10) == []


async def test_the_oldest_messages_wait_in_front(outbox: Outbox) -> None:
    for key in ("20261102T2|b", "20261102T1|c", "20261102T2|a"):
        await outbox.keep(key, f"message {key}")

    assert [row.key for row in await outbox.waiting(limit=10)] == [
        "20261102T1|c",
        "20261102T2|a",
        "20261102T2|b",
    ]
    assert [row.key for row in await outbox.waiting(limit=2)] == ["20261102T1|c", "20261102T2|a"]


async def test_a_message_waits_as_it_was_kept_once(outbox: Outbox) -> None:
    await outbox.keep("1|a", "“first”")
    await outbox.keep("1|a", LARGEST_PUSH)

    assert await outbox.waiting(limit=10) == [OutboxRow(key="1|a", message=LARGEST_PUSH)]


async def test_a_message_that_was_queued_waits_no_more(outbox: Outbox) -> None:
    await outbox.keep("1|a", "first")
    await outbox.keep("2|b", "second")
    first, second = await outbox.waiting(limit=10)

    await outbox.delete(first)
    await outbox.delete(first)

    assert await outbox.waiting(limit=10) == [second]
