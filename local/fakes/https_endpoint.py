"""An endpoint as a publisher may have behind the relay, with a list of leads to look at.

It does what ``docs/destinations/https_endpoint.md`` asks of a receiver: it checks the signature,
does nothing for a ``webhook-id`` that it has seen nor for a version that is older than what it has,
takes over changed fields only, and keeps an interest that it has already.
"""

import base64
import json
import secrets
from dataclasses import replace
from typing import Any, override

from pydantic.alias_generators import to_camel
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.fakes.flow import flow_error, flow_fault
from local.fakes.server import CrmServer, Fault, SeenRecord
from shared.domain.lead import CONTACT_FIELDS

PATH = "/workflows/5e1f/triggers/manual/paths/invoke"

MARKETPLACE_FIELDS = {name: "".join(map(str.title, name.split("_"))) for name in CONTACT_FIELDS}


class HttpsEndpointServer(CrmServer):
    """A fake endpoint; ``posts`` are the bodies that were taken, by their ``webhook-id``."""

    name = "https_endpoint"

    def __init__(self) -> None:
        """Start with a secret and a signed address of its own."""
        super().__init__()
        self.secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        self.sig = secrets.token_urlsafe(32)
        self.body = "lead"
        self.bearer = ""
        self.longest_body = 256 * 1024
        self.posts: dict[str, dict[str, Any]] = {}
        self.headers: list[dict[str, str]] = []
        self._records: dict[str, SeenRecord] = {}
        self._versions: dict[str, int] = {}

    @override
    def settings(self) -> dict[str, str]:
        query = f"api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={self.sig}"
        given = {
            "HTTPS_ENDPOINT_URL": f"{self.url}{PATH}?{query}",
            "HTTPS_ENDPOINT_SECRET": self.secret,
            "HTTPS_ENDPOINT_BODY": self.body,
            "HTTPS_ENDPOINT_BEARER": self.bearer,
        }
        return {name: value for name, value in given.items() if value}

    @override
    def routes(self) -> list[BaseRoute]:
        return [Route(PATH, self._take, methods=["POST"])]

    @override
    def records(self) -> list[SeenRecord]:
        return [replace(record) for record in self._records.values()]

    @override
    def fault_answer(self, fault: Fault) -> Response:
        if fault is Fault.REJECTED:
            return flow_error(400, "LeadNotTaken", "Required properties are missing.")
        return flow_fault(fault)

    @override
    def sales_corrects(self, record_id: str, field: str, value: str) -> None:
        self._records[record_id].values[field] = value

    @override
    def sales_owns(self, record_id: str, owner: str, status: str) -> None:
        self._records[record_id].owner = owner
        self._records[record_id].status = status

    async def _take(self, request: Request) -> Response:
        async def do() -> Response:
            return self._taken(await request.body(), dict(request.headers), request.url.query)

        return await self.guarded(request, do)

    def _taken(self, body: bytes, headers: dict[str, str], query: str) -> Response:
        self.headers.append(headers)
        bearer = f"Bearer {self.bearer}" if self.bearer else ""
        if f"sig={self.sig}" not in query.split("&") or headers.get("authorization", "") != bearer:
            return self.fault_answer(Fault.UNAUTHORIZED)
        try:
            if self.secret:
                Webhook(self.secret).verify(body, headers)
        except WebhookVerificationError as error:
            return flow_error(401, "SignatureMismatch", str(error))
        if len(body) > self.longest_body:
            return flow_error(413, "RequestEntityTooLarge", "The body is too large.")
        webhook_id = headers["webhook-id"]
        if webhook_id in self.posts:
            return Response(status_code=202)
        self.posts[webhook_id] = told = json.loads(body)
        if self.body == "marketplace":
            self._add_row(webhook_id, told)
            return Response(status_code=202)  # as a flow without a Response action
        return JSONResponse({"id": self._upsert(told).record_id})

    def _add_row(self, webhook_id: str, told: dict[str, Any]) -> None:
        """Make a record of each post: Microsoft's body does not say which lead it is."""
        details = told["UserDetails"]
        self._records[webhook_id] = SeenRecord(
            record_id=webhook_id,
            lead_id="",
            values={ours: details[theirs] for ours, theirs in MARKETPLACE_FIELDS.items()},
            owner="",
            status="new",
            description=told["Description"],
            notes=[],
            do_not_contact=told["ActionCode"] == "DNC",
        )

    def _upsert(self, told: dict[str, Any]) -> SeenRecord:
        number = f"R-{len(self._records) + 1}"
        known = next((r for r in self._records.values() if r.lead_id == told["leadId"]), None)
        record = known or SeenRecord(
            record_id=number,
            lead_id=told["leadId"],
            values={},
            owner=told["owner"],
            status="new",
            description="",
            notes=[],
            do_not_contact=False,
        )
        if told["version"] < self._versions.get(record.record_id, 0):
            return record
        self._versions[record.record_id] = told["version"]
        self._records[record.record_id] = record
        given = {ours: told["contact"][to_camel(ours)] for ours in CONTACT_FIELDS}
        changed = {n: value for n, value in given.items() if to_camel(n) in told["changedFields"]}
        record.values.update(changed)
        record.do_not_contact |= told["doNotContact"]
        notes = map(_note, told["newInterests"])
        record.notes += [note for note in notes if note not in record.notes]
        return record


def _note(interest: dict[str, str]) -> str:
    about = f"{interest['action']}, {interest['offerTitle']} [{interest['submissionId']}]"
    return f"{about}\n{interest['description']}".rstrip()
