"""Persons over Marketo's REST API.

https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/leads

Parallel upserts of one person make two, which is documented. Our claim keeps ours apart, and a
create is ``createOnly``: it skips a person who exists, so that a create after a lost answer finds
what the lost one made. Not confirmed against a live instance: that it heeds another ``lookupField``
than the e-mail, which that page does not name.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from shared.destinations.http.answers import Request, json_object, unanswered
from shared.destinations.http.client import HttpClient
from shared.destinations.http.tokens import Tokens
from shared.destinations.marketo.answers import (
    EXISTS,
    NOT_FOUND,
    TOKEN_REFUSED,
    failure,
    problems,
    said,
    wrong_address,
)
from shared.destinations.marketo.fields import SOURCE, STATUS, Person
from shared.destinations.marketo.follow_up import UPDATED_AT
from shared.destinations.marketo.login import Login
from shared.destinations.marketo.settings import MarketoSettings
from shared.domain.errors import CrmRejectedError

LEADS = "/rest/v1/leads.json"
DESCRIBE = "/rest/v1/leads/describe2.json"
OURS = frozenset({"action", "lookupField", "filterType", "fields", SOURCE, STATUS})
"""What we send that is not the customer's."""

LARGEST_QUERY = 200
"""Values of one query: 300 are allowed, but not 8 KB of address, which 300 of our ids would be."""


class MarketoApi:
    """Asks for persons and writes them; what is no result is raised as a ``CrmError``."""

    def __init__(self, settings: MarketoSettings, clock: Callable[[], datetime]) -> None:
        """Take where it is and who we are; nothing is sent yet."""
        # Marketo shows its addresses as …/rest and …/identity.
        base = settings.url.rstrip("/").removesuffix("/rest").removesuffix("/identity")
        self._clock = clock
        self._login = Login(base, settings, clock)
        self._tokens = Tokens(self._login.token, clock)
        self._http = HttpClient(base, tokens=self._tokens, classify=wrong_address)

    async def close(self) -> None:
        """Close the connections."""
        await self._login.close()
        await self._http.close()

    async def describe(self) -> Mapping[str, Any]:
        """Return what fields a person has."""
        described = await self._ask(_get(DESCRIBE, {}))
        return described[0] if described else {}

    async def persons(self, by: str, values: Iterable[str], *others: str) -> list[Person]:
        """Return the persons who have a value: their status, and other fields as named."""
        fields = ",".join(filter(None, ("id", STATUS, UPDATED_AT, *others)))
        asked = {"filterType": by, "filterValues": ",".join(values), "fields": fields}
        request = _get(LEADS, asked)
        found = await self._ask(request)
        if not all(person.get("id") for person in found):
            raise unanswered(request, "200, but the answer has a person without an id")
        return found

    async def create(self, lookup: str, person: Person) -> str:
        """Create a person; return the id, or "" if there is one with the same ``lookup``."""
        return await self._write("createOnly", lookup, person, unless=EXISTS)

    async def update(self, person_id: int, person: Person) -> bool:
        """Change a person; return whether there is one."""
        values = {"id": person_id, **person}
        return bool(await self._write("updateOnly", "id", values, unless=NOT_FOUND))

    async def _write(self, action: str, lookup: str, person: Person, *, unless: str) -> str:
        """Write one person; return the id, or "" if skipped for the reason ``unless``."""
        body = {"action": action, "lookupField": lookup, "input": [person]}
        request = Request(method="POST", path=LEADS, writes=True, json=body, shown=OURS)
        written = next(iter(await self._ask(request)), {})
        if written.get("status") in {"created", "updated"} and written.get("id"):
            return str(written["id"])
        reasons = problems(written.get("reasons"))
        if unless in reasons:
            return ""
        if reasons:
            raise CrmRejectedError(said(reasons, request))
        raise unanswered(request, "200, but the answer has no id of a person")

    async def _ask(self, request: Request) -> list[Person]:
        """Send a request; return its results. A token that is refused is fetched anew, once."""
        used = await self._tokens.get()
        body = json_object(request, await self._http.call(request))
        if problems(body.get("errors")).keys() & TOKEN_REFUSED:
            await self._tokens.get(instead_of=used)
            body = json_object(request, await self._http.call(request))
        results = body.get("result")
        if body.get("success") is True and isinstance(results, list):
            return [one for one in results if isinstance(one, dict)]
        raise failure(request, problems(body.get("errors")), self._clock())


def _get(path: str, params: Mapping[str, str]) -> Request:
    return Request(method="GET", path=path, writes=False, params=params, shown=OURS)
