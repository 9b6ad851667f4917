"""Dataverse with the table ``lead``, as far as the relay touches it.

Answers are in Dataverse's shape and its words. Times are whole seconds, lengths count UTF-16 units,
and nothing waits between the check of a condition and the write.
"""

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, override
from urllib.parse import parse_qsl
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tests.crm_servers.server import CrmServer, Fault, SeenRecord

API = "/api/data/v9.2/"
CONTACT_COLUMNS = {
    "first_name": "firstname",
    "last_name": "lastname",
    "email": "emailaddress1",
    "phone": "telephone1",
    "country": "address1_country",
    "company": "companyname",
    "title": "jobtitle",
}
TENANT = "11111111-2222-3333-4444-555555555555"
FLAGS = ("donotemail", "donotphone", "donotbulkemail")
STATES = {"Qualified": (1, 3), "Lost": (2, 4)}
FORMATTED = "@OData.Community.Display.V1.FormattedValue"
LOOKUP = "@Microsoft.Dynamics.CRM.lookuplogicalname"

ONE = re.compile(r"(leads|annotations|tasks|systemusers|teams)\(([0-9a-f-]{36})\)")
GUIDS = re.compile(r"(\w+) eq ([0-9a-f-]{36})")

LENGTHS = {
    "leads": {
        "subject": 300,
        "firstname": 50,
        "lastname": 50,
        "emailaddress1": 100,
        "telephone1": 50,
        "mobilephone": 20,
        "address1_country": 80,
        "companyname": 100,
        "jobtitle": 100,
        "description": 2_000,
    },
    "annotations": {"subject": 500, "notetext": 100_000},
    "tasks": {"subject": 200, "description": 2_000, "scheduledend": 20},
}
BINDINGS = {
    "leads": {"ownerid"},
    "annotations": {"objectid_lead"},
    "tasks": {"regardingobjectid_lead_task", "ownerid"},
}
ID_COLUMNS = {"leads": "leadid", "annotations": "annotationid", "tasks": "activityid"}


@dataclass(kw_only=True)
class Principal:
    """A user or a team."""

    kind: str
    name: str
    id: str = field(default_factory=lambda: str(uuid4()))
    disabled: bool = False


class DynamicsServer(CrmServer):
    """A fake Dataverse; what an administrator may have changed is an attribute."""

    name = "dynamics"

    def __init__(self) -> None:
        """Start with our application user, a salesperson and a team."""
        super().__init__()
        self.client_id, self.secret = str(uuid4()), secrets.token_hex(16)
        self.identity_header = secrets.token_hex(16)
        self.tokens: set[str] = set()
        self.token_calls = 0
        self.refuses_tokens = self.knows_no_user = False
        self.duplicate_rule = self.email_is_key = self.breaks_down = False
        self.answers_with_rows = True
        self.closes_before_patch, self.refuses_closed = False, True
        self.answers: dict[str, dict[str, Any]] = {}
        self.app = Principal(kind="systemuser", name="# Marketplace lead relay")
        self.anna = Principal(kind="systemuser", name="Anna Sales")
        self.team = Principal(kind="team", name="Inbound")
        self.principals = {p.id: p for p in (self.app, self.anna, self.team)}
        self.missing_privileges: set[str] = set()
        self.own_columns: set[str] = set()
        self.lead_sources = {1, 2, 8, 10}
        self.statuses = {"New": 1, "Contacted": 2}
        self.tables: dict[str, dict[str, dict[str, Any]]] = {t: {} for t in LENGTHS}
        self.activities: list[dict[str, Any]] = []
        self.bodies: list[dict[str, Any]] = []
        self.now: datetime | None = None
        self._numbers = count(100_000_001)

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
            Route("/{tenant}/oauth2/v2.0/token", self._token, methods=["POST"]),
            Route("/msi/token", self._identity_token),
            Route(API + "{path:path}", self._api, methods=["GET", "PATCH"]),
        ]

    @override
    def records(self) -> list[SeenRecord]:
        """Return the leads; Dynamics holds our id only as the key that is made of it."""
        names = {number: label for label, number in self.statuses.items()}
        return [
            SeenRecord(
                record_id=lead_id,
                lead_id="",
                values={n: row.get(column) or "" for n, column in CONTACT_COLUMNS.items()},
                owner=self.principals[row["_ownerid_value"]].name,
                status=names.get(row["statuscode"], str(row["statuscode"])),
                description=row.get("description") or "",
                notes=self.notes(lead_id),
                do_not_contact=all(row[flag] for flag in FLAGS),
            )
            for lead_id, row in self.tables["leads"].items()
        ]

    def notes(self, lead_id: str) -> list[str]:
        """Return the texts of a lead's notes."""
        rows = self.tables["annotations"].values()
        return [row["notetext"] for row in rows if row["objectid_lead"] == lead_id]

    @override
    def sales_acts(self, record_id: str) -> None:
        self.completed("phonecall", record_id, by=self.anna)

    def completed(self, kind: str, record_id: str, *, by: Principal, status: int = 2) -> None:
        """Let an activity on a lead be completed."""
        now = self._now()
        self.activities.append(
            {
                "activitytypecode": kind,
                "statecode": 1,
                "statuscode": status,
                "actualend": now,
                "modifiedon": now,
                "_regardingobjectid_value": record_id,
                "_createdby_value": by.id,
                **self._modified_by(by),
            }
        )

    @override
    def sales_corrects(self, record_id: str, field: str, value: str) -> None:
        self.sales_sets(record_id, {CONTACT_COLUMNS[field]: value})

    @override
    def sales_owns(self, record_id: str, owner: str, status: str) -> None:
        known = next((p for p in self.principals.values() if p.name == owner), None)
        principal = known or Principal(kind="systemuser", name=owner)
        self.principals[principal.id] = principal
        number = self.statuses.setdefault(status, next(self._numbers))
        self.sales_sets(record_id, {"statuscode": number, **self._owned_by(principal)})

    def sales_closes(self, record_id: str, outcome: str = "Qualified") -> None:
        """Let sales qualify or disqualify a lead."""
        state, reason = STATES[outcome]
        self.sales_sets(record_id, {"statecode": state, "statuscode": reason})

    def sales_deletes(self, record_id: str) -> None:
        """Let sales delete a lead."""
        del self.tables["leads"][record_id]

    @override
    def fault_answer(self, fault: Fault) -> Response:
        match fault:
            case Fault.UNAUTHORIZED:
                return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
            case Fault.THROTTLED | Fault.THROTTLED_WITHOUT_WAIT:
                said = (
                    "Number of requests exceeded the limit of 6000 over time window of 300 seconds."
                )
                answer = _fault(429, "0x80072322", said)
                if fault is Fault.THROTTLED:
                    answer.headers["Retry-After"] = "30"
                return answer
            case Fault.UNAVAILABLE:
                return _fault(503, "", "The service is unavailable.")
            case _:
                return _fault(400, "0x80040265", "A plug-in of the publisher says no.")

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        self.token_calls += 1
        wanted = ("client_credentials", self.client_id, self.secret, f"{self.url}/.default")
        fields = ("grant_type", "client_id", "client_secret", "scope")
        if self.down:
            return Response("down", status_code=503)
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
            return self.fault_answer(Fault.UNAUTHORIZED)
        if self.knows_no_user:
            return _fault(403, "0x80072560", "The user is not a member of the organization.")
        return self._found(request, request.path_params["path"], body)

    def _found(self, request: Request, path: str, body: dict[str, Any]) -> Response:
        if path in self.answers:
            return JSONResponse(self.answers[path])
        if path.startswith("leads") and "leads" not in self.tables:
            return _no_table(path)
        if one := ONE.fullmatch(path):
            table, row_id = one[1], one[2]
            if request.method == "PATCH":
                return self._patch(request, table, row_id, body)
            return self._read(request, table, row_id)
        return self._query(request, path)

    def _patch(
        self, request: Request, table: str, row_id: str, body: Mapping[str, Any]
    ) -> Response:
        rows, there = self.tables[table], row_id in self.tables[table]
        if self.closes_before_patch and there:
            self.sales_closes(row_id)
        if request.headers.get("If-None-Match") == "*" and there:
            return _fault(412, "", "A record with matching key values already exists.")
        if request.headers.get("If-Match") == "*" and not there:
            return _gone(table, row_id)
        if refused := next(self._refusals(table, row_id, body), None):
            return refused
        plain = {name: value for name, value in body.items() if "@" not in name}
        row = rows.setdefault(row_id, {ID_COLUMNS[table]: row_id, **self._new_row()})
        for name, (_, bound) in _bindings(body).items():
            owner = self.principals.get(bound)
            row.update(self._owned_by(owner) if owner else {name: bound})
        row.update({**plain, "modifiedon": self._now(), **self._modified_by(self.app)})
        self.bodies.append({"table": table, "body": dict(body), "headers": dict(request.headers)})
        if self.answers_with_rows and "return=representation" in request.headers.get("Prefer", ""):
            return JSONResponse(_selected(request, row), status_code=200 if there else 201)
        named = f"{self.url}{API}{table}({row_id})"
        return Response(status_code=204, headers={"OData-EntityId": named})

    def _refusals(self, table: str, row_id: str, body: Mapping[str, Any]) -> Iterator[Response]:
        """Give what Dataverse says of a write that it does not do; the first is the answer."""
        before = self.tables[table].get(row_id)
        closed = table == "leads" and before and before["statecode"] != 0
        if closed and self.refuses_closed:
            yield _fault(400, "0x8004022e", "The object cannot be updated because it is read-only.")
        if "prvCreateLead" in self.missing_privileges and table == "leads" and not before:
            said = f"Principal user (Id={self.app.id}) is missing prvCreateLead privilege"
            yield _fault(403, "0x80040220", said)
        for name, (kind, bound) in _bindings(body).items():
            if name not in BINDINGS[table]:
                yield _unknown(name, table)
            if bound not in (self.tables["leads"] if kind == "leads" else self.principals):
                yield _gone(kind, bound)
        for name in body.keys() - self.own_columns:
            yield from self._refused_value(table, name, body[name])
        email = body.get("emailaddress1")
        if self.breaks_down:
            yield _fault(500, "0x80040224", f"A plug-in broke over {email}")
        others = [row for i, row in self.tables["leads"].items() if i != row_id]
        if email and any(other.get("emailaddress1") == email for other in others):
            yield from self._duplicate(email)

    def _refused_value(self, table: str, name: str, value: object) -> Iterator[Response]:
        most = LENGTHS[table].get(name)
        if most is not None and len(str(value).encode("utf-16-le")) // 2 > most:
            said = f"The length of the '{name}' attribute of the '{table[:-1]}' entity exceeded"
            yield _fault(400, "0x80044331", f"{said} the maximum allowed length of '{most}'.")
        if name == "leadsourcecode" and value not in self.lead_sources:
            said = f"The value {value} of 'leadsourcecode' on record of type 'lead' is outside"
            there = ",".join(map(str, sorted(self.lead_sources)))
            yield _fault(400, "0x8004431a", f"{said} the valid range. Accepted Values: {there}")
        if most is None and "@" not in name and name not in {"leadsourcecode", *FLAGS}:
            yield _unknown(name, table)

    def _duplicate(self, email: str) -> Iterator[Response]:
        if self.duplicate_rule:
            said = "A record was not created or updated because a duplicate of the current"
            yield _fault(500, "0x80040333", f"{said} record already exists.")
        if self.email_is_key:
            said = f"Entity Key Email violated. <emailaddress1>{email}</emailaddress1>"
            yield _fault(412, "0x80060892", said)

    def _read(self, request: Request, table: str, row_id: str) -> Response:
        if table in {"systemusers", "teams"}:
            found = self.principals.get(row_id)
            if found is None or f"{found.kind}s" != table:
                return _gone(table, row_id)
            return JSONResponse(
                _selected(request, {"name": found.name, "isdisabled": found.disabled})
            )
        row = self.tables[table].get(row_id)
        return JSONResponse(_selected(request, row)) if row else _gone(table, row_id)

    def _query(self, request: Request, path: str) -> Response:
        where = request.query_params.get("$filter", "")
        answer: dict[str, Any] | None = None
        if path == "WhoAmI":
            answer = {"UserId": self.app.id}
        elif path == "leads":
            wanted = {i for name, i in GUIDS.findall(where) if name == "leadid"}
            answer = _rows(request, (r for i, r in self.tables["leads"].items() if i in wanted))
        elif path == "activitypointers":
            answer = _rows(request, (r for r in self.activities if _holds(r, where)))
        elif path.startswith(f"systemusers({self.app.id})/Microsoft.Dynamics.CRM.RetrieveUserSet"):
            asked = json.loads(request.query_params["@p"])
            held = [{"PrivilegeName": n} for n in asked if n not in self.missing_privileges]
            answer = {"RolePrivileges": held}
        elif path == "EntityDefinitions(LogicalName='lead')/Attributes":
            names = {*LENGTHS["leads"], *FLAGS, *self.own_columns}
            answer = {"value": [{"LogicalName": n, "IsValidForCreate": True} for n in names]}
        elif path.endswith("PicklistAttributeMetadata"):
            options = [{"Value": number} for number in sorted(self.lead_sources)]
            answer = {"OptionSet": {"Options": options}}
        return _no_table(path) if answer is None else JSONResponse(answer)

    def _new_row(self) -> dict[str, Any]:
        flags = dict.fromkeys(FLAGS, False)
        status = {"statecode": 0, "statuscode": self.statuses["New"], "initialcommunication": None}
        return {**status, **flags, **self._owned_by(self.app)}

    def sales_sets(self, record_id: str, values: Mapping[str, Any]) -> None:
        by = self._modified_by(self.anna)
        self.tables["leads"][record_id].update({**values, "modifiedon": self._now(), **by})

    def _now(self) -> str:
        return f"{self.now or datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def _owned_by(self, owner: Principal) -> dict[str, str]:
        return {"_ownerid_value": owner.id, f"_ownerid_value{LOOKUP}": owner.kind}

    def _modified_by(self, by: Principal) -> dict[str, str]:
        return {"_modifiedby_value": by.id, f"_modifiedby_value{FORMATTED}": by.name}


def _fault(status: int, code: str, said: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": said}}, status_code=status)


def _gone(table: str, row_id: str) -> Response:
    return _fault(404, "0x80040217", f"{table[:-1]} With Id = {row_id} Does Not Exist")


def _no_table(name: str) -> Response:
    return _fault(404, "0x8006088a", f"Resource not found for the segment '{name}'.")


def _unknown(name: str, table: str) -> Response:
    said = f"The property '{name}' does not exist on type 'Microsoft.Dynamics.CRM.{table[:-1]}'."
    return _fault(400, "0x80048d19", said)


def _bindings(body: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return table and id that lookups are bound to, by the lookup's name."""
    bound = {
        n.partition("@")[0]: v.strip("/)") for n, v in body.items() if n.endswith("@odata.bind")
    }
    return {name: (to.partition("(")[0], to.partition("(")[2]) for name, to in bound.items()}


def _selected(request: Request, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that are asked for, with their annotations."""
    wanted = request.query_params["$select"].split(",")
    return {name: value for name, value in row.items() if name.partition("@")[0] in wanted}


def _rows(request: Request, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {"value": [_selected(request, row) for row in rows]}


def _holds(activity: Mapping[str, Any], where: str) -> bool:
    """Tell whether an activity meets the only condition that the relay asks."""
    conditions = re.fullmatch(
        r"statecode eq 1 and modifiedon ge (\S+) and _createdby_value ne (\S+) and \((.+)\)", where
    )
    assert conditions, where
    since, not_by, regarding = conditions.groups()
    about = {i for _, i in GUIDS.findall(regarding)}
    return (
        activity["modifiedon"] >= since
        and activity["_createdby_value"] != not_by
        and activity["_regardingobjectid_value"] in about
    )
