"""Azure Communication Services, as far as it sends e-mails.

https://learn.microsoft.com/rest/api/communication/email/email/send and, for the limits,
https://learn.microsoft.com/azure/communication-services/concepts/service-limits#email
"""

import json
import re
import uuid
from collections.abc import Callable
from time import monotonic
from typing import Any, override

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from local.fakes.channels.server import Arrived, ChannelServer, RateLimit
from local.fakes.server import Fault

VERSIONS = {"2023-03-31", "2025-09-01"}
MOST_RECIPIENTS = 50
LARGEST_REQUEST = 10 * 1024 * 1024
REMEMBERED_SECONDS = 300
"""How long a repeated request is recognised."""

OWN_DOMAIN = ((30, 60), (100, 3600))
MANAGED_DOMAIN = ((5, 60), (10, 3600))
"""Mails within seconds; a domain that Azure manages may send few."""

ADDRESS = re.compile(r"[^@\s<>,;]+@([^@\s<>,;]+\.[^@\s<>,;]+)")
HREF = re.compile(r'href="([^"]*)"')


class EmailServer(ChannelServer):
    """A resource with one linked domain."""

    name = "email"

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Start with a domain of the publisher's own."""
        super().__init__(clock)
        self.token = "local"  # noqa: S105 - opens nothing
        self.domain = "fabrikam.example"
        self.headers: list[dict[str, str]] = []
        self._repeatable: dict[str, tuple[float, str]] = {}
        self.limit_to(OWN_DOMAIN)

    def limit_to(self, rates: tuple[tuple[int, int], ...]) -> None:
        """Allow so many mails within so many seconds."""
        self.limits = [RateLimit(calls, seconds, self.clock) for calls, seconds in rates]

    @override
    def settings(self) -> dict[str, str]:
        return {
            "NOTICE_CHANNEL": "email",
            "NOTICE_TO": "sales@fabrikam.example",
            "EMAIL_ENDPOINT": self.url,
            "EMAIL_SENDER": f"leads@{self.domain}",
        }

    @override
    def routes(self) -> list[BaseRoute]:
        return [Route("/emails:send", self._take, methods=["POST"])]

    @override
    def fault_answer(self, fault: Fault) -> Response:
        match fault:
            case Fault.UNAUTHORIZED:
                return _error(401, "Denied", "Denied by the resource provider.")
            case Fault.THROTTLED:
                return _error(429, "TooManyRequests", "Wait.", {"Retry-After": "42"})
            case Fault.THROTTLED_WITHOUT_WAIT:
                return _error(429, "TooManyRequests", "Wait.")
            case Fault.REJECTED:
                return _error(400, "InvalidArgument", "The recipient is on a suppression list.")
            case _:
                return PlainTextResponse("Service unavailable", 503)

    async def _take(self, request: Request) -> Response:
        async def do() -> Response:
            return self._taken(request, await request.body())

        return await self.guarded(request, do)

    def _taken(self, request: Request, body: bytes) -> Response:
        self.headers.append(dict(request.headers))
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return self.fault_answer(Fault.UNAUTHORIZED)
        fault = self._fault_of(request) or self._fault_in(body)
        if fault:
            return fault
        operation = request.headers.get("operation-id") or str(uuid.uuid4())
        known = self._known(request)
        if known:
            return self._accepted(known)
        wait = max(limit.wait() for limit in self.limits)
        if wait:
            return _error(429, "TooManyRequests", "Wait.", {"Retry-After": str(wait)})
        self._send(json.loads(body))
        self._repeatable[request.headers.get("repeatability-request-id", "")] = (
            self.clock(),
            operation,
        )
        return self._accepted(operation)

    def _fault_of(self, request: Request) -> Response | None:
        headers = request.headers
        if request.query_params.get("api-version") not in VERSIONS:
            return _error(400, "UnsupportedApiVersion", "The API version is not supported.")
        if "operation-id" in headers and not _is_uuid(headers["operation-id"]):
            return _error(400, "BadRequest", "The Operation-Id is not a GUID.")
        both = ("repeatability-request-id" in headers) == ("repeatability-first-sent" in headers)
        if not both:
            return _error(400, "BadRequest", "Both repeatability headers are needed.")
        return None

    def _fault_in(self, body: bytes) -> Response | None:
        if len(body) > LARGEST_REQUEST:
            return _error(413, "RequestEntityTooLarge", "The request is too large.")
        try:
            mail = json.loads(body)
            content, to = mail["content"], mail["recipients"]["to"]
            addresses = [each["address"] for each in (*to, {"address": mail["senderAddress"]})]
        except (ValueError, LookupError, TypeError):
            return _error(400, "BadRequest", "The request body is not valid.")
        if not content.get("subject") or not (content.get("plainText") or content.get("html")):
            return _error(400, "BadRequest", "Subject and content are needed.")
        if not 0 < len(to) <= MOST_RECIPIENTS or not all(map(ADDRESS.fullmatch, addresses)):
            return _error(400, "InvalidArgument", "Invalid format for email address.")
        sender = ADDRESS.fullmatch(mail["senderAddress"])
        if sender is None or sender[1] != self.domain:
            return _error(404, "DomainNotLinked", "The sender domain has not been linked.")
        return None

    def _known(self, request: Request) -> str:
        """Return the operation of a request that was done before, and is remembered."""
        given = request.headers.get("repeatability-request-id", "")
        at, operation = self._repeatable.get(given, (0.0, ""))
        fresh = operation and self.clock() - at < REMEMBERED_SECONDS
        return operation if given and fresh else ""

    def _accepted(self, operation: str) -> Response:
        where = f"{self.url}/emails/operations/{operation}?api-version=2025-09-01"
        headers = {"Operation-Location": where, "retry-after": "30"}
        return JSONResponse({"id": operation, "status": "Running", "error": None}, 202, headers)

    def _send(self, mail: dict[str, Any]) -> None:
        content = mail["content"]
        self.arrived.append(
            Arrived(
                text=f"{content['subject']}\n\n{content.get('plainText', '')}",
                links=tuple(HREF.findall(content.get("html", ""))),
                mentions=tuple(each["address"] for each in mail["recipients"]["to"]),
                body=mail,
            )
        )


def _is_uuid(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False


def _error(
    status: int, code: str, message: str, headers: dict[str, str] | None = None
) -> JSONResponse:
    told = {"error": {"code": code, "message": message}}
    return JSONResponse(told, status, {"x-ms-error-code": code, **(headers or {})})
