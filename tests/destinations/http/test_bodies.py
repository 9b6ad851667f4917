"""Of an answer, so much is read as was agreed, whatever its headers say."""

import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from shared.destinations.http.answers import Request
from shared.destinations.http.client import (
    LONGEST_ANSWER,
    LONGEST_ECHO,
    LONGEST_ERROR,
    HttpClient,
)
from shared.domain.errors import CrmOutcomeUnknownError, CrmUnavailableError
from tests.destinations.http.served import said, serving

READ = Request(method="GET", path="/thing?a=1", writes=False)
CREATE = Request(method="POST", path="/things", writes=True, json={"name": "ü"})


@asynccontextmanager
async def client(url: str) -> AsyncIterator[HttpClient]:
    http = HttpClient(url)
    try:
        yield http
    finally:
        await http.close()


@pytest.mark.parametrize(
    ("request_", "status", "longest", "read"),
    [
        (READ, 200, 100_000, 100_000),
        (READ, 200, LONGEST_ANSWER, LONGEST_ANSWER),
        (CREATE, 200, LONGEST_ANSWER, LONGEST_ECHO),
        (CREATE, 400, LONGEST_ANSWER, LONGEST_ECHO),
        (READ, 400, 100_000, LONGEST_ERROR),
    ],
)
async def test_no_more_of_an_answer_is_read_than_was_agreed(
    request_: Request, status: int, longest: int, read: int
) -> None:
    sent = 0

    async def without_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status} -\r\nContent-Encoding: identity\r\n\r\n".encode())
        with suppress(ConnectionError):
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()
                sent += 65_536

    async with await asyncio.start_server(without_end, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        http = HttpClient(f"http://127.0.0.1:{port}", longest_answer=longest)
        answer = await http.call(request_, accept=frozenset({400}))
        await http.close()

    assert (answer.status_code, len(answer.content)) == (status, read)
    assert sent < read + 64 * 1024 * 1024  # what the sockets hold


async def test_an_answer_that_was_compressed_unasked_is_read_all_the_same() -> None:
    packed = gzip.compress(b'{"id": 1}')
    head = f"HTTP/1.1 200 -\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    async with serving(head.encode() + packed) as served, client(served.url) as http:
        answer = await http.call(READ)

    assert answer.json() == {"id": 1}
    assert "\r\nAccept-Encoding: identity\r\n" in served.asked[0]


@pytest.mark.parametrize("header", [b"Server: caf\xe9", "X-Via: Zürich, 東京".encode(), b"X: \xff"])
@pytest.mark.parametrize("status", [201, 404])
async def test_a_header_may_hold_any_bytes(header: bytes, status: int) -> None:
    answer = said(status, "{}", "X-Last: 1").replace(b"X-Last: 1", header + b"\r\nX-Last: 1")
    async with serving(answer) as served, client(served.url) as http:
        found = await http.call(CREATE, accept=frozenset({404}))

    assert (found.status_code, found.text, found.headers["X-Last"]) == (status, "{}", "1")


CODECS = ("rot13", "hex", "zlib", "idna", "undefined", "utf-16", "punycode", "unicode_escape")


@pytest.mark.parametrize("charset", CODECS)
async def test_a_text_is_utf_8_whatever_its_label_says(charset: str) -> None:
    label = f"Content-Type: text/plain; charset={charset}"
    async with serving(said(200, "caf\u00e9", label)) as served, client(served.url) as http:
        found = await http.call(READ)

    assert found.text == "caf\u00e9"


def packed(body: bytes, encoding: str) -> bytes:
    head = f"HTTP/1.1 200 -\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def test_a_packed_answer_is_unpacked_to_the_limit_and_not_further() -> None:
    bomb = packed(gzip.compress(bytes(64 * LONGEST_ECHO)), "gzip")
    tracemalloc.start()
    try:
        async with serving(bomb) as served, client(served.url) as http:
            answer = await http.call(CREATE)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert len(answer.content) == LONGEST_ECHO
    assert peak < 16 * LONGEST_ECHO


@pytest.mark.parametrize(
    "answer",
    [
        packed(gzip.compress(gzip.compress(b"{}")), "gzip, gzip"),
        packed(b"{}", "br"),
        packed(b"{}", "gzip"),
        packed(gzip.compress(b"{}")[:-9], "gzip"),
    ],
    ids=["twice", "unknown", "not_packed", "cut"],
)
async def test_what_can_not_be_unpacked_is_no_usable_answer(answer: bytes) -> None:
    async with serving(answer, answer) as served, client(served.url) as http:
        with pytest.raises(CrmOutcomeUnknownError, match="gave no whole answer: DecodingError"):
            await http.call(CREATE)
        with pytest.raises(CrmUnavailableError, match="gave no whole answer: DecodingError"):
            await http.call(READ)
