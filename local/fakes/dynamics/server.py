"""The server: who is let in, and which row or query a request is about."""

import re
import secrets
from datetime import UTC, datetime
from typing import Any, override
from urllib.parse import parse_qsl
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.fakes.dynamics.answers import answer_to, fault, no_table
from local.fakes.dynamics.environment import Environment
from local.fakes.dynamics.queries import query, read
from local.fakes.dynamics.writes import patch
from local.fakes.server import CrmServer, Fault

API = "/api/data/v9.2/"
TENANT = "11111111-2222-3333-4444-555555555555"
SUCCESS = range(200, 300)
ONE = re.compile(r"(leads|annotations|tasks|systemusers|teams)\(([0-9a-f-]{36})\)")


class DynamicsServer(Environment, CrmServer):
    """A fake Dataverse, with Microsoft Entra and the identity endpoint of Azure."""

    name = "dynamics"
    keeps = ("tokens", "token_calls")

    def __init__(self) -> None:
        """Start with an app registration that is let in."""
        CrmServer.__init__(self)
        Environment.__init__(self)
        self.client_id, self.secret = str(uuid4()), secrets.token_hex(16)
        self.identity_header = secrets.token_hex(16)
        self.tokens: set[str] = set()
        self.token_calls = 0
        self.refuses_tokens = self.knows_no_user = False
        self.login_error: tuple[int, object] | None = None
        self.answers_with_rows = True
        self.answers: dict[str, dict[str, Any]] = {}

    @override
    def settings(self) -> dict[str, str]:
        return {
            "CRM": self.name,
            "DYNAMICS_URL": self.url,
            "DYNAMICS_AUTHORITY": self.url,
            "DYNAMICS_TENANT_ID": TENANT,
            "DYNAMICS_CLIENT_ID": self.client_id,
            "DYNAMICS_CLIENT_SECRET": self.secret,
            "DYNAMICS_OWNER": f"team:{self.team.id}",
        }

    @override
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/{tenant}/oauth2/v2.0/token", self.login(self._token), methods=["POST"]),
            Route("/msi/token", self._identity_token),
            Route(API + "{path:path}", self._api, methods=["GET", "PATCH"]),
        ]

    @override
    def fault_answer(self, fault: Fault) -> Response:
        return answer_to(fault)

    @override
    def end_tokens(self) -> None:
        self.tokens.clear()

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        self.token_calls += 1
        wanted = ("client_credentials", self.client_id, self.secret, f"{self.url}/.default")
        fields = ("grant_type", "client_id", "client_secret", "scope")
        if self.down:
            return Response("down", status_code=503)
        if self.login_error:
            status, body = self.login_error
            return JSONResponse(body, status_code=status)
        if self.refuses_tokens or tuple(form.get(name) for name in fields) != wanted:
            said = "AADSTS7000215: Invalid client secret provided. Trace ID: 1 Correlation ID: 2"
            error = {"error": "invalid_client", "error_description": said}
            return JSONResponse(error, status_code=401)
        token = {"access_token": self._new_token(), "expires_in": 3599}
        return JSONResponse(self.answers.get("token", token))

    async def _identity_token(self, request: Request) -> Response:
        """Answer as the identity endpoint inside Azure does."""
        self.token_calls += 1
        asked = (request.headers.get("X-IDENTITY-HEADER"), request.query_params.get("resource"))
        if self.refuses_tokens or asked != (self.identity_header, self.url):
            return JSONResponse({"statusCode": 400, "message": "No identity"}, status_code=400)
        ends = int(datetime.now(UTC).timestamp()) + 3600
        token = {"access_token": self._new_token(), "expires_on": str(ends)}
        return JSONResponse({**token, "resource": self.url, "token_type": "Bearer"})

    def _new_token(self) -> str:
        token = secrets.token_urlsafe(32)
        self.tokens.add(token)
        return token

    async def _api(self, request: Request) -> Response:
        body = await request.json() if request.method == "PATCH" else {}

        async def do() -> Response:
            return self._answer(request, body)

        return await self.guarded(request, do)

    def _answer(self, request: Request, body: dict[str, Any]) -> Response:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self.tokens:
            return answer_to(Fault.UNAUTHORIZED)
        if self.knows_no_user:
            return fault(403, "0x80072560", "The user is not a member of the organization.")
        return self._found(request, request.path_params["path"], body)

    def _found(self, request: Request, path: str, body: dict[str, Any]) -> Response:
        if path in self.answers:
            return JSONResponse(self.answers[path])
        if path.startswith("leads") and "leads" not in self.tables:
            return no_table(path)
        one = ONE.fullmatch(path)
        if one is None:
            return query(self, request, path)
        if request.method == "GET":
            return read(self, request, one[1], one[2])
        answer = patch(self, request, one[1], one[2], body)
        asked_for = "return=representation" in request.headers.get("Prefer", "")
        if answer.status_code in SUCCESS and not (self.answers_with_rows and asked_for):
            return Response(status_code=204, headers={"OData-EntityId": f"{self.url}{API}{path}"})
        return answer
