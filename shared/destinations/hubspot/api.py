"""Requests in HubSpot's shape: contacts, and the notes and tasks that are attached to them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import batched
from urllib.parse import quote

from shared.destinations.http.answers import Request, json_object, unanswered
from shared.destinations.http.client import HttpClient
from shared.destinations.http.tokens import Token, Tokens
from shared.destinations.hubspot.answers import (
    COMPLETE,
    NO_SUCH_API,
    JsonObject,
    Record,
    associated,
    body_of,
    in_its_words,
    objects,
    record_in,
    record_of,
    results_of,
)
from shared.destinations.hubspot.fields import FROM_SETTINGS, MESSAGE, OWNER, PROPERTIES
from shared.destinations.hubspot.follow_up import SIGNALS
from shared.destinations.hubspot.kinds import Kind
from shared.destinations.hubspot.meaning import Meaning
from shared.destinations.hubspot.settings import HubspotSettings
from shared.domain.errors import CrmError, CrmRejectedError, CrmUnavailableError

LARGEST_BATCH = 100
LARGEST_BATCH_WITH_HISTORY = 50
"""See https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/batch/get-contacts"""
TEXTS_AT_ONCE = 20
"""Notes and tasks of the longest kind that are read in one answer."""
MOST_PAGES = 100
"""Further pages of what is attached to contacts: a list must end."""
OURS = frozenset({*FROM_SETTINGS, "associations", "inputs", "idProperty", "properties", "limit"})
"""What we send that is not the customer's."""

OTHER_EMAILS = "hs_additional_emails"


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
        self.properties = f"/crm/properties/{version}/contacts"
        self.schema = f"/crm-object-schemas/{version}/schemas/contacts"
        self.account = f"/account-info/{version}/details"
        self.owners = f"/crm/owners/{version}"
        shown = (*SIGNALS, *PROPERTIES.values(), OTHER_EMAILS, MESSAGE, OWNER, settings.id_property)
        self._shown = ",".join(shown)
        meaning = Meaning(settings, clock)
        self._http = HttpClient(
            settings.url,
            tokens=Tokens(self._key),
            classify=meaning,
            refuses_token=lambda response: in_its_words(body_of(response)),
        )

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

    async def contact(self, key: str, id_property: str = "") -> Record | None:
        """Return a contact by its id or a unique value; None if there is none."""
        by = {"idProperty": id_property} if id_property else {}
        return await self._record(get(self._path(key), properties=self._shown, **by))

    async def update(
        self, contact_id: str, values: Mapping[str, str], hidden: Iterable[str] = ()
    ) -> bool:
        """Change a contact; tell whether there is one."""
        return await self._record(self.patch(contact_id, values, hidden)) is not None

    async def create(self, values: Mapping[str, str], hidden: Iterable[str] = ()) -> Record:
        """Create a contact; raise ``TakenError`` if one of its unique values is another's."""
        new = {"properties": dict(values), "associations": []}
        request = writing(self.contacts, new, hidden)
        return record_in(request, await self._http.call(request))

    async def has_unique(self, name: str) -> bool:
        """Tell whether contacts have a property, and its values are unique."""
        found = await self._look(get(f"{self.properties}/{name}"))
        return found is not None and found.get("hasUniqueValue") is True

    async def records(
        self,
        path: str,
        ids: Iterable[str],
        properties: Collection[str],
        at_once: int = LARGEST_BATCH,
        history: Collection[str] = (),
    ) -> list[Record]:
        """Return the records that there are, in as few calls as HubSpot allows.

        ``history`` are properties whose changes are told, too: of half as many records at once.
        """
        at_once = min(at_once, LARGEST_BATCH_WITH_HISTORY) if history else at_once
        found: list[Record] = []
        for some in batched(ids, at_once, strict=False):
            asked = {
                "properties": list(properties),
                "propertiesWithHistory": list(history),
                "inputs": [{"id": i} for i in some],
            }
            request = asking(f"{self._objects}/{path}/batch/read", asked)
            # Of contacts that were merged, several may have one result.
            results = await self._results(request, each=path != "contacts")
            found += [record_of(request, record) for record in results]
        return found

    async def attached(self, kind: Kind, contact_ids: Iterable[str]) -> dict[str, list[str]]:
        """Return the ids of what is attached to contacts, by contact.

        https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/batch/get-associations
        """
        found: dict[str, list[str]] = {}
        inputs = [{"id": contact_id} for contact_id in contact_ids]
        for _ in range(len(inputs) // LARGEST_BATCH + MOST_PAGES):
            now, inputs = inputs[:LARGEST_BATCH], inputs[LARGEST_BATCH:]
            path = f"{self._associations}/{kind.path}/batch/read"
            request = asking(path, {"inputs": now})
            for result in await self._results(request):
                contact_id, to, after = associated(request, result)
                found.setdefault(contact_id, []).extend(to)
                inputs += [{"id": contact_id, "after": after}] if after else []
            if not inputs:
                return found
        raise CrmUnavailableError(f"HubSpot's list of {kind.path} has no end: check HUBSPOT_URL")

    async def attach(
        self, kind: Kind, contact_id: str, values: Mapping[str, str], hidden: Iterable[str] = ()
    ) -> str:
        """Attach something new to a contact, and return its id."""
        type_ = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind.association}
        to_contact = {"to": {"id": contact_id}, "types": [type_]}
        new = {"properties": dict(values), "associations": [to_contact]}
        request = writing(f"{self._objects}/{kind.path}", new, hidden)
        return record_in(request, await self._http.call(request)).id

    async def unsubscribe(self, email: str) -> None:
        """Opt an address out of all e-mail; done again, it changes nothing.

        HubSpot may put this off, cancel it, refuse it, or answer with errors: then it is asked
        whether the address is opted out, which is all that counts.
        https://developers.hubspot.com/docs/api-reference/latest/communication-preferences/guide
        """
        request = self.subscriptions("POST", email)
        fault: CrmError = unanswered(request, "HubSpot has not unsubscribed the address (yet)")
        try:
            answer = body_of(await self._http.call(request))
        except CrmRejectedError as refused:
            answer, fault = {}, refused
        faults = answer.get("errors") or answer.get("numErrors")
        if answer.get("status") == COMPLETE and not faults:
            return
        now = await self.answer(self.subscriptions("GET", email))
        if not any(one.get("status") == "UNSUBSCRIBED" for one in objects(now.get("results"))):
            raise fault

    def subscriptions(self, method: str, email: str) -> Request:
        """Return the request about an address's opting out of all e-mail."""
        return Request(
            method=method,
            path=f"{self._statuses}/{quote(email, safe='')}/unsubscribe-all",
            writes=method == "POST",
            params={"channel": "EMAIL", **({"verbose": "true"} if method == "POST" else {})},
            shown=frozenset({"channel", "verbose"}),
        )

    def patch(
        self, contact_id: str, values: Mapping[str, str], hidden: Iterable[str] = ()
    ) -> Request:
        """Return the request that changes a contact."""
        return writing(self._path(contact_id), {"properties": dict(values)}, hidden, "PATCH")

    async def _record(self, request: Request) -> Record | None:
        found = await self._look(request)
        return None if found is None else record_of(request, found)

    async def _look(self, request: Request) -> JsonObject | None:
        """Return the answer, or None if HubSpot says that there is no such thing."""
        response = await self._http.call(request, accept=frozenset({HTTPStatus.NOT_FOUND}))
        if response.status_code != HTTPStatus.NOT_FOUND:
            return json_object(request, response)
        if not in_its_words(body_of(response)):
            raise unanswered(request, NO_SUCH_API, response)
        return None

    async def _results(self, request: Request, *, each: bool = False) -> list[JsonObject]:
        return results_of(request, await self._http.call(request), each=each)

    def _path(self, key: str) -> str:
        return f"{self.contacts}/{quote(key, safe='')}"

    async def _key(self) -> Token:
        return Token(self._settings.token, ends_at=datetime.max.replace(tzinfo=UTC))


def get(path: str, **params: str) -> Request:
    """Return a request that looks."""
    return Request(method="GET", path=path, writes=False, params=params or None, shown=OURS)


def asking(path: str, json: JsonObject) -> Request:
    """Return a request that looks for many."""
    return Request(method="POST", path=path, writes=False, json=json, shown=OURS)


def writing(path: str, json: JsonObject, hidden: Iterable[str], method: str = "POST") -> Request:
    """Return a request that writes properties; ``hidden`` as in ``Request``."""
    shown = OURS - {"properties"}
    return Request(
        method=method, path=path, writes=True, json=json, shown=shown, hidden=tuple(hidden)
    )
