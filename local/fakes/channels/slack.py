"""An incoming webhook of Slack: ``ok``, or one of its error words.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and, for the limits,
https://docs.slack.dev/reference/block-kit/blocks
"""

import json
import re
import secrets
from collections.abc import Callable
from html import unescape
from time import monotonic
from typing import Any, override

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from local.fakes.channels.blocks import BlocksError, read_blocks
from local.fakes.channels.server import Arrived, ChannelServer, RateLimit
from local.fakes.server import Fault

BURST = 3
"""Messages that may follow at once; in the long run it is one a second for a channel."""

SPECIAL = re.compile(r"<([!@#])([^>|]*)[^>]*>")


class SlackServer(ChannelServer):
    """A webhook that posts to one channel."""

    name = "slack"

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Start with an address of its own."""
        super().__init__(clock)
        self.path = f"/services/T0001/B0001/{secrets.token_urlsafe(18)}"
        self.limit = RateLimit(BURST, BURST, clock)
        self.word = "no_service"
        """What it answers when it rejects a message."""

    @override
    def settings(self) -> dict[str, str]:
        return {"NOTICE_CHANNEL": "slack", "NOTICE_CHANNEL_URL": f"{self.url}{self.path}"}

    @override
    def routes(self) -> list[BaseRoute]:
        return [Route("/services/{rest:path}", self._take, methods=["POST"])]

    @override
    def fault_answer(self, fault: Fault) -> Response:
        match fault:
            case Fault.UNAUTHORIZED:
                return PlainTextResponse("invalid_token", 403)
            case Fault.THROTTLED:
                return PlainTextResponse("rate_limited", 429, {"Retry-After": "42"})
            case Fault.THROTTLED_WITHOUT_WAIT:
                return PlainTextResponse("rate_limited", 429)
            case Fault.REJECTED:
                return PlainTextResponse(self.word, STATUS[self.word])
            case _:
                return PlainTextResponse("rollup_error", 500)

    async def _take(self, request: Request) -> Response:
        async def do() -> Response:
            return self._taken(request.url.path, await request.body())

        return await self.guarded(request, do)

    def _taken(self, path: str, body: bytes) -> Response:
        if path != self.path:
            return PlainTextResponse("no_service", 404)
        wait = self.limit.wait()
        if wait:
            return PlainTextResponse("rate_limited", 429, {"Retry-After": str(wait)})
        try:
            self._post(json.loads(body))
        except BlocksError as error:
            return PlainTextResponse(error.word, 400)
        except ValueError:
            return PlainTextResponse("invalid_payload", 400)
        return PlainTextResponse("ok")

    def _post(self, told: Any) -> None:  # noqa: ANN401 - as JSON is
        if not isinstance(told, dict):
            raise BlocksError("invalid_payload", "not an object")
        if not told.get("text"):
            raise BlocksError("no_text", "no text for notifications")
        text, links, marked_up = read_blocks(told.get("blocks", []))
        special = SPECIAL.findall(f"{told['text']}\n{marked_up}")
        mentions = tuple(name for kind, name in special if kind in "!@")
        self.arrived.append(Arrived(text=unescape(text), links=links, mentions=mentions, body=told))


STATUS = {
    "action_prohibited": 403,
    "channel_is_archived": 410,
    "channel_not_found": 404,
    "invalid_blocks": 400,
    "invalid_payload": 400,
    "no_service": 404,
    "no_text": 400,
}
