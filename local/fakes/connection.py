"""Connections that can be cut before or within an answer, and answers without an end."""

import asyncio
from collections.abc import AsyncIterator
from typing import override

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

CHUNK = 16 * 1024


class Cuttable(H11Protocol):
    """Gives each request its connection, so that it can be cut."""

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


def cut(request: Request) -> Response:
    """End the connection without an answer."""
    request.state.transport.abort()
    return Response()


class Half(Response):
    """Announces all of an answer, sends half of it and is cut."""

    def __init__(self, whole: Response, request: Request) -> None:
        """Take the whole answer, and the request whose connection is cut."""
        super().__init__(bytes(whole.body) or b"{}", media_type="application/json")
        self._request = request

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        half = bytes(self.body)[: len(self.body) // 2]
        await send(start)
        await send({"type": "http.response.body", "body": half, "more_body": True})
        self._request.state.transport.abort()


def endless(request: Request) -> Response:
    """Answer with a text that goes on until the client hangs up."""

    async def text() -> AsyncIterator[bytes]:
        yield b'{"id": "'
        while not request.state.transport.is_closing():
            yield b"9" * CHUNK
            await asyncio.sleep(0)

    return StreamingResponse(text(), media_type="application/json")
