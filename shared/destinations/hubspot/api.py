"""Requests in HubSpot's shape: contacts, and the notes and tasks that are attached to them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import batched
from urllib.parse import quote

from shared.destinations.http.answers import Request, json_object, unanswered
from shared.destinations.http.client import HttpClient
from shared.destinations.http.tokens import Token, Tokens
from shared.destinations.hubspot.answers import (
    JsonObject,
    Meaning,
    Record,
    body_of,
    record_in,
    record_of,
    wrong_address,
)
from shared.destinations.hubspot.fields import FROM_SETTINGS, MESSAGE, NOTE_BODY, OWNER, TASK_BODY
from shared.destinations.hubspot.follow_up import SIGNALS
from shared.destinations.hubspot.settings import HubspotSettings
from shared.domain.errors import CrmUnavailableError

LARGEST_BATCH = 100
OURS = frozenset({*FROM_SETTINGS, "associations", "inputs", "idProperty", "channel", "limit"})
"""What we send that is not the customer's."""

NOT_FOUND = "OBJECT_NOT_FOUND"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is attached to contacts: its path, the property of its text, the type of association.

    https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associations-guide
    """

    path: str
    body: str
    association: int


NOTE = Kind("notes", NOTE_BODY, 202)
TASK = Kind("tasks", TASK_BODY, 204)


class HubspotApi:
    """An account, by its Service Key."""

    def __init__(self, settings: HubspotSettings, clock: Callable[[], datetime]) -> None:
        """Take settings whose address may be called."""
        version = settings.version
        self._settings = settings
        self._objects = f"/crm/objects/{version}"
        self._associations = f"/crm/associations/{version}/contacts"
        self._statuses = f"/communication-preferences/{version}/statuses"
        self.contacts = f"{self._objects}/contacts"
        self.schema = f"/crm/properties/{version}/contacts"
        self.account = f"/account-info/{version}/details"
        self.owners = f"/crm/owners/{version}"
        self._shown = ",".join((*SIGNALS, MESSAGE, OWNER, settings.id_property))
        meaning = Meaning(settings.time_zone, clock)
        self._http = HttpClient(settings.url, tokens=Tokens(self._key), classify=meaning)

    @property
    def where(self) -> str:
        """Return the server's name."""
        return self._http.where

    async def close(self) -> None:
        """Close the connection."""
        await self._http.close()

    async def answer(self, request: Request, *accept: int) -> JsonObject:
        """Return the JSON object that a request is answered with."""
        return json_object(request, await self._http.call(request, accept=frozenset(accept)))

    async def contact(self, contact_id: str) -> Record:
        """Return a contact that must be there."""
        request = get(self._path(contact_id), properties=self._shown)
        return record_in(request, await self._http.call(request))

    async def update(
        self, key: str, values: Mapping[str, str], id_property: str = ""
    ) -> Record | None:
        """Change a contact and return what it shows then; None if there is no such contact."""
        if values:
            changed = await self._record(self.patch(key, values, id_property))
            if changed is None:
                return None
            key, id_property = changed.id, ""
        by = {"idProperty": id_property} if id_property else {}
        return await self._record(get(self._path(key), properties=self._shown, **by))

    async def create(self, values: Mapping[str, str]) -> Record:
        """Create a contact; raise ``TakenError`` if one of its unique values is another's."""
        request = post(self.contacts, {"properties": dict(values)}, writes=True)
        return record_in(request, await self._http.call(request))

    async def has_unique(self, name: str) -> bool:
        """Tell whether contacts have a property, and its values are unique."""
        found = await self._look(get(f"{self.schema}/{name}"))
        return found is not None and found.get("hasUniqueValue") is True

    async def records(
        self, path: str, ids: Iterable[str], properties: Collection[str]
    ) -> list[Record]:
        """Return the records that there are, in as few calls as HubSpot allows."""
        found: list[Record] = []
        for some in batched(ids, LARGEST_BATCH, strict=False):
            asked = {"properties": list(properties), "inputs": [{"id": i} for i in some]}
            request = post(f"{self._objects}/{path}/batch/read", asked, writes=False)
            found += [record_of(request, record) for record in await self._results(request)]
        return found

    async def attached(self, kind: Kind, contact_ids: Iterable[str]) -> dict[str, list[str]]:
        """Return the ids of what is attached to contacts, by contact.

        https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/batch/get-associations
        """
        found: dict[str, list[str]] = {}
        inputs = [{"id": contact_id} for contact_id in contact_ids]
        while inputs:
            now, inputs = inputs[:LARGEST_BATCH], inputs[LARGEST_BATCH:]
            path = f"{self._associations}/{kind.path}/batch/read"
            request = post(path, {"inputs": now}, writes=False)
            for result in await self._results(request):
                contact_id = str(result["from"]["id"])
                to = [str(attached["toObjectId"]) for attached in result["to"]]
                found.setdefault(contact_id, []).extend(to)
                after = result.get("paging", {}).get("next", {}).get("after")
                inputs += [{"id": contact_id, "after": str(after)}] if after else []
        return found

    async def attach(self, kind: Kind, contact_id: str, values: Mapping[str, str]) -> str:
        """Attach something new to a contact, and return its id."""
        type_ = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind.association}
        to_contact = {"to": {"id": contact_id}, "types": [type_]}
        new = {"properties": dict(values), "associations": [to_contact]}
        request = post(f"{self._objects}/{kind.path}", new, writes=True)
        return record_in(request, await self._http.call(request)).id

    async def unsubscribe(self, email: str) -> None:
        """Opt an address out of all e-mail; done again, it changes nothing.

        https://developers.hubspot.com/docs/api-reference/latest/communication-preferences/guide
        """
        request = self.subscriptions("POST", email)
        response = await self._http.call(request)
        if response.content and json_object(request, response).get("numErrors"):
            raise unanswered(request, f"{response.status_code}, but nothing was unsubscribed")

    def subscriptions(self, method: str, email: str) -> Request:
        """Return the request about an address's opting out of all e-mail."""
        return Request(
            method=method,
            path=f"{self._statuses}/{quote(email, safe='')}/unsubscribe-all",
            writes=method == "POST",
            params={"channel": "EMAIL"},
            shown=OURS,
        )

    def patch(self, key: str, values: Mapping[str, str], id_property: str = "") -> Request:
        """Return the request that changes a contact."""
        return Request(
            method="PATCH",
            path=self._path(key),
            writes=True,
            params={"idProperty": id_property} if id_property else None,
            json={"properties": dict(values)},
            shown=OURS,
        )

    async def _record(self, request: Request) -> Record | None:
        found = await self._look(request)
        return None if found is None else record_of(request, found)

    async def _look(self, request: Request) -> JsonObject | None:
        """Return the answer, or None if HubSpot says that there is no such thing."""
        response = await self._http.call(request, accept=frozenset({HTTPStatus.NOT_FOUND}))
        if response.status_code != HTTPStatus.NOT_FOUND:
            return json_object(request, response)
        if not body_of(response):
            raise wrong_address(response)
        return None

    async def _results(self, request: Request) -> list[JsonObject]:
        """Return the results of a batch; what is missing is no fault, whatever went wrong is."""
        answer = await self.answer(request)
        faults = {error.get("category") for error in answer.get("errors") or []} - {NOT_FOUND}
        if faults:
            raise CrmUnavailableError(f"HubSpot could not answer all of {request.path}: {faults}")
        found = answer.get("results")
        if not isinstance(found, list):
            raise unanswered(request, "HubSpot's answer has no results")
        return found

    def _path(self, key: str) -> str:
        return f"{self.contacts}/{quote(key, safe='')}"

    async def _key(self) -> Token:
        return Token(self._settings.token, ends_at=datetime.max.replace(tzinfo=UTC))


def get(path: str, **params: str) -> Request:
    """Return a request that looks."""
    return Request(method="GET", path=path, writes=False, params=params or None, shown=OURS)


def post(path: str, json: JsonObject, *, writes: bool) -> Request:
    """Return a request that creates, or one that looks for many."""
    return Request(method="POST", path=path, writes=writes, json=json, shown=OURS)
