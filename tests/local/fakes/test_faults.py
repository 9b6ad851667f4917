"""Faults come when they are due, before or after a call is done."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.fakes.faults import Fault, Reply, asking_to_wait, page
from local.fakes.server import CrmServer
from shared.destinations.http.client import certificates


class Counter(CrmServer):
    """Counts what was done to it."""

    name = "counter"

    def __init__(self) -> None:
        super().__init__()
        self.done = 0

    def routes(self) -> list[BaseRoute]:
        return [Route("/{path:path}", self._count, methods=["GET", "POST"])]

    def fault_answer(self, fault: Fault) -> Response:
        return JSONResponse({"said": fault}, 503)

    async def _count(self, request: Request) -> Response:
        async def do() -> Response:
            self.done += 1
            return JSONResponse({"done": self.done})

        return await self.guarded(request, do)


CUT = (httpx.ReadError, httpx.RemoteProtocolError)


@pytest.mark.parametrize(
    ("fault", "done"),
    [
        (Fault.CUT_BEFORE, 0),
        (Fault.CUT_AFTER, 1),
        (Fault.HALF_A_BODY, 1),
        (Fault.LATE, 1),
        (Fault.SLOW, 0),
    ],
)
async def test_a_call_without_an_answer_is_done_or_not(fault: Fault, done: int) -> None:
    async with (
        Counter().running() as server,
        httpx.AsyncClient(timeout=0.2, verify=certificates()) as client,
    ):
        server.faults.append(fault)

        with pytest.raises((*CUT, httpx.ReadTimeout)):
            await client.post(server.url)

        assert server.done == done


@pytest.mark.parametrize(
    ("fault", "status", "done"),
    [
        (Fault.UNAVAILABLE, 503, 0),
        (Fault.UNAVAILABLE_AFTER, 503, 1),
        (page(521), 521, 0),
        (page(200, done=True), 200, 1),
        (Reply(status=477, body=b"null"), 477, 0),
        (asking_to_wait("0", done=True), 429, 1),
    ],
)
async def test_an_answer_in_place_of_the_crms_own(
    fault: Fault | Reply, status: int, done: int
) -> None:
    async with Counter().running() as server, httpx.AsyncClient(verify=certificates()) as client:
        server.faults.append(fault)

        answer = await client.post(server.url)

        assert (answer.status_code, server.done) == (status, done)
        if isinstance(fault, Reply):
            assert answer.content == fault.body
            assert (
                answer.headers.items()
                >= {name.lower(): value for name, value in fault.headers.items()}.items()
            )
        assert (await client.post(server.url)).json() == {"done": done + 1}


async def test_a_fault_meets_the_call_that_it_is_planned_for() -> None:
    async with Counter().running() as server, httpx.AsyncClient(verify=certificates()) as client:
        server.faults_at = {1: page(502), "POST /a": page(409)}

        answers = [
            await client.get(server.url),
            await client.get(server.url),
            await client.post(f"{server.url}/a"),
            await client.post(f"{server.url}/a"),
        ]

        assert [answer.status_code for answer in answers] == [200, 502, 409, 200]
        assert json.loads(answers[-1].content) == {"done": 2}
        assert server.calls == ["GET /", "GET /", "POST /a", "POST /a"]


async def test_what_sales_does_meanwhile_comes_before_the_call() -> None:
    async with Counter().running() as server, httpx.AsyncClient(verify=certificates()) as client:

        def sales_is_faster() -> None:
            server.done = 7

        server.meanwhile_at[1] = sales_is_faster

        assert (await client.get(server.url)).json() == {"done": 1}
        assert (await client.get(server.url)).json() == {"done": 8}


async def test_an_endless_answer_ends_when_the_client_hangs_up() -> None:
    async with Counter().running() as server, httpx.AsyncClient(verify=certificates()) as client:
        server.faults.append(Fault.ENDLESS)

        async with client.stream("POST", server.url) as answer:
            sizes = [len(chunk) async for chunk in take(answer.aiter_bytes(), 20)]

        assert sum(sizes) > 64 * 1024
        assert (await client.post(server.url)).json() == {"done": 2}


async def take[T](source: AsyncIterator[T], most: int) -> AsyncIterator[T]:
    for _ in range(most):
        yield await anext(source)


async def test_a_fault_of_writes_waits_for_one() -> None:
    async with Counter().running() as server, httpx.AsyncClient(verify=certificates()) as client:
        server.write_faults.append(page(502))

        answers = [await client.get(server.url), await client.post(server.url)]

        assert [answer.status_code for answer in answers] == [200, 502]


async def test_a_fake_becomes_what_it_was() -> None:
    async with Counter().running() as server, httpx.AsyncClient(verify=certificates()) as client:
        before = server.remembered()
        for _ in range(2):
            server.faults.append(page(502))
            await client.post(server.url)
            assert (await client.post(server.url)).json() == {"done": 1}

            server.restore(before)

        assert (server.done, server.calls, [*server.faults]) == (0, [], [])
