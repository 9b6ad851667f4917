"""HTTP triggers: routes as the platform matches them, served by uvicorn."""

import asyncio
import errno
import re
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import override

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.console import log_outcome
from local.errors import StartError
from local.host_json import HostOptions
from local.runtime import Function, Runtime, http_answer, http_datum
from local.settings import resolve

GRACE_SECONDS = 10
KEEP_ALIVE_SECONDS = 60
"""Longer than clients keep a connection that is idle, such as httpx for 5 s.

At the same number, a client may send a request on a connection that is just being closed.
"""

_SEGMENTS = {
    "literal": re.compile(r"[^{}]+"),
    "parameter": re.compile(r"\{([A-Za-z_]\w*)\}"),
    "optional": re.compile(r"\{([A-Za-z_]\w*)\?\}"),
    "rest": re.compile(r"\{\*([A-Za-z_]\w*)\}"),
}
_PATTERNS = {
    "parameter": r"/(?P<{}>[^/]+)",
    "optional": r"(?:/(?P<{}>[^/]+))?",
    "rest": r"(?:/(?P<{}>.*))?",
}


@dataclass(frozen=True, slots=True)
class HttpRoute:
    """An HTTP trigger; no ``methods`` means all."""

    function: Function
    parameter: str
    methods: tuple[str, ...]
    path: str
    pattern: re.Pattern[str]

    @property
    def precedence(self) -> list[int]:
        """Sort a literal segment before a parameter before the rest of the path."""
        kinds = list(_SEGMENTS)
        return [kinds.index(_segment(part)[0]) for part in self.path.strip("/").split("/")]


def read_route(function: Function, host: HostOptions, settings: Mapping[str, str]) -> HttpRoute:
    """Read the HTTP trigger of a function; raise ``StartError`` for a route we can't match."""
    trigger = function.trigger
    parts = [*host.route_prefix.split("/"), *resolve(trigger["route"], settings).split("/")]
    try:
        found = [_segment(part) for part in parts if part]
    except ValueError as error:
        raise StartError(f"The route of {function.name} can't be matched here: {error}") from None
    pattern = "".join(
        _PATTERNS[kind].format(text) if kind in _PATTERNS else "/" + re.escape(text)
        for kind, text in found
    )
    return HttpRoute(
        function=function,
        parameter=trigger["name"],
        methods=tuple(method.upper() for method in trigger.get("methods", ())),
        path="/" + "/".join(part for part in parts if part),
        pattern=re.compile(pattern + "/?", re.IGNORECASE),
    )


def _segment(part: str) -> tuple[str, str]:
    for kind, pattern in _SEGMENTS.items():
        if match := pattern.fullmatch(part):
            return kind, match[match.lastindex or 0]
    raise ValueError(f"'{part}' is neither a text nor {{name}}, {{name?}} or {{*name}}")


class HttpTriggers:
    """The ASGI application in front of the HTTP functions."""

    def __init__(self, routes: Iterable[HttpRoute], runtime: Runtime) -> None:
        self._routes = sorted(routes, key=lambda route: route.precedence)
        self._runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; one that is cut off at the end of a run gets 503."""
        try:
            response = await self._answer(Request(scope, receive))
        except asyncio.CancelledError:
            response = Response(status_code=503)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        """Let the function of the route answer; the platform says 404 to a wrong method, too."""
        for route in self._routes:
            match = route.pattern.fullmatch(request.scope["path"])
            if match and request.method in (route.methods or (request.method,)):
                given = {name: value for name, value in match.groupdict().items() if value}
                return await self._invoke(route, request, given)
        return Response(status_code=404)

    async def _invoke(self, route: HttpRoute, request: Request, given: dict[str, str]) -> Response:
        raw_path = request.scope["raw_path"].decode()
        wrapped = http_datum(
            request.method,
            str(request.url.replace(path=raw_path)),
            headers=_joined(request.headers.items()),
            query=_joined(request.query_params.multi_items()),
            params=given,
            body=await request.body(),
        )
        outcome = await self._runtime.invoke(route.function, {route.parameter: wrapped}, {})
        response = Response(status_code=500)
        if outcome.ok:
            answer = http_answer(outcome.return_value)
            response = Response(answer.body, answer.status)
            for name, value in answer.headers:
                if name.lower() != "content-length":
                    response.headers.append(name, value)
        cause = f"{request.method} {raw_path} answered {response.status_code}"
        log_outcome(route.function.name, cause, outcome)
        return response


class _Server(uvicorn.Server):
    """Uvicorn, leaving signals to us: queue messages in flight must be finished as well."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Join the values of a repeated name by commas, as the host does."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def listen(port: int) -> socket.socket:
    """Take the port on this machine only (0: a free one), or raise ``StartError``."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        listening.close()
        in_use = error.errno == errno.EADDRINUSE
        reason = "is in use" if in_use else f"can't be used ({error.strerror})"
        raise StartError(f"Port {port} {reason}: choose another one by --port.") from None
    listening.listen()
    return listening


class HttpServer:
    """Serves the HTTP triggers on a socket that ``listen`` took."""

    def __init__(self, app: HttpTriggers, listening: socket.socket) -> None:
        self._listening = listening
        self._server = _Server(
            uvicorn.Config(
                app,
                access_log=False,
                lifespan="off",
                log_config=None,
                timeout_graceful_shutdown=GRACE_SECONDS,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                ws="none",
            )
        )

    async def run(self, stopping: asyncio.Event) -> None:
        """Serve until ``stopping``, then let requests in flight finish."""
        serving = asyncio.create_task(self._server.serve([self._listening]))
        stopped = asyncio.create_task(stopping.wait())
        await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
        self._server.should_exit = True
        await serving
        stopped.cancel()
