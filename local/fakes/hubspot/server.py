"""The API of a HubSpot account.

A contact is created atomically: of two with the same e-mail or unique value, the second is refused.
The old ids of merged contacts lead to the new one.
"""

from typing import override

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.fakes.hubspot.account import (
    ASSOCIATIONS,
    BODIES,
    LARGEST_BATCH,
    LARGEST_BATCH_WITH_HISTORY,
    OF_WRITES,
    OWNERS,
    READ,
    SCHEMAS,
    SUBSCRIPTIONS,
    WRITE,
    Answer,
    Body,
    HubspotAccount,
    Properties,
)
from local.fakes.hubspot.answers import (
    error,
    exists,
    invalid,
    not_found,
    opt_out,
    required,
    taken,
    unset_fields,
)
from local.fakes.hubspot.rules import LONGEST_TEXT, refusal, refusals
from local.fakes.server import Fault


class HubspotServer(HubspotAccount):
    """A fake account on a socket."""

    @override
    def routes(self) -> list[BaseRoute]:
        objects, schema = "/crm/objects/{version}", "/crm/properties/{version}/contacts"
        required = "/crm-object-schemas/{version}/schemas/contacts"
        opt_out = "/communication-preferences/{version}/statuses/{key:path}/unsubscribe-all"
        attached = "/crm/associations/{version}/contacts/{kind}/batch/read"
        contacts, contact = f"{objects}/contacts", f"{objects}/contacts/{{key:path}}"
        return [
            self._route("GET", "/account-info/{version}/details", "", self._account),
            self._route("GET", "/crm/owners/{version}/{key}", OWNERS, self._owner),
            self._route("GET", schema, READ, self._schema),
            self._route("GET", required, SCHEMAS, self._requires),
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

            return await self.guarded(request, do)

        return Route(path, take, methods=[method])

    @override
    def meets(self, fault: Fault, request: Request) -> bool:
        """Let faults meet objects only, and some no look-up: one comes first."""
        about_objects = "/crm/objects/" in request.url.path
        return about_objects and (fault not in OF_WRITES or self.writes(request))

    @override
    def writes(self, request: Request) -> bool:
        if request.method == "PATCH":
            return self._find(request) is not None
        return request.method == "POST" and not request.url.path.endswith("/batch/read")

    def _find(self, request: Request) -> str | None:
        by, key = request.query_params.get("idProperty"), request.path_params["key"]
        if by is None:
            return self._now(key)
        return self._with(by, key) if by == "email" or by in self.unique else None

    def _create(self, request: Request, body: Body) -> Response:
        if self.requires_all_fields and "associations" not in body:
            return unset_fields("associations")
        given: Properties = body["properties"]
        if refused := self._refused(given) or self._no_owner(given):
            return refused
        record_id = self.has(**given | ({"email": e.lower()} if (e := given.get("email")) else {}))
        return JSONResponse(self._shown(record_id), 201)

    def _refused(self, given: Properties) -> Response | None:
        """Return why a contact is not created."""
        if wrong := refusals(given, self.properties, self.refuses):
            return invalid(wrong)
        if missing := self.required - given.keys():
            return required(missing)
        if not given.keys() & {"email", "firstname", "lastname"}:
            return error(400, "VALIDATION_ERROR", "One of email, firstname, lastname is required.")
        owners = self._taken(given)
        if "email" in owners:
            return exists(owners["email"])
        code = "CONFLICTING_UNIQUE_VALUE"
        others = {n: refusal(code, n, given[n], owner) for n, owner in owners.items()}
        return invalid(others) if others else None

    def _no_owner(self, given: Properties) -> Response | None:
        """Return that nobody has the id of an owner that is set."""
        name = "hubspot_owner_id"
        owner = given.get(name, "")
        unknown = {name: refusal("INVALID_OWNER_ID", name, owner)}
        return invalid(unknown) if owner and owner not in self.owners else None

    def _update(self, request: Request, body: Body) -> Response:
        record_id, given = self._find(request), body["properties"]
        if record_id is None:
            return not_found()
        if refused := refusals(given, self.properties, self.refuses):
            return invalid(refused)
        if no_owner := self._no_owner(given):
            return no_owner
        others = ((n, by) for n, by in self._taken(given).items() if by != record_id)
        for name, other in others:
            return taken(name, given[name], record_id, other)
        self.contacts[record_id] |= given
        return JSONResponse(self._shown(record_id))

    def _read(self, request: Request, body: Body) -> Response:
        record_id = self._find(request)
        return JSONResponse(self._shown(record_id)) if record_id else not_found()

    def _list(self, request: Request, body: Body) -> Response:
        return JSONResponse({"results": [self._shown(i) for i in list(self.contacts)[:1]]})

    def _attach(self, request: Request, body: Body) -> Response:
        kind, given = request.path_params["kind"], body["properties"]
        [association] = body["associations"]
        [type_] = association["types"]
        contact_id, text = self._now(association["to"]["id"]), given.get(BODIES[kind], "")
        if "hs_timestamp" not in given or len(text) > LONGEST_TEXT:
            return invalid({"hs_timestamp": refusal("REQUIRED_FIELD", "hs_timestamp", "")})
        if contact_id is None or type_["associationTypeId"] != ASSOCIATIONS[kind]:
            return error(400, "VALIDATION_ERROR", "The association is not valid.")
        if no_owner := self._no_owner(given):
            return no_owner
        made = self._new_id()
        self.attached[kind][made], self.of[made] = given, contact_id
        return JSONResponse({"id": made, "properties": given}, 201)

    def _associated(self, request: Request, body: Body) -> Response:
        results = [self._attached_to(request.path_params["kind"], **one) for one in body["inputs"]]
        return JSONResponse({"status": "COMPLETE", "results": results})

    def _attached_to(self, kind: str, id: str, after: str = "0") -> Body:  # noqa: A002 - as sent
        ids = [i for i in self.attached[kind] if self.of[i] == self._now(id)]
        end = int(after) + self.page_size
        found = {"from": {"id": id}, "to": [{"toObjectId": int(i)} for i in ids[int(after) : end]]}
        return {**found, **({"paging": {"next": {"after": str(end)}}} if ids[end:] else {})}

    def _batch_read(self, request: Request, body: Body) -> Response:
        if self.requires_all_fields and "propertiesWithHistory" not in body:
            return unset_fields("propertiesWithHistory")
        asked = [given["id"] for given in body["inputs"]]
        names = body.get("propertiesWithHistory", [])
        most = LARGEST_BATCH_WITH_HISTORY if names else LARGEST_BATCH
        if len(asked) > most:
            return error(400, "VALIDATION_ERROR", f"At most {most} inputs.")
        kind = request.path_params["kind"]
        known = self.contacts if kind == "contacts" else self.attached[kind]
        ids = {i: self._now(i) if kind == "contacts" else i for i in asked}
        there = dict.fromkeys(i for i in ids.values() if i in known)
        found: list[Body] = [{"id": i, "properties": known[i]} for i in there]
        for one in found if names and kind == "contacts" else ():
            one["propertiesWithHistory"] = self.history(one["id"], names)
        gone = [given for given, i in ids.items() if i not in known]
        missing = {"category": "OBJECT_NOT_FOUND", "context": {"ids": gone}}
        errors = {"numErrors": 1, "errors": [missing]} if gone else {}
        return JSONResponse({"status": "COMPLETE", "results": found} | errors, 207 if gone else 200)

    def _account(self, request: Request, body: Body) -> Response:
        return JSONResponse({"timeZone": "Asia/Kolkata", "utcOffsetMilliseconds": 19_800_000})

    def _owner(self, request: Request, body: Body) -> Response:
        owner = request.path_params["key"]
        return JSONResponse({"id": owner}) if owner in self.owners else not_found()

    def _schema(self, request: Request, body: Body) -> Response:
        return JSONResponse({"results": [self._defined(name) for name in sorted(self.properties)]})

    def _requires(self, request: Request, body: Body) -> Response:
        return JSONResponse({"name": "contact", "requiredProperties": sorted(self.required)})

    def _property(self, request: Request, body: Body) -> Response:
        name = request.path_params["key"]
        return JSONResponse(self._defined(name)) if name in self.properties else not_found()

    def _opted_out(self, request: Request, body: Body) -> Response:
        return JSONResponse(opt_out(request.path_params["key"], self.unsubscribed))

    def _opt_out(self, request: Request, body: Body) -> Response:
        """Opt an address out, or answer as a task does that is not complete (yet)."""
        if request.query_params.get("channel") != "EMAIL":
            return error(400, "VALIDATION_ERROR", "channel is required.")
        email = request.path_params["key"]
        outcome = self.opt_outs.popleft() if self.opt_outs else "COMPLETE"
        if outcome == "COMPLETE":
            self.unsubscribed.add(email)
        return JSONResponse(opt_out(email, self.unsubscribed, outcome))
