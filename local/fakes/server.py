"""What the fakes share: a socket, tokens that end, and faults on demand.

A fault is taken by the next call that is about a record, not by one for a token.
"""

import asyncio
import socket
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute
from uvicorn.server import ServerState

from local.fakes.connection import Cuttable, Half, cut, endless
from local.fakes.faults import DONE, Fault, Reply

type Endpoint = Callable[[Request], Awaitable[Response]]

__all__ = ["CrmServer", "FakeServer", "Fault", "SeenRecord"]


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


class FakeServer:
    """A fake of a vendor's server; a subclass has routes and an answer for each fault.

    ``faults`` come one by one, ``write_faults`` at calls that write; ``faults_at`` come once at the
    call with this method and path, or with this number, where the first is 0; ``lasting_faults`` at
    each call with this method and path, and ``login_fault`` at each request for a token.
    ``meanwhile_at`` is what sales does just before a call, ``at_a_wait`` what happens as soon as an
    answer is SLOW or LATE.
    """

    name: str
    keeps: tuple[str, ...] = ()
    """The attributes with the tokens that it gave: clients go on to use them."""

    def __init__(self) -> None:
        """Start with no faults."""
        self.url = ""
        self.calls: list[str] = []
        self.faults: deque[Fault | Reply] = deque()
        self.write_faults: deque[Fault | Reply] = deque()
        self.faults_at: dict[str | int, Fault | Reply] = {}
        self.lasting_faults: dict[str, Fault | Reply] = {}
        self.login_fault: Fault | Reply = Fault.NONE
        self.meanwhile_at: dict[str | int, Callable[[], object]] = {}
        self.slow_seconds = 3600.0
        self.at_a_wait: Callable[[], object] = _nothing
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
        serving = await loop.create_server(lambda: Cuttable(config, state, {}), sock=listening)
        try:
            yield self
        finally:
            serving.close()
            serving.abort_clients()
            for task in state.tasks:
                task.cancel()
            await asyncio.gather(*state.tasks, return_exceptions=True)

    async def guarded(self, request: Request, do: Callable[[], Awaitable[Response]]) -> Response:
        """Answer a call about a record, with the fault that is due if there is one."""
        call = f"{request.method} {request.url.path}"
        here = (len(self.calls), call)
        self.calls.append(call)
        for meanwhile in [self.meanwhile_at.pop(at) for at in here if at in self.meanwhile_at]:
            meanwhile()
        fault = self.lasting_faults.get(call) or self._due(request, here)
        return await self._answered(request, fault, do)

    def login(self, do: Callable[[Request], Awaitable[Response]]) -> Endpoint:
        """Return what answers requests for tokens, with the fault that is planned for them."""

        async def endpoint(request: Request) -> Response:
            async def done() -> Response:
                return await do(request)

            return await self._answered(request, self.login_fault, done)

        return endpoint

    def end_tokens(self) -> None:
        """End all tokens: clients must log in again."""

    def remembered(self) -> Mapping[str, Any]:
        """Return a copy of all that it holds, with what is planned."""
        return deepcopy(vars(self))

    def restore(self, memory: Mapping[str, Any]) -> None:
        """Become what it was when it was remembered; its address and tokens stay."""
        kept = {name: vars(self)[name] for name in ("url", *self.keeps)}
        vars(self).update({**deepcopy(memory), **kept})

    def writes(self, request: Request) -> bool:
        """Tell whether a call changes something, if it is done."""
        return request.method not in {"GET", "HEAD"}

    def meets(self, fault: Fault, request: Request) -> bool:
        """Tell whether a call takes this fault; if not, the fault waits for another one."""
        del fault, request
        return True

    def settings(self) -> dict[str, str]:
        """Return the app settings that send to this server."""
        raise NotImplementedError

    def routes(self) -> list[BaseRoute]:
        """Return the routes; calls about records go through ``self.guarded``."""
        raise NotImplementedError

    def fault_answer(self, fault: Fault) -> Response:
        """Return how this vendor says UNAUTHORIZED, THROTTLED…, UNAVAILABLE or REJECTED."""
        raise NotImplementedError

    def _due(self, request: Request, here: Iterable[str | int]) -> Fault | Reply:
        """Take the fault that is due at a call."""
        if self.down:
            return Fault.UNAVAILABLE
        for at in here:
            if at in self.faults_at:
                return self.faults_at.pop(at)
        if self.write_faults and self.writes(request):
            return self.write_faults.popleft()
        fault = self.faults[0] if self.faults else Fault.NONE
        if isinstance(fault, Fault) and not self.meets(fault, request):
            return Fault.NONE
        return self.faults.popleft() if self.faults else Fault.NONE

    async def _answered(
        self, request: Request, fault: Fault | Reply, do: Callable[[], Awaitable[Response]]
    ) -> Response:
        """Return the answer to a call that meets a fault."""
        if isinstance(fault, Reply):
            if fault.done:
                await do()
            return fault.response()
        if fault is Fault.SLOW:
            await self._waited()
        done = await do() if fault in {Fault.NONE, Fault.SLOW, *DONE} else Response()
        return await self._spoiled(request, fault, done)

    async def _waited(self) -> None:
        self.at_a_wait()
        await asyncio.sleep(self.slow_seconds)

    async def _spoiled(  # noqa: PLR0911 - one per fault
        self, request: Request, fault: Fault, done: Response
    ) -> Response:
        """Return what a fault makes of an answer."""
        match fault:
            case Fault.NONE | Fault.SLOW:
                return done
            case Fault.CUT_BEFORE | Fault.CUT_AFTER:
                return cut(request)
            case Fault.HALF_A_BODY:
                return Half(done, request)
            case Fault.NO_ID:
                return JSONResponse({})
            case Fault.HTML:
                return PlainTextResponse("<html>Please log in</html>", media_type="text/html")
            case Fault.REDIRECT:
                return Response(status_code=302, headers={"Location": f"{self.url}/login"})
            case Fault.ENDLESS:
                return endless(request)
            case Fault.LATE:
                await self._waited()
                return done
            case Fault.UNAVAILABLE_AFTER:
                return self.fault_answer(Fault.UNAVAILABLE)
            case _:
                return self.fault_answer(fault)


def _nothing() -> None:
    """Happens at a wait unless told otherwise."""


class CrmServer(FakeServer):
    """A fake CRM: it has records, too, and salespeople who work on them."""

    recognises = True
    """Whether a record is found again by our id."""

    def records(self) -> list[SeenRecord]:
        """Return all records."""
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
