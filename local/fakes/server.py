"""What the fake CRMs share: a socket, tokens that end, and faults on demand.

A fault is taken by the next call that is about a record, not by one for a token. ``CUT_BEFORE`` and
``CUT_AFTER`` end the connection without an answer, before and after the call was done.
"""

import asyncio
import socket
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Self, override

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState


class Fault(StrEnum):
    """What can go wrong with a call; ``NONE`` lets one through."""

    NONE = "none"
    UNAUTHORIZED = "unauthorized"
    THROTTLED = "throttled"
    THROTTLED_WITHOUT_WAIT = "throttled_without_wait"
    UNAVAILABLE = "unavailable"
    REJECTED = "rejected"
    CUT_BEFORE = "cut_before"
    CUT_AFTER = "cut_after"
    HALF_A_BODY = "half_a_body"
    HTML = "html"
    NO_ID = "no_id"
    REDIRECT = "redirect"
    SLOW = "slow"


@dataclass(kw_only=True)
class SeenRecord:
    """A record as the contract suite looks at it, whatever the CRM calls its fields.

    ``values`` are by our contact fields; ``notes`` hold the text of every note, ``description``
    that of the record itself.
    """

    record_id: str
    lead_id: str
    values: dict[str, str]
    owner: str
    status: str
    description: str
    notes: list[str]
    do_not_contact: bool


class CrmServer:
    """A fake CRM; a subclass has routes, an answer for each fault, and a view of its records."""

    name: str
    recognises = True
    """Whether a record is found again by our id."""

    def __init__(self) -> None:
        """Start with no records and no faults."""
        self.url = ""
        self.calls: list[str] = []
        self.faults: deque[Fault] = deque()
        self.slow_seconds = 3600.0
        self.down = False

    @asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator[Self]:
        """Serve on a socket of loopback until the end of ``async with``."""
        listening = socket.create_server(("127.0.0.1", port))
        # Connections inherit it; without it each answer waits for 40 ms.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(
            Starlette(routes=self.routes()), lifespan="off", log_config=None, access_log=False
        )
        config.load()
        state = ServerState()
        loop = asyncio.get_running_loop()
        serving = await loop.create_server(lambda: _Cuttable(config, state, {}), sock=listening)
        try:
            yield self
        finally:
            serving.close()
            serving.abort_clients()
            for task in state.tasks:
                task.cancel()
            await asyncio.gather(*state.tasks, return_exceptions=True)

    async def guarded(  # noqa: PLR0911 - one per fault
        self, request: Request, do: Callable[[], Awaitable[Response]]
    ) -> Response:
        """Answer a call about a record, with the next fault if there is one."""
        self.calls.append(f"{request.method} {request.url.path}")
        fault = self.faults.popleft() if self.faults else None
        if self.down:
            fault = Fault.UNAVAILABLE
        match fault:
            case None | Fault.NONE:
                return await do()
            case Fault.CUT_BEFORE:
                return _cut(request)
            case Fault.CUT_AFTER:
                await do()
                return _cut(request)
            case Fault.HALF_A_BODY:
                return _Half(await do(), request)
            case Fault.NO_ID:
                await do()
                return JSONResponse({})
            case Fault.HTML:
                return PlainTextResponse("<html>Please log in</html>", media_type="text/html")
            case Fault.REDIRECT:
                return Response(status_code=302, headers={"Location": f"{self.url}/login"})
            case Fault.SLOW:
                await asyncio.sleep(self.slow_seconds)
                return await do()
            case _:
                return self.fault_answer(fault)

    def settings(self) -> dict[str, str]:
        """Return the app settings that deliver to this server."""
        raise NotImplementedError

    def routes(self) -> list[BaseRoute]:
        """Return the routes; calls about records go through ``self.guarded``."""
        raise NotImplementedError

    def records(self) -> list[SeenRecord]:
        """Return all records."""
        raise NotImplementedError

    def fault_answer(self, fault: Fault) -> Response:
        """Return how this vendor says UNAUTHORIZED, THROTTLED…, UNAVAILABLE or REJECTED."""
        raise NotImplementedError

    def sales_acts(self, record_id: str) -> None:
        """Let a salesperson follow up, as sales would in this CRM."""
        raise NotImplementedError

    def sales_corrects(self, record_id: str, field: str, value: str) -> None:
        """Let a salesperson change one of our contact fields, by our name."""
        raise NotImplementedError

    def sales_owns(self, record_id: str, owner: str, status: str) -> None:
        """Let a salesperson take the record over."""
        raise NotImplementedError

    def sales_deletes(self, record_id: str) -> None:
        """Let a salesperson delete the record."""
        raise NotImplementedError

    def sales_ticks_off(self, reminder_id: str) -> None:
        """Let a salesperson tick off one of our reminders, by the id that ``remind`` returned."""
        raise NotImplementedError


class _Cuttable(H11Protocol):
    """Gives each request its connection, so that it can be cut."""

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


def _cut(request: Request) -> Response:
    request.state.transport.abort()
    return Response()


class _Half(Response):
    """Announces all of an answer, sends half of it and is cut."""

    def __init__(self, whole: Response, request: Request) -> None:
        super().__init__(bytes(whole.body) or b"{}", media_type="application/json")
        self._request = request

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        half = bytes(self.body)[: len(self.body) // 2]
        await send(start)
        await send({"type": "http.response.body", "body": half, "more_body": True})
        self._request.state.transport.abort()
