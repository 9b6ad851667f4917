"""A fake Salesforce: leads, tasks and meetings over the REST API, with the SOQL that we use.

It checks what an org checks: required fields, lengths, addresses, unique ids, duplicate rules,
converted and deleted leads; with a knob for each way in which orgs differ.
"""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, override
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tests.crm_servers.server import CrmServer, Fault, SeenRecord

type Row = dict[str, Any]

API = "/services/data/v68.0"
ID_FIELD = "Marketplace_Lead_Id__c"
FIELDS = ("first_name", "last_name", "email", "phone", "country", "company", "title")
CONTACT = {ours: ours.title().replace("_", "") for ours in FIELDS}
LENGTHS = dict(FirstName=40, LastName=80, Email=80, Phone=40, Country=80, Title=128)  # noqa: C408
LONG = {"Description": 32_000}
OTHERS = ("Description", "Status", "LeadSource", "OwnerId", "DoNotCall", "HasOptedOutOfEmail")
TASK = ("WhoId", "OwnerId", "Subject", "Description", "ActivityDate", "Status")
KNOWN = {"Lead": {*CONTACT.values(), *OTHERS}, "Task": {*TASK, "IsReminderSet", "ReminderDateTime"}}
US, SALES, QUEUE = "005000000000001AAA", "005000000000002AAA", "00G000000000001AAA"
NAMES = {US: "Integration", SALES: "Anna Vogel"}
PREFIXES = {"Lead": "00Q", "Task": "00T", "Event": "00U"}
SETUP: dict[str, list[Row]] = {
    "User": [{"Id": SALES, "IsActive": True}],
    "Group": [{"Id": QUEUE, "Type": "Queue"}],
    "TaskStatus": [{"Id": "01T000000000001AAA", "ApiName": "Completed", "IsClosed": True}],
}
CHILDREN = re.compile(r", \(SELECT [^()]*?FROM (Tasks|Events)\b.*?LIMIT 1\)")
NOT_NOTES = re.compile(r"NOT Subject LIKE '(.*?)%'")
FAULTS = {
    Fault.UNAUTHORIZED: (401, "INVALID_SESSION_ID", "Session expired or invalid"),
    Fault.THROTTLED: (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    Fault.THROTTLED_WITHOUT_WAIT: (403, "REQUEST_LIMIT_EXCEEDED", "Concurrent limit exceeded."),
    Fault.UNAVAILABLE: (503, "SERVER_UNAVAILABLE", "The server is down for maintenance"),
    Fault.REJECTED: (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "A region is needed"),
}


def error(code: str, message: str, *fields: str, status: int = 400) -> JSONResponse:
    body = {"message": message, "errorCode": code, "fields": list(fields)}
    return JSONResponse([body], status_code=status)


class SalesforceServer(CrmServer):
    """An org with one integration user and one salesperson."""

    name = "salesforce"

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, dict[str, Row]] = {name: {} for name in PREFIXES}
        self.requests: list[tuple[str, Row, dict[str, str]]] = []
        self.queries: list[str] = []
        self.longest_url = 0
        self.meanwhile: dict[str, Callable[[], object]] = {}
        self.invisible: set[str] = set()
        self.rest: list[list[Row]] = []
        self.tokens: set[str] = set()
        self.logins = 0
        self.login_error: tuple[int, Row] | None = None
        self.refuses_tokens = False
        self.refuses_with: Response | None = None
        self.custom_fields = {ID_FIELD}
        self.unique = True
        self.hidden: set[str] = set()
        self.required = {"LastName", "Company"}
        self.statuses = ["Open - Not Contacted", "Working - Contacted"]
        self.duplicate_rule = ""
        self.queue_owns_tasks = False
        self.page_size = 2_000

    @override
    def settings(self) -> dict[str, str]:
        return {
            "SALESFORCE_URL": self.url,
            "SALESFORCE_CLIENT_ID": "3MVG9.consumer.key",
            "SALESFORCE_CLIENT_SECRET": "consumer-secret",
            "SALESFORCE_OWNER": QUEUE,
            "SALESFORCE_STATUS": "Open - Not Contacted",
            "SALESFORCE_LEAD_SOURCE": "Marketplace",
        }

    @override
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/services/oauth2/token", self._login, methods=["POST"]),
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

    async def _login(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        given, mine = [form["client_id"], form["client_secret"]], list(self.settings().values())
        self.logins += 1
        status, body = self.login_error or (200, {})
        if self.down:
            status, body = 503, {"error": "server_error"}
        elif not body and (given != mine[1:3] or form["grant_type"] != "client_credentials"):
            body = {"error": "invalid_client", "error_description": "invalid client credentials"}
            status = 401
        elif not body:
            self.tokens.add(token := f"00D!token-{self.logins}")
            body = {"access_token": token, "token_type": "Bearer", "scope": "api"}
        return JSONResponse(body, status_code=status)

    async def _nothing(self, _: Request) -> Response:
        return error("NOT_FOUND", "The requested resource does not exist", status=404)

    async def _create(self, request: Request) -> Response:
        table, body = request.path_params["table"], await request.json()
        self.requests.append((f"POST {table}", body, dict(request.headers)))
        for refusal in self._refusals(table, body, body, request.headers):
            return self.refuses_with or refusal
        if self.refuses_with:
            return self.refuses_with
        row = self.insert(table, {**body, **self._assigned(table, request)}, US)
        return JSONResponse({"id": row["Id"], "success": True, "errors": []}, status_code=201)

    async def _update(self, request: Request) -> Response:
        body, record = await request.json(), request.path_params["record"]
        self.requests.append((f"PATCH {record}", body, dict(request.headers)))
        row = self.tables["Lead"].get(record)
        if row is None or row["IsDeleted"]:
            return error("ENTITY_IS_DELETED", "entity is deleted", status=404)
        if row["IsConverted"]:
            return error("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        for refusal in self._refusals("Lead", body, {**row, **body}, request.headers):
            return refusal
        self.change(record, {**body, **self._assigned("Lead", request)}, US)
        return Response(status_code=204)

    def _assigned(self, table: str, request: Request) -> Row:
        rule = request.headers.get("sforce-auto-assign", "TRUE") != "FALSE"
        return {"OwnerId": QUEUE} if rule and table == "Lead" else {}

    def _refusals(
        self, table: str, given: Row, row: Row, headers: Mapping[str, str]
    ) -> Iterator[JSONResponse]:
        lead = table == "Lead"
        known = (KNOWN[table] | (self.custom_fields if lead else set())) - self.hidden
        for name in given.keys() - known:
            yield error("INVALID_FIELD", f"No such column '{name}' on sobject of type {table}")
        for name, value in given.items():
            most = (LENGTHS | LONG).get(name, 255)
            if len(str(value)) > most:
                said = f"{name}: data value too large: {value} (max length={most})"
                yield error("STRING_TOO_LONG", said, name)
        yield from self._lead_refusals(given, row, headers) if lead else self._task_refusals(row)

    def _lead_refusals(
        self, given: Row, row: Row, headers: Mapping[str, str]
    ) -> Iterator[JSONResponse]:
        missing = sorted(name for name in self.required if not row.get(name))
        if missing:
            yield error("REQUIRED_FIELD_MISSING", "Required fields are missing", *missing)
        if not re.fullmatch(r"[!-~]+@[\w.-]+\.\w+", given.get("Email", "x@y.z")):
            said = f"Email: invalid email address: {given['Email']}"
            yield error("INVALID_EMAIL_ADDRESS", said, "Email")
        if given.get("OwnerId", US) not in (US, SALES, QUEUE):
            yield error("INVALID_CROSS_REFERENCE_KEY", "Owner ID: id value of incorrect type")
        others = [o for o in self.live("Lead") if o["Id"] != row.get("Id")]
        for other in others if self.unique else ():
            if row.get(ID_FIELD) and other.get(ID_FIELD) == row[ID_FIELD]:
                told = f"{ID_FIELD} duplicates value on record with id: {other['Id']}"
                yield error("DUPLICATE_VALUE", f"duplicate value found: {told}")
        same = [o["Id"] for o in others if o.get("Email") and o["Email"] == row.get("Email")]
        passed = "allowSave=true" in headers.get("sforce-duplicate-rule-header", "")
        if same and (self.duplicate_rule == "block" or (self.duplicate_rule and not passed)):
            records = [{"record": {"attributes": {"type": "Lead"}, "Id": one}} for one in same]
            result: Row = {"duplicateResult": {"matchResults": [{"matchRecords": records}]}}
            result |= {"errorCode": "DUPLICATES_DETECTED", "message": "Use one of these records?"}
            yield JSONResponse([result], status_code=400)

    def _task_refusals(self, row: Row) -> Iterator[JSONResponse]:
        if row.get("OwnerId") == QUEUE and not self.queue_owns_tasks:
            yield error("INVALID_CROSS_REFERENCE_KEY", "Assigned To ID: id value of incorrect type")
        if self.tables["Lead"].get(row["WhoId"], {}).get("IsConverted"):
            yield error("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", "WhoId")

    async def _query(self, request: Request) -> Response:
        soql = request.query_params["q"]
        self.queries.append(soql)
        self.longest_url = max(self.longest_url, len(str(request.url)))
        match = re.fullmatch(r"SELECT (.+) FROM (\w+) WHERE (.+)", CHILDREN.sub("", soql))
        assert match, soql
        columns, table, where = match[1].split(", "), match[2], match[3]
        custom = {name for name in (*columns, where.split()[0]) if name.endswith("__c")}
        for name in (custom - self.custom_fields) | (self.hidden & {*columns}):
            return error("INVALID_FIELD", f"No such column '{name}' on entity '{table}'")
        children = {m[1]: m[0] for m in CHILDREN.finditer(soql)}
        rows = [
            {n.partition(".")[0]: row.get(n.partition(".")[0]) for n in columns}
            | {name: self._newest(row, name, text) for name, text in children.items()}
            for row in SETUP.get(table) or self.tables[table].values()
            if _holds(row, where) and row["Id"] not in self.invisible
        ]
        self.rest = [rows[n : n + self.page_size] for n in range(0, len(rows), self.page_size)]
        return await self._more(request)

    async def _more(self, _: Request) -> Response:
        page = self.rest.pop(0) if self.rest else []
        more = {"nextRecordsUrl": f"{API}/queryAll/more"} if self.rest else {}
        return JSONResponse({"done": not more, "records": page, **more})

    def _newest(self, lead: Row, name: str, soql: str) -> Row | None:
        rows = [r for r in self.tables[name[:-1]].values() if r["WhoId"] == lead["Id"]]
        if name == "Tasks":
            note = NOT_NOTES.search(soql)
            assert note
            rows = [r for r in rows if r["Status"] == "Completed"]
            rows = [r for r in rows if not (r["Subject"] or "").startswith(note[1])]
        newest = max(rows, key=lambda row: str(row["LastModifiedDate"]), default=None)
        return newest and {"done": True, "records": [newest]}

    async def _describe(self, _: Request) -> Response:
        picklists = {"Status": self.statuses, "LeadSource": ["Marketplace"]}
        fields = [
            {
                "name": name,
                "createable": True,
                "nillable": name not in self.required,
                "defaultedOnCreate": False,
                "unique": name == ID_FIELD and self.unique,
                "externalId": name == ID_FIELD,
                "picklistValues": [{"value": v, "active": True} for v in picklists.get(name, ())],
            }
            for name in sorted((KNOWN["Lead"] | self.custom_fields | self.required) - self.hidden)
        ]
        return JSONResponse({"createable": True, "updateable": True, "fields": fields})

    @override
    def fault_answer(self, fault: Fault) -> Response:
        status, code, message = FAULTS[fault]
        return error(code, message, status=status)

    def insert(self, table: str, values: Row, by: str) -> Row:
        """Add a record as somebody would."""
        record_id = f"{PREFIXES[table]}{len(self.tables[table]) + 1:012}AAA"
        status = {"Lead": "Open - Not Contacted", "Task": "Not Started"}.get(table)
        absent = ("MasterRecordId", "ConvertedContactId", "Description", "Subject")
        row = {"Id": record_id, "IsDeleted": False, "IsConverted": False, "CreatedById": by}
        row["OwnerId"] = by
        row |= dict.fromkeys(absent) | {"Status": status, **_stamp(by), **values}
        self.tables[table][record_id] = row
        return row

    def change(self, record_id: str, values: Row, by: str = SALES) -> None:
        """Change a lead as somebody would."""
        self.tables["Lead"][record_id] |= {**_stamp(by), **values}

    def live(self, table: str) -> list[Row]:
        """Return the records that are not in the recycle bin."""
        return [row for row in self.tables[table].values() if not row["IsDeleted"]]

    def sales_logs(self, record_id: str, subject: str = "Call", table: str = "Task") -> None:
        """Let a salesperson log a call or a meeting."""
        values = {"WhoId": record_id, "Subject": subject, "Status": "Completed", "OwnerId": SALES}
        self.insert(table, values, SALES)

    def sales_converts(self, record_id: str, contact: str | None = "003000000000001AAA") -> None:
        """Let a salesperson convert a lead; its tasks move to the contact."""
        values = {"IsConverted": True, "ConvertedContactId": contact, "Status": "Qualified"}
        self.change(record_id, values)
        for task in self.tables["Task"].values():
            task["WhoId"] = contact if task["WhoId"] == record_id else task["WhoId"]

    @override
    def sales_acts(self, record_id: str) -> None:
        self.sales_logs(record_id)

    @override
    def sales_corrects(self, record_id: str, field: str, value: str) -> None:
        self.change(record_id, {CONTACT[field]: value})

    @override
    def sales_owns(self, record_id: str, owner: str, status: str) -> None:
        self.change(record_id, {"OwnerId": owner, "Status": status})

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


def _stamp(by: str) -> Row:
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.000+0000"
    return {"LastModifiedDate": at, "LastModifiedById": by, "LastModifiedBy": {"Name": NAMES[by]}}


def _holds(row: Row, where: str) -> bool:
    """Tell whether a condition holds; AND and OR are never mixed in ours."""
    if " OR " in where:
        return any(_holds(row, part) for part in where.split(" OR "))
    return all(_is(row, *part.split(" ", 2)) for part in where.split(" AND "))


def _is(row: Row, name: str, how: str, literal: str) -> bool:
    value = row.get(name)
    quoted = "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"
    match how:
        case "IN":
            return quoted in literal.strip("()").split(", ")
        case "LIKE":
            return quoted.startswith(literal.removesuffix("%'"))
        case _:
            return value is True if literal == "TRUE" else quoted == literal
