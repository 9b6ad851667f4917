"""A Workflows webhook of Teams, with the flow of the template "Send webhook alerts to a channel".

It answers 202 to whatever is JSON: what is wrong with a card shows in the flow's run only, so
``failed_runs`` is what a maker of the flow would find. See
https://learn.microsoft.com/power-automate/teams/send-a-message-in-teams
"""

import json
import secrets
from typing import Any, override

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from local.fakes.channels.card import CardError, read_card
from local.fakes.channels.server import Arrived, ChannelServer
from local.fakes.flow import flow_error, flow_fault
from local.fakes.server import Fault

PATH = "/powerautomate/automations/direct/workflows/5e1f/triggers/manual/paths/invoke"
LARGEST_CARD = 24_000
"""Bytes of a request: one of 24,453 was seen to fail in its run, where Teams documents 28 KB."""

CARD = "application/vnd.microsoft.card.adaptive"


class TeamsServer(ChannelServer):
    """A flow that posts cards to a channel."""

    name = "teams"

    def __init__(self) -> None:
        """Start with a signature of its own, switched on."""
        super().__init__()
        self.sig = secrets.token_urlsafe(32)
        self.switched_off = False

    @override
    def settings(self) -> dict[str, str]:
        query = f"api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={self.sig}"
        return {"NOTICE_CHANNEL": "teams", "NOTICE_CHANNEL_URL": f"{self.url}{PATH}?{query}"}

    @override
    def routes(self) -> list[BaseRoute]:
        return [Route(PATH, self._take, methods=["POST"])]

    @override
    def fault_answer(self, fault: Fault) -> Response:
        return flow_fault(fault)

    async def _take(self, request: Request) -> Response:
        async def do() -> Response:
            return self._taken(request, await request.body())

        return await self.guarded(request, do)

    def _taken(self, request: Request, body: bytes) -> Response:
        unsigned = request.query_params.get("sig") != self.sig
        if unsigned or "authorization" in request.headers:
            return self.fault_answer(Fault.UNAUTHORIZED)
        if self.switched_off:
            return flow_error(400, "WorkflowTriggerIsNotEnabled", "The workflow is not enabled.")
        try:
            told = json.loads(body)
        except ValueError:
            return flow_error(400, "InvalidRequestContent", "The content is not valid JSON.")
        try:
            self._run(told, len(body))
        except CardError as error:
            self.failed_runs.append(str(error))
        return Response(status_code=202)

    def _run(self, told: Any, size: int) -> None:  # noqa: ANN401 - as JSON is
        """Post each card of a message, as the template's loop does."""
        if size > LARGEST_CARD:
            raise CardError(f"the request has {size:,} bytes, and may have {LARGEST_CARD:,}")
        attachments = told.get("attachments") if isinstance(told, dict) else None
        if not isinstance(attachments, list) or told.get("type") != "message":
            raise CardError("the loop over attachments finds none")
        for attachment in attachments:
            if attachment.get("contentType") != CARD:
                raise CardError("an attachment is not an Adaptive Card")
            text, links, mentions = read_card(attachment["content"])
            self.arrived.append(Arrived(text=text, links=links, mentions=mentions, body=told))
