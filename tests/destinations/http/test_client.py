"""The way to a CRM: what goes out, tokens, and what it means that nothing usable comes back."""

import asyncio
import gc
import math
import ssl
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared.destinations.http.answers import Request
from shared.destinations.http.client import (
    HttpClient,
)
from shared.destinations.http.tokens import Token, Tokens
from shared.domain.errors import (
    CrmCredentialsError,
    CrmOutcomeUnknownError,
    CrmUnavailableError,
)
from tests.destinations.http.asking import CREATE, LONG, READ, client
from tests.destinations.http.served import said, serving
from tests.fakes import Clock


class Issuer:
    """Gives tokens that are numbered."""

    def __init__(self, clock: Clock, lasts: timedelta = LONG) -> None:
        self.clock = clock
        self.lasts = lasts
        self.given = 0

    async def __call__(self) -> Token:
        await asyncio.sleep(0)
        self.given += 1
        return Token(f"t{self.given}", self.clock() + self.lasts)


async def test_a_request_goes_out_as_it_was_given() -> None:
    async with (
        serving(said(200, "ok"), said(201, "{}")) as served,
        client(f"{served.url}/") as http,
    ):
        read = await http.call(replace(READ, headers={"If-Match": "*"}))
        created = await http.call(CREATE)

    assert (read.text, created.status_code) == ("ok", 201)
    assert served.asked[0].startswith("GET /thing?a=1 HTTP/1.1\r\n")
    assert "\r\nIf-Match: *\r\n" in served.asked[0]
    assert "authorization" not in served.asked[0].lower()
    assert served.asked[1].endswith('{"name":"ü"}')


async def test_an_answer_that_is_no_success_is_returned_where_it_was_expected() -> None:
    async with serving(said(404, "none")) as served, client(served.url) as http:
        found = await http.call(READ, accept=frozenset({404}))

    assert found.status_code == 404


async def test_a_token_is_fetched_once_for_many_and_sent_as_a_bearer() -> None:
    issuer = Issuer(Clock())
    async with (
        serving(*[said(200)] * 5) as served,
        client(served.url, Tokens(issuer, issuer.clock)) as http,
    ):
        await asyncio.gather(*(http.call(READ) for _ in range(5)))

    assert issuer.given == 1
    assert all("\r\nAuthorization: Bearer t1\r\n" in asked for asked in served.asked)


@pytest.mark.parametrize(
    ("request_", "refusal"), [(READ, ""), (READ, "expired"), (CREATE, "expired")]
)
async def test_a_token_that_is_refused_is_fetched_anew_once(
    request_: Request, refusal: str
) -> None:
    issuer = Issuer(Clock())
    answers = [said(401, refusal), said(200), said(401, refusal), said(401, "who are you?")]
    async with (
        serving(*answers) as served,
        client(served.url, Tokens(issuer, issuer.clock)) as http,
    ):
        await http.call(request_)
        meant = CrmOutcomeUnknownError if request_.writes else CrmCredentialsError
        with pytest.raises(meant, match=r"^401 Unauthorized$"):
            await http.call(request_)

    assert issuer.given == 3
    assert len(served.asked) == 4


async def test_a_write_is_not_sent_again_on_the_word_of_a_proxy() -> None:
    issuer = Issuer(Clock())
    async with (
        serving(said(401, "<html>"), said(200)) as served,
        client(served.url, Tokens(issuer, issuer.clock)) as http,
    ):
        with pytest.raises(CrmOutcomeUnknownError, match=r"^401 Unauthorized$"):
            await http.call(CREATE)
        await http.call(CREATE)

    assert "Authorization: Bearer t2" in served.asked[1]


async def test_a_token_is_renewed_before_it_ends_once_for_many_that_wait() -> None:
    clock = Clock()
    issuer = Issuer(clock)
    tokens = Tokens(issuer, clock)
    assert await tokens.get() == "t1"
    clock.advance(LONG - timedelta(minutes=5))
    assert await tokens.get() == "t1"
    clock.advance(timedelta(seconds=1))

    assert set(await asyncio.gather(*(tokens.get() for _ in range(9)))) == {"t2"}
    assert set(await asyncio.gather(*(tokens.get(instead_of="t2") for _ in range(9)))) == {"t3"}


async def test_a_client_that_was_never_used_needs_no_closing() -> None:
    async with client("http://127.0.0.1:1") as http:
        await http.close()


async def test_a_refused_connection_has_done_nothing() -> None:
    async with serving() as served:
        url = served.url
    async with client(url) as http:
        with pytest.raises(CrmUnavailableError, match=r"^127\.0\.0\.1:\d+ can't be reached: "):
            await http.call(CREATE)


@pytest.mark.parametrize(
    "odd",
    [
        {"path": "/more\x01"},
        {"path": f"/{'a' * 70_000}"},
        {"path": "/\ud800"},
        {"json": {"name": "\ud800"}},
        {"json": {"number": math.nan}},
    ],
)
async def test_a_request_that_can_not_be_written_was_not_sent(odd: dict[str, Any]) -> None:
    async with client("http://127.0.0.1:1") as http:
        with pytest.raises(
            CrmUnavailableError, match=r"^127\.0\.0\.1:1 was not sent a request that"
        ):
            await http.call(replace(CREATE, **odd))


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 -\r\nContent-Length: 9\r\n\r\nhalf", b"??"])
async def test_a_lost_answer_leaves_the_outcome_of_a_write_unknown(answer: bytes) -> None:
    async with serving(answer, answer) as served, client(served.url) as http:
        with pytest.raises(CrmOutcomeUnknownError, match=r"gave no whole answer: Remote"):
            await http.call(CREATE)
        with pytest.raises(CrmUnavailableError, match=r"gave no whole answer: Remote"):
            await http.call(READ)


async def test_a_slow_answer_is_a_lost_one() -> None:
    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(never, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        http = HttpClient(f"http://127.0.0.1:{port}", timeout=httpx.Timeout(5, read=0.05))
        with pytest.raises(CrmOutcomeUnknownError, match="gave no whole answer: ReadTimeout"):
            await http.call(CREATE)
        await http.close()


async def test_certificates_are_read_once_for_all_connections() -> None:
    def contexts() -> int:
        return sum(isinstance(it, ssl.SSLContext) for it in gc.get_objects())

    async with serving(said(200), said(200)) as served, client(served.url) as first:
        await first.call(READ)
        before = contexts()
        async with client(served.url) as second:
            await second.call(READ)
            assert contexts() == before


async def test_no_proxy_and_no_password_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with serving(said(200, "direct")) as served, client(served.url) as http:
        answer = await http.call(READ)

    assert answer.text == "direct"
    assert "authorization" not in served.asked[0].lower()
