"""A write that something on the way has answered may be done, whatever fails after it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.destinations.http.answers import Request
from shared.destinations.http.tokens import Token, Tokens
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmUnavailableError,
)
from tests.destinations.http.asking import CREATE, LONG, READ, client
from tests.destinations.http.served import Served, said, serving
from tests.fakes import Clock


def busy_login() -> CrmUnavailableError:
    return CrmUnavailableError("login: 503")


def refused_login() -> CrmCredentialsError:
    return CrmCredentialsError("login: invalid_client")


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize(("failing", "trouble"), [(busy_login, False), (refused_login, True)])
async def test_a_write_that_a_proxy_answered_stays_unknown_if_the_login_fails(
    failing: Callable[[], CrmError], *, trouble: bool, repeatable: bool
) -> None:
    given = [Token("t1", Clock()() + LONG)]

    async def fetch() -> Token:
        if not given:
            raise failing()
        return given.pop()

    async with (
        serving(said(401, "<html>")) as served,
        client(served.url, Tokens(fetch, Clock())) as http,
    ):
        with pytest.raises(CrmOutcomeUnknownError, match=r"^login: ") as raised:
            await http.call(replace(CREATE, repeatable=repeatable))

    assert raised.value.trouble is trouble


@pytest.mark.parametrize("request_", [READ, CREATE])
async def test_what_the_vendor_itself_refused_is_not_done_if_the_login_fails(
    request_: Request,
) -> None:
    given = [Token("t1", Clock()() + LONG)]

    async def fetch() -> Token:
        if not given:
            raise busy_login()
        return given.pop()

    async with (
        serving(said(401, "expired")) as served,
        client(served.url, Tokens(fetch, Clock())) as http,
    ):
        with pytest.raises(CrmUnavailableError, match=r"^login: 503$"):
            await http.call(request_)


async def test_a_repeatable_write_that_is_not_reached_again_stays_unknown() -> None:
    served = Served([said(401, "<html>")])
    server = await asyncio.start_server(served.answer, "127.0.0.1", 0)

    async def fetch() -> Token:
        if served.asked:
            server.close()
            await server.wait_closed()
        return Token(f"t{len(served.asked)}", Clock()() + LONG)

    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with client(url, Tokens(fetch, Clock())) as http:
        with pytest.raises(CrmOutcomeUnknownError, match="can't be reached"):
            await http.call(replace(CREATE, repeatable=True))
