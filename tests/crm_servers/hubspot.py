"""A HubSpot account: contacts, notes and tasks, property rules, scopes and e-mail subscriptions.

Errors have the shape of https://developers.hubspot.com/docs/api-reference/error-handling. A contact
is created atomically: of two with the same e-mail or unique value, the second is refused.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from html import unescape
from itertools import count
from typing import Any, override

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tests.crm_servers.server import CrmServer, Fault, SeenRecord

FIELDS = {
    "first_name": "firstname",
    "last_name": "lastname",
    "email": "email",
    "phone": "phone",
    "country": "country",
    "company": "company",
    "title": "jobtitle",
}
CONTACTED, CONTACTED_AT = "num_contacted_notes", "notes_last_contacted"
READ_ONLY = {CONTACTED, CONTACTED_AT, "hs_sales_email_last_replied"}
OPTIONS = {
    "hs_lead_status": ["NEW", "OPEN", "IN_PROGRESS", "CONNECTED"],
    "lifecyclestage": ["subscriber", "lead", "customer"],
}
BODIES = {"notes": "hs_note_body", "tasks": "hs_task_body"}
ASSOCIATIONS = {"notes": 202, "tasks": 204}
LONGEST_TEXT = 65_536
LARGEST_BATCH = 100
READ, WRITE = "crm.objects.contacts.read", "crm.objects.contacts.write"
OWNERS, SUBSCRIPTIONS = "crm.objects.owners.read", "communication_preferences.read_write"

AFTER_A_WRITE = {Fault.CUT_AFTER, Fault.NO_ID}
"""Faults that wait for a call that changes something: a lookup comes first here."""

type Properties = dict[str, str]
type Body = dict[str, Any]
type Answer = Callable[[Request, Body], Response]


class HubspotServer(CrmServer):
    """A fake account; ``key`` is its Service Key, ``required`` is what its admin made required.

    ``answers_at`` and ``faults_at`` come instead of the next answer, by method and path.
    """

    name = "hubspot"

    def __init__(self) -> None:
        """Start with our unique property, one owner and all scopes."""
        super().__init__()
        self.key = "pat-eu1-5f1c0ffe"
        self.version = "2026-09"
        self.scopes = {READ, WRITE, OWNERS, SUBSCRIPTIONS}
        self.owners = {"77"}
        self.required: set[str] = set()
        self.unique = {"marketplace_lead_id"}
        self.properties = {*FIELDS.values(), *READ_ONLY, *OPTIONS, *self.unique}
        self.properties |= {"message", "hubspot_owner_id", "product"}
        self.contacts: dict[str, Properties] = {}
        self.attached: dict[str, dict[str, Properties]] = {"notes": {}, "tasks": {}}
        self.unsubscribed: set[str] = set()
        self.page_size = 500
        self.bodies: list[tuple[str, Any]] = []
        self.answers_at: dict[str, Response] = {}
        self.faults_at: dict[str, Fault] = {}
        self.of: dict[str, str] = {}
        self._ids = count(501)

    @override
    def settings(self) -> dict[str, str]:
        return {
            "CRM": self.name,
            "HUBSPOT_URL": self.url,
            "HUBSPOT_TOKEN": self.key,
            "HUBSPOT_OWNER": "77",
            "HUBSPOT_LEAD_STATUS": "NEW",
        }

    @override
    def routes(self) -> list[BaseRoute]:
        objects, schema = "/crm/objects/{version}", "/crm/properties/{version}/contacts"
        opt_out = "/communication-preferences/{version}/statuses/{key:path}/unsubscribe-all"
        attached = "/crm/associations/{version}/contacts/{kind}/batch/read"
        contacts, contact = f"{objects}/contacts", f"{objects}/contacts/{{key:path}}"
        return [
            self._route("GET", "/account-info/{version}/details", "", self._account),
            self._route("GET", "/crm/owners/{version}/{key}", OWNERS, self._owner),
            self._route("GET", schema, READ, self._schema),
            self._route("GET", f"{schema}/{{key}}", READ, self._property),
            self._route("GET", opt_out, SUBSCRIPTIONS, self._opted_out),
            self._route("POST", opt_out, SUBSCRIPTIONS, self._opt_out),
            self._route("GET", contacts, READ, self._list),
            self._route("POST", contacts, WRITE, self._create),
            self._route("POST", attached, READ, self._associated),
            self._route("POST", f"{objects}/{{kind}}/batch/read", READ, self._batch_read),
            self._route("POST", f"{objects}/{{kind}}", WRITE, self._attach),
            self._route("GET", contact, READ, self._read),
            self._route("PATCH", contact, WRITE, self._update),
        ]

    @override
    def records(self) -> list[SeenRecord]:
        return [self._seen(record_id) for record_id in self.contacts]

    @override
    def fault_answer(self, fault: Fault) -> Response:
        rolling = {"errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"}
        match fault:
            case Fault.UNAUTHORIZED:
                return error(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.")
            case Fault.THROTTLED:
                answer = error(429, "RATE_LIMITS", "Ten seconds roll.", **rolling)
                answer.headers["Retry-After"] = "42"
                return answer
            case Fault.THROTTLED_WITHOUT_WAIT:
                return error(429, "RATE_LIMITS", "Ten seconds roll.", **rolling)
            case Fault.REJECTED:
                return invalid({"industry": "REQUIRED_FIELD"})
            case _:
                return Response("upstream connect error", 502)

    @override
    def sales_acts(self, record_id: str) -> None:
        contact = self.contacts[record_id]
        contact[CONTACTED] = str(int(contact.get(CONTACTED, "0")) + 1)
        contact[CONTACTED_AT] = datetime.now(UTC).isoformat().replace("+00:00", "Z")

    @override
    def sales_corrects(self, record_id: str, field: str, value: str) -> None:
        self.contacts[record_id][FIELDS[field]] = value

    @override
    def sales_owns(self, record_id: str, owner: str, status: str) -> None:
        self.contacts[record_id] |= {"hubspot_owner_id": owner, "hs_lead_status": status}

    @override
    def sales_deletes(self, record_id: str) -> None:
        del self.contacts[record_id]

    @override
    def sales_ticks_off(self, reminder_id: str) -> None:
        self.completes(reminder_id)

    def completes(self, task_id: str) -> None:
        """Let a salesperson complete a task."""
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        done = {"hs_task_status": "COMPLETED", "hs_task_completion_date": now}
        self.attached["tasks"][task_id] |= done

    def has(self, **properties: str) -> str:
        """Add a contact as sales had it before us; return its id."""
        record_id = str(next(self._ids))
        self.contacts[record_id] = properties
        return record_id

    def _seen(self, record_id: str) -> SeenRecord:
        contact = self.contacts[record_id]
        notes = [n for i, n in self.attached["notes"].items() if self.of[i] == record_id]
        return SeenRecord(
            record_id=record_id,
            lead_id=contact.get("marketplace_lead_id", ""),
            values={ours: contact.get(theirs, "") for ours, theirs in FIELDS.items()},
            owner=contact.get("hubspot_owner_id", ""),
            status=contact.get("hs_lead_status", ""),
            description=contact.get("message", ""),
            notes=[as_text(note["hs_note_body"]) for note in notes],
            do_not_contact=contact.get("email", "") in self.unsubscribed,
        )

    def _route(self, method: str, path: str, scope: str, answer: Answer) -> BaseRoute:
        async def take(request: Request) -> Response:
            body = await request.json() if await request.body() else {}
            call = f"{method} {request.url.path}"

            async def do() -> Response:
                if request.headers.get("authorization") != f"Bearer {self.key}":
                    return self.fault_answer(Fault.UNAUTHORIZED)
                if request.path_params["version"] != self.version:
                    return Response("<html>Error 404 Not Found</html>", 404)
                if scope and scope not in self.scopes:
                    return error(403, "MISSING_SCOPES", "Not granted.", requiredScopes=[scope])
                self.bodies.append((call, body))
                return self.answers_at.pop(call, None) or answer(request, body)

            if "/crm/objects/" not in request.url.path and not self.down:
                return await do()
            if fault := self.faults_at.pop(call, None):
                self.faults.appendleft(fault)
            if self.faults and self.faults[0] in AFTER_A_WRITE and not self._writes(request):
                self.calls.append(call)
                return await do()
            return await self.guarded(request, do)

        return Route(path, take, methods=[method])

    def _writes(self, request: Request) -> bool:
        if request.method == "PATCH":
            return self._find(request) is not None
        return request.method == "POST" and not request.url.path.endswith("/batch/read")

    def _find(self, request: Request) -> str | None:
        by, key = request.query_params.get("idProperty"), request.path_params["key"]
        if by is None:
            return key if key in self.contacts else None
        return self._with(by, key)

    def _with(self, name: str, value: str) -> str | None:
        same = (i for i, c in self.contacts.items() if c.get(name, "").lower() == value.lower())
        return next(same, None) if value else None

    def _create(self, request: Request, body: Body) -> Response:
        given: Properties = body["properties"]
        faults = self._faults(given)
        faults |= dict.fromkeys(self.required - given.keys(), "REQUIRED_FIELD")
        if faults:
            return invalid(faults)
        if not given.keys() & {"email", "firstname", "lastname"}:
            return error(400, "VALIDATION_ERROR", "One of email, firstname, lastname is required.")
        if known := self._with("email", given.get("email", "")):
            return error(409, "CONFLICT", f"Contact already exists. Existing ID: {known}")
        taken = {n for n in self.unique & given.keys() if self._with(n, given[n])}
        if taken:
            return invalid(dict.fromkeys(taken, "CONFLICTING_UNIQUE_VALUE"))
        record_id = self.has(**given | ({"email": e.lower()} if (e := given.get("email")) else {}))
        return JSONResponse(self._shown(record_id), 201)

    def _update(self, request: Request, body: Body) -> Response:
        record_id = self._find(request)
        if record_id is None:
            return not_found()
        faults = self._faults(body["properties"])
        if faults:
            return invalid(faults)
        self.contacts[record_id] |= body["properties"]
        return JSONResponse(self._shown(record_id))

    def _faults(self, given: Mapping[str, str]) -> dict[str, str]:
        found = dict.fromkeys(given.keys() - self.properties, "PROPERTY_DOESNT_EXIST")
        found |= dict.fromkeys(given.keys() & READ_ONLY, "READ_ONLY_VALUE")
        found |= {n: "INVALID_LONG" for n, value in given.items() if len(value) > LONGEST_TEXT}
        found |= {n: "INVALID_OPTION" for n in OPTIONS if given.get(n, "NEW") not in option(n)}
        if "email" in given and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", given["email"]):
            found["email"] = "INVALID_EMAIL"
        return found

    def _shown(self, record_id: str) -> dict[str, Any]:
        url = f"https://app.hubspot.com/contacts/1/record/0-1/{record_id}"
        return {"id": record_id, "properties": self.contacts[record_id], "url": url}

    def _read(self, request: Request, body: Body) -> Response:
        record_id = self._find(request)
        return JSONResponse(self._shown(record_id)) if record_id else not_found()

    def _list(self, request: Request, body: Body) -> Response:
        return JSONResponse({"results": [self._shown(i) for i in list(self.contacts)[:1]]})

    def _attach(self, request: Request, body: Body) -> Response:
        kind, given = request.path_params["kind"], body["properties"]
        [association] = body["associations"]
        [type_] = association["types"]
        contact_id, text = association["to"]["id"], given.get(BODIES[kind], "")
        if "hs_timestamp" not in given or len(text) > LONGEST_TEXT:
            return invalid({"hs_timestamp": "REQUIRED_FIELD"})
        if contact_id not in self.contacts or type_["associationTypeId"] != ASSOCIATIONS[kind]:
            return error(400, "VALIDATION_ERROR", "The association is not valid.")
        made = str(next(self._ids))
        self.attached[kind][made], self.of[made] = given, contact_id
        return JSONResponse({"id": made, "properties": given}, 201)

    def _associated(self, request: Request, body: Body) -> Response:
        results = [self._attached_to(request.path_params["kind"], **one) for one in body["inputs"]]
        return JSONResponse({"status": "COMPLETE", "results": results})

    def _attached_to(self, kind: str, id: str, after: str = "0") -> Body:  # noqa: A002 - as sent
        ids = [i for i in self.attached[kind] if self.of[i] == id]
        end = int(after) + self.page_size
        found = {"from": {"id": id}, "to": [{"toObjectId": int(i)} for i in ids[int(after) : end]]}
        return {**found, **({"paging": {"next": {"after": str(end)}}} if ids[end:] else {})}

    def _batch_read(self, request: Request, body: Body) -> Response:
        asked = [given["id"] for given in body["inputs"]]
        if len(asked) > LARGEST_BATCH:
            return error(400, "VALIDATION_ERROR", "At most 100 inputs.")
        kind = request.path_params["kind"]
        known = self.contacts if kind == "contacts" else self.attached[kind]
        found = [{"id": i, "properties": known[i]} for i in asked if i in known]
        gone = [i for i in asked if i not in known]
        missing = {"category": "OBJECT_NOT_FOUND", "context": {"ids": gone}}
        errors = {"numErrors": 1, "errors": [missing]} if gone else {}
        return JSONResponse({"results": found} | errors, 207 if gone else 200)

    def _account(self, request: Request, body: Body) -> Response:
        return JSONResponse({"timeZone": "Asia/Kolkata", "utcOffsetMilliseconds": 19_800_000})

    def _owner(self, request: Request, body: Body) -> Response:
        owner = request.path_params["key"]
        return JSONResponse({"id": owner}) if owner in self.owners else not_found()

    def _schema(self, request: Request, body: Body) -> Response:
        return JSONResponse({"results": [self._defined(name) for name in sorted(self.properties)]})

    def _property(self, request: Request, body: Body) -> Response:
        name = request.path_params["key"]
        return JSONResponse(self._defined(name)) if name in self.properties else not_found()

    def _defined(self, name: str) -> dict[str, Any]:
        return {
            "name": name,
            "hasUniqueValue": name in self.unique,
            "options": [{"value": value} for value in OPTIONS.get(name, [])],
            "modificationMetadata": {"readOnlyValue": name in READ_ONLY},
        }

    def _opted_out(self, request: Request, body: Body) -> Response:
        return JSONResponse({"results": [], "status": "COMPLETE"})

    def _opt_out(self, request: Request, body: Body) -> Response:
        if request.query_params.get("channel") != "EMAIL":
            return error(400, "VALIDATION_ERROR", "channel is required.")
        self.unsubscribed.add(request.path_params["key"])
        return JSONResponse({"results": [], "status": "COMPLETE"})


def option(name: str) -> list[str]:
    """Return the values that an enumeration takes; "NEW" stands for "not given"."""
    return [*OPTIONS[name], "NEW"]


def error(status: int, category: str, message: str, **more: str | list[str]) -> JSONResponse:
    context = {name: more.pop(name) for name in list(more) if isinstance(more[name], list)}
    details = {"errors": [{"message": message, "context": context}]} if context else {}
    said = {"status": "error", "category": category, "message": message, "correlationId": "c-1"}
    return JSONResponse(said | details | more, status)


def invalid(faults: Mapping[str, str]) -> JSONResponse:
    listed = ",".join(f'{{"isValid":false,"error":"{e}","name":"{n}"}}' for n, e in faults.items())
    return error(400, "VALIDATION_ERROR", f"Property values were not valid: [{listed}]")


def not_found() -> JSONResponse:
    return error(404, "OBJECT_NOT_FOUND", "resource not found")


def as_text(html: str) -> str:
    """Return a note as a salesperson reads it."""
    return unescape(html.replace("<br>", "\n"))
