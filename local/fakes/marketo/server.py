"""The fake instance: its routes, its persons, and what sales does to them.

A create takes a moment in which a second one does not see the first: two of one person that are in
flight at the same time make two, as Marketo's page on leads warns.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, override

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.fakes.marketo.answers import FAULTS, done, failed, skipped
from local.fakes.marketo.schema import (
    FIELDS,
    FLAGS,
    ID_FIELD,
    INTERESTS,
    OWNER,
    STATUS,
    Person,
    Refusal,
    Schema,
)
from local.fakes.server import CrmServer, Fault, SeenRecord

MOST_VALUES, LONGEST_URL = 300, 8 * 1024
TOKEN_LASTS = timedelta(hours=1)
FIRST_ID = 318_581
PARTITION = "leadPartitionId"


class MarketoServer(CrmServer):
    """A fake instance; knobs stand for what differs between instances and for what may go wrong.

    ``answers`` come instead of the next ones; ``meanwhile`` is what sales does before the next one.
    ``calls_left`` are those of the daily quota.
    """

    name = "marketo"
    keeps = ("_token", "_token_ends_at", "logins")

    def __init__(self) -> None:
        """Start with nobody."""
        super().__init__()
        self.client_secret = secrets.token_urlsafe(24)
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.logins = 0
        self.login_answer: Response | None = None
        self.revoked: set[str] = set()
        self.schema = Schema()
        self.persons: dict[int, Person] = {}
        self.bodies: list[dict[str, Any]] = []
        self.queries: list[dict[str, str]] = []
        self.answers: deque[Response] = deque()
        self.meanwhile: deque[Callable[[], object]] = deque()
        self.may_write = self.takes_company = True
        self.creates_by_any_field = False
        self.create_seconds = 0.0
        self.calls_left: int | None = None
        self.tells_expiry_as_text = False
        self._next_id = FIRST_ID
        self._token = ""
        self._token_ends_at = self.now()

    @override
    def settings(self) -> dict[str, str]:
        return {
            "CRM": self.name,
            "MARKETO_URL": self.url,
            "MARKETO_CLIENT_ID": "5f1c0ffe-client",
            "MARKETO_CLIENT_SECRET": self.client_secret,
            "MARKETO_ID_FIELD": ID_FIELD,
            "MARKETO_INTEREST_FIELD": INTERESTS,
            "MARKETO_STATUS": "New",
        }

    @override
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/identity/oauth/token", self.login(self._login), methods=["GET"]),
            self._route("/rest/v1/leads/describe2.json", "GET", self._describe),
            self._route("/rest/v1/leads.json", "GET", self._query),
            self._route("/rest/v1/leads.json", "POST", self._sync),
            self._route("/rest/{rest:path}", "GET", self._nothing),
        ]

    @override
    def records(self) -> list[SeenRecord]:
        return [
            SeenRecord(
                record_id=str(person_id),
                lead_id=person.get(ID_FIELD, ""),
                values={ours: person.get(theirs, "") for ours, theirs in FIELDS.items()},
                owner=person.get(OWNER, ""),
                status=person.get(STATUS, ""),
                description=person.get(INTERESTS, ""),
                notes=[],
                do_not_contact=all(person.get(flag) for flag in FLAGS),
            )
            for person_id, person in self.persons.items()
        ]

    @override
    def fault_answer(self, fault: Fault) -> Response:
        return failed(FAULTS[fault])

    @override
    def sales_acts(self, record_id: str) -> None:
        self.has(int(record_id), **{STATUS: "Contacted"})

    @override
    def sales_corrects(self, record_id: str, field: str, value: str) -> None:
        self.has(int(record_id), **{FIELDS[field]: value})

    @override
    def sales_owns(self, record_id: str, owner: str, status: str) -> None:
        self.has(int(record_id), **{OWNER: owner, STATUS: status})

    @override
    def sales_deletes(self, record_id: str) -> None:
        del self.persons[int(record_id)]

    def has(self, person_id: int | None = None, **values: object) -> str:
        """Let a person have values, a new one if none is named; return the id."""
        number = person_id or self._next_id
        self._next_id = max(self._next_id, number + 1)
        updated_at = f"{self.now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        person = self.persons.setdefault(number, {"id": number, "createdAt": updated_at})
        person.update({**values, "updatedAt": updated_at})
        return str(number)

    def merge(self, loser: str, winner: str, **chosen: object) -> None:
        """Merge a person into another, whose id and values stay, but for those that are chosen."""
        gone = self.persons.pop(int(loser))
        self.has(int(winner), **{**gone, **self.persons[int(winner)], **chosen})

    @override
    def end_tokens(self) -> None:
        """End the token now, earlier than Marketo said."""
        self.revoked.add(self._token)
        self._token_ends_at = self.now()

    def _route(
        self, path: str, method: str, do: Callable[[Request], Awaitable[Response]]
    ) -> BaseRoute:
        async def take(request: Request) -> Response:
            async def done() -> Response:
                token = request.headers.get("authorization", "").removeprefix("Bearer ")
                if token in self.revoked or (self.now() >= self._token_ends_at and token):
                    return failed("602")
                if token != self._token or not token:
                    return failed("601")
                if self.calls_left == 0:
                    return failed("607")
                self.calls_left = self.calls_left and self.calls_left - 1
                if self.meanwhile:
                    self.meanwhile.popleft()()
                return self.answers.popleft() if self.answers else await do(request)

            return await self.guarded(request, done)

        return Route(path, take, methods=[method])

    async def _login(self, request: Request) -> Response:
        """Give a token, the same until it ends."""
        asked, mine = request.query_params, self.settings()
        if self.down:
            self.calls.append("GET /identity/oauth/token")
            return Response(status_code=503)
        self.logins += 1
        given = (asked["client_id"], asked["client_secret"], asked["grant_type"])
        if given != (mine["MARKETO_CLIENT_ID"], self.client_secret, "client_credentials"):
            wrong = {"error": "unauthorized", "error_description": "Bad client credentials"}
            return JSONResponse(wrong, 401)
        if self.login_answer:
            return self.login_answer
        if not self._token or self.now() >= self._token_ends_at:
            self._token, self._token_ends_at = f"t-{self.logins}:int", self.now() + TOKEN_LASTS
        left = (self._token_ends_at - self.now()) // timedelta(seconds=1)
        told = str(left) if self.tells_expiry_as_text else left
        token = {"access_token": self._token, "token_type": "bearer", "expires_in": told}
        return JSONResponse({**token, "scope": "relay@fabrikam.example"})

    async def _nothing(self, _: Request) -> Response:
        return failed("610")

    async def _describe(self, _: Request) -> Response:
        return done(self.schema.described())

    async def _query(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.queries.append(asked)
        values = asked["filterValues"].lower().split(",")
        if len(str(request.url)) > LONGEST_URL:
            return Response(status_code=414)
        if len(values) > MOST_VALUES:
            return done()
        by, names = asked["filterType"], asked["fields"].split(",")
        found = [p for p in self.persons.values() if str(p.get(by, "")).lower() in values]
        return done(*({name: person.get(name) for name in names} for person in found))

    async def _sync(self, request: Request) -> Response:
        body = await request.json()
        self.bodies.append(body)
        action, lookup, [person] = body["action"], body["lookupField"], body["input"]
        if not self.may_write:
            return failed("603")
        by = lookup if action == "updateOnly" or self.creates_by_any_field else "email"
        value = str(person.get(by, "")).lower()
        same = [i for i, p in self.persons.items() if value and str(p.get(by)).lower() == value]
        creates = action == "createOnly"
        partition = body.get("partitionName", "")
        now = None if creates or not same else self.persons[same[0]].get(PARTITION)
        refusals = [
            *self._refusals(person, same, creates=creates),
            *self.schema.partition_refusals(partition, now),
        ]
        if refusals:
            return skipped(*refusals[0])
        if creates:
            await asyncio.sleep(self.create_seconds)
            there = {PARTITION: partition} if partition else {}
            return done({"id": int(self.has(**person, **there)), "status": "created"})
        self.has(same[0], **{name: value for name, value in person.items() if name != "id"})
        return done({"id": same[0], "status": "updated"})

    def _refusals(self, person: Person, same: list[int], *, creates: bool) -> list[Refusal]:
        """Return what Marketo says of a person that it skips; the first is the reason."""
        company = "company" in person and not (creates and self.takes_company)
        states = {
            ("1007", "Multiple leads match the lookup criteria"): len(same) > 1,
            ("1005", "Lead already exists"): creates and bool(same),
            ("1004", "Lead not found"): not creates and not same,
            ("1021", "Company update not allowed"): company,
        }
        wrong = self.schema.refusals(person, creates=creates)
        return [*wrong, *(refusal for refusal, is_so in states.items() if is_so)]
