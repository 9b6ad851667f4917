"""The REST API of the fake org."""

from collections.abc import Awaitable, Callable
from typing import override
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.fakes.salesforce import countries
from local.fakes.salesforce.answers import created, error, refused_with_201
from local.fakes.salesforce.org import CONTACT, FIRST_STATUS, ID_FIELD, QUEUE, US, Org, Row
from local.fakes.salesforce.rules import describe_lead, refusals
from local.fakes.salesforce.soql import parse
from local.fakes.server import CrmServer, Fault, SeenRecord

API = "/services/data/v68.0"
FAULTS = {
    Fault.UNAUTHORIZED: (401, "INVALID_SESSION_ID", "Session expired or invalid"),
    Fault.THROTTLED: (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    Fault.THROTTLED_WITHOUT_WAIT: (403, "REQUEST_LIMIT_EXCEEDED", "Concurrent limit exceeded."),
    Fault.UNAVAILABLE: (503, "SERVER_UNAVAILABLE", "The server is down for maintenance"),
    Fault.REJECTED: (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "A region is needed"),
}


class SalesforceServer(Org, CrmServer):
    """An org and the way to it."""

    name = "salesforce"
    keeps = ("tokens", "logins")

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[tuple[str, Row, dict[str, str]]] = []
        self.queries: list[str] = []
        self.longest_url = 0
        self.meanwhile: dict[str, Callable[[], object]] = {}
        self.invisible: set[str] = set()
        self.rest: list[list[Row]] = []
        self.tokens: set[str] = set()
        self.logins = 0
        self.login_error: tuple[int, object] | None = None
        self.refuses_tokens = False
        self.refuses_with: Response | None = None
        self.page_size = 2_000

    @override
    def settings(self) -> dict[str, str]:
        return {
            "SALESFORCE_URL": self.url,
            "SALESFORCE_CLIENT_ID": "3MVG9.consumer.key",
            "SALESFORCE_CLIENT_SECRET": "consumer-secret",
            "SALESFORCE_OWNER": QUEUE,
            "SALESFORCE_STATUS": FIRST_STATUS["Lead"],
            "SALESFORCE_LEAD_SOURCE": "Marketplace",
        }

    @override
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/services/oauth2/token", self.login(self._log_in), methods=["POST"]),
            self._route(f"{API}/queryAll", self._query, "GET"),
            self._route(f"{API}/queryAll/more", self._more, "GET"),
            self._route(f"{API}/sobjects/Lead/describe", self._describe, "GET"),
            self._route(f"{API}/sobjects/{{table}}", self._create, "POST"),
            self._route(f"{API}/sobjects/Lead/{{record}}", self._update, "PATCH"),
            self._route("/services/data/{rest:path}", self._nothing, "GET", "POST", "PATCH"),
        ]

    @override
    async def guarded(self, request: Request, do: Callable[[], Awaitable[Response]]) -> Response:
        """Let happen what was planned before the next call with this method."""
        self.meanwhile.pop(request.method, bool)()
        return await super().guarded(request, do)

    def _route(self, path: str, do: Callable[[Request], Awaitable[Response]], *how: str) -> Route:
        async def endpoint(request: Request) -> Response:
            async def done() -> Response:
                token = request.headers.get("authorization", "").removeprefix("Bearer ")
                known = token in self.tokens and not self.refuses_tokens
                return await do(request) if known else self.fault_answer(Fault.UNAUTHORIZED)

            return await self.guarded(request, done)

        return Route(path, endpoint, methods=list(how))

    @override
    def end_tokens(self) -> None:
        self.tokens.clear()

    async def _log_in(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        given, mine = [form["client_id"], form["client_secret"]], list(self.settings().values())
        self.logins += 1
        if self.down:
            return JSONResponse({"error": "server_error"}, status_code=503)
        if self.login_error:
            status, body = self.login_error
            return JSONResponse(body, status_code=status)
        if given != mine[1:3] or form["grant_type"] != "client_credentials":
            wrong = {"error": "invalid_client", "error_description": "invalid client credentials"}
            return JSONResponse(wrong, status_code=401)
        self.tokens.add(token := f"00D!token-{self.logins}")
        who = {"id": f"{self.url}/id/00D000000000001AAA/{US}", "token_type": "Bearer"}
        return JSONResponse({"access_token": token, "scope": "api", **who})

    async def _nothing(self, _: Request) -> Response:
        return error("NOT_FOUND", "The requested resource does not exist", status=404)

    async def _create(self, request: Request) -> Response:
        table, body = request.path_params["table"], await request.json()
        self.requests.append((f"POST {table}", body, dict(request.headers)))
        for refusal in refusals(self, table, body, body, request.headers):
            softly = refused_with_201(refusal) if self.says_no_with_201 else refusal
            return self.refuses_with or softly
        if self.refuses_with:
            return self.refuses_with
        row = self.insert(table, {**self._completed(body), **self._assigned(table, request)}, US)
        return created(row["Id"])

    async def _update(self, request: Request) -> Response:
        body, record = await request.json(), request.path_params["record"]
        self.requests.append((f"PATCH {record}", body, dict(request.headers)))
        row = self.tables["Lead"].get(record)
        if row is None or row["IsDeleted"]:
            return error("ENTITY_IS_DELETED", "entity is deleted", status=404)
        if row["IsConverted"]:
            return error("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        for refusal in refusals(self, "Lead", body, {**row, **body}, request.headers):
            return refusal
        self.change(record, {**self._completed(body), **self._assigned("Lead", request)}, US)
        return Response(status_code=204)

    def _completed(self, body: Row) -> Row:
        return countries.completed(body) if self.country_picklists else body

    def _assigned(self, table: str, request: Request) -> Row:
        rule = request.headers.get("sforce-auto-assign", "TRUE") != "FALSE"
        return {"OwnerId": QUEUE} if rule and table == "Lead" else {}

    async def _query(self, request: Request) -> Response:
        soql = request.query_params["q"]
        self.queries.append(soql)
        self.longest_url = max(self.longest_url, len(str(request.url)))
        query = parse(soql)
        for name in (query.custom - self.custom_fields) | (self.hidden & {*query.columns}):
            return error("INVALID_FIELD", f"No such column '{name}' on entity '{query.table}'")
        rows = [row for row in query.rows(self) if row.get("Id") not in self.invisible]
        self.total = len(rows)
        self.rest = [rows[n : n + self.page_size] for n in range(0, len(rows), self.page_size)]
        return await self._more(request)

    async def _more(self, _: Request) -> Response:
        page = self.rest.pop(0) if self.rest else []
        more = {"nextRecordsUrl": f"{API}/queryAll/more"} if self.rest else {}
        return JSONResponse({"totalSize": self.total, "done": not more, "records": page, **more})

    async def _describe(self, _: Request) -> Response:
        return JSONResponse(describe_lead(self))

    @override
    def fault_answer(self, fault: Fault) -> Response:
        status, code, message = FAULTS[fault]
        return error(code, message, status=status)

    @override
    def records(self) -> list[SeenRecord]:
        return [self._seen(lead) for lead in self.live("Lead")]

    def _seen(self, lead: Row) -> SeenRecord:
        tasks = [t for t in self.live("Task") if t["CreatedById"] == US and t["WhoId"]]
        about = (lead["Id"], lead["ConvertedContactId"])
        done = [t for t in tasks if t["Status"] == "Completed" and t["WhoId"] in about]
        return SeenRecord(
            record_id=lead["Id"],
            lead_id=lead.get(ID_FIELD, ""),
            values={ours: lead.get(theirs) or "" for ours, theirs in CONTACT.items()},
            owner=lead["OwnerId"],
            status=lead["Status"],
            description=lead["Description"] or "",
            notes=[task["Description"] for task in done],
            do_not_contact=bool(lead.get("DoNotCall") and lead.get("HasOptedOutOfEmail")),
        )
