"""A program of the publisher's that receives notices, as ``docs/notices.md`` asks of it.

It checks the signature, and does nothing for a ``webhook-id`` that it has seen.
"""

import base64
import json
import secrets
from typing import Any, override

from standardwebhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from local.fakes.channels.server import Arrived, ChannelServer
from local.fakes.server import Fault

PATH = "/notices"


class HttpsEndpointChannelServer(ChannelServer):
    """A receiver with a secret; ``seen`` are the ids of what it has taken."""

    name = "https_endpoint"

    def __init__(self) -> None:
        """Start with a secret, and a key in its address."""
        super().__init__()
        self.secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        self.key = secrets.token_urlsafe(32)
        self.seen: set[str] = set()
        self.largest_body = 256 * 1024

    @override
    def settings(self) -> dict[str, str]:
        return {
            "NOTICE_CHANNEL": "https_endpoint",
            "NOTICE_CHANNEL_URL": f"{self.url}{PATH}?key={self.key}",
            "NOTICE_CHANNEL_SECRET": self.secret,
        }

    @override
    def routes(self) -> list[BaseRoute]:
        return [Route(PATH, self._take, methods=["POST"])]

    @override
    def fault_answer(self, fault: Fault) -> Response:
        match fault:
            case Fault.UNAUTHORIZED:
                return JSONResponse({"error": "unauthorized"}, 401)
            case Fault.THROTTLED:
                return JSONResponse({"error": "wait"}, 429, {"Retry-After": "42"})
            case Fault.THROTTLED_WITHOUT_WAIT:
                return JSONResponse({"error": "wait"}, 429)
            case Fault.REJECTED:
                return JSONResponse({"error": "unknown kind"}, 422)
            case _:
                return PlainTextResponse("Bad gateway", 502)

    async def _take(self, request: Request) -> Response:
        async def do() -> Response:
            return self._taken(request, await request.body())

        return await self.guarded(request, do)

    def _taken(self, request: Request, body: bytes) -> Response:
        headers = dict(request.headers)
        if request.query_params.get("key") != self.key:
            return self.fault_answer(Fault.UNAUTHORIZED)
        try:
            if self.secret:
                Webhook(self.secret).verify(body, headers)
        except WebhookVerificationError:
            return self.fault_answer(Fault.UNAUTHORIZED)
        if len(body) > self.largest_body:
            return JSONResponse({"error": "too large"}, 413)
        if headers["webhook-id"] in self.seen:
            return Response(status_code=204)
        told = json.loads(body)
        self.seen.add(headers["webhook-id"])
        self.arrived.append(_arrived(told))
        return Response(status_code=204)


def _arrived(told: dict[str, Any]) -> Arrived:
    texts = [told["title"], *told["paragraphs"], *(fact["value"] for fact in told["facts"])]
    items = [item["text"] for each in told["lists"] for item in each["items"]]
    lines = ["".join(part["text"] for part in text) for text in (*texts, *items)]
    quote = [told["quote"]] if told["quote"] else []
    links = tuple(link["url"] for link in told["links"])
    return Arrived(text="\n".join((*lines, *quote)), links=links, body=told)
