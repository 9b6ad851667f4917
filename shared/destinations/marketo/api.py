"""Persons over Marketo's REST API.

https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/leads

Parallel upserts of one person make two, which is documented. Our claim keeps ours apart, and a
create is ``createOnly``: it skips a person who exists, so that a create after a lost answer finds
what the lost one made. Not confirmed against a live instance: that it heeds another ``lookupField``
than the e-mail, which that page does not name.
"""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx

from shared.destinations.http.answers import Request, json_object, unanswered
from shared.destinations.http.client import HttpClient
from shared.destinations.http.tokens import Tokens
from shared.destinations.marketo.answers import failure, not_marketos
from shared.destinations.marketo.codes import (
    EXISTS,
    IN_ANOTHER_PARTITION,
    NOT_FOUND,
    TOKEN_REFUSED,
)
from shared.destinations.marketo.fields import SOURCE, STATUS, Person, optional_fields, text
from shared.destinations.marketo.follow_up import UPDATED_AT
from shared.destinations.marketo.login import Login
from shared.destinations.marketo.problems import problems
from shared.destinations.marketo.settings import MarketoSettings
from shared.domain.errors import CrmError, CrmUnavailableError

LEADS = "/rest/v1/leads.json"
DESCRIBE = "/rest/v1/leads/describe2.json"
OURS = frozenset({"action", "lookupField", "filterType", "fields", SOURCE, STATUS})
"""What we send that is not the customer's."""

MOST_PAGES = 100
"""Of one query: a list must end."""

LARGEST_QUERY = 200
"""Values of one query: 300 are allowed, but not 8 KB of address, which 300 of our ids would be."""


class MarketoApi:
    """Asks for persons and writes them; what is no result is raised as a ``CrmError``."""

    def __init__(self, settings: MarketoSettings, clock: Callable[[], datetime]) -> None:
        """Take where it is and who we are; nothing is sent yet."""
        # Marketo shows its addresses as …/rest and …/identity.
        base = settings.url.rstrip("/").removesuffix("/rest").removesuffix("/identity")
        self._clock = clock
        self._partition = settings.partition
        self._optional = optional_fields(settings)
        self._login = Login(base, settings, clock)
        self._tokens = Tokens(self._login.token, clock)
        # Without the tokens: a 401 over HTTP is not Marketo's, and the request may have been done.
        self._http = HttpClient(base, classify=self._not_marketos)

    async def close(self) -> None:
        """Close the connections."""
        await self._login.close()
        await self._http.close()

    async def describe(self) -> Mapping[str, Any]:
        """Return what fields a person has."""
        described = await self._ask(_get(DESCRIBE, {}))
        return described[0] if described else {}

    async def persons(self, by: str, values: Iterable[str], *others: str) -> list[Person]:
        """Return the persons who have a value: their status, and other fields as named.

        Nobody else is believed, whatever Marketo makes of a value.
        """
        wanted = dict.fromkeys(values)
        fields = ",".join(dict.fromkeys(filter(None, ("id", STATUS, UPDATED_AT, by, *others))))
        asked = {"filterType": by, "filterValues": ",".join(wanted), "fields": fields}
        found = await self._pages(asked)
        same = {value.casefold() for value in wanted}
        return [person for person in found if text(person, by).casefold() in same]

    async def create(self, lookup: str, person: Person, hidden: Iterable[str]) -> str:
        """Create a person; return the id, or "" if there is one with the same ``lookup``.

        ``hidden`` is what else is known of the customer, for errors that quote it.
        """
        body: dict[str, Any] = {"action": "createOnly", "lookupField": lookup, "input": [person]}
        if self._partition:
            body["partitionName"] = self._partition
        return await self._write(body, hidden, unless={EXISTS, IN_ANOTHER_PARTITION})

    async def update(self, person_id: object, person: Person, hidden: Iterable[str] = ()) -> bool:
        """Change a person; return whether there is one; ``hidden`` as for ``create``."""
        values = {"id": person_id, **person}
        body = {"action": "updateOnly", "lookupField": "id", "input": [values]}
        return bool(await self._write(body, hidden, unless={NOT_FOUND}))

    async def _write(
        self, body: Mapping[str, Any], hidden: Iterable[str], *, unless: AbstractSet[str]
    ) -> str:
        """Write one person; return the id, or "" if skipped for one of the reasons ``unless``."""
        request = Request(
            method="POST", path=LEADS, writes=True, json=body, shown=OURS, hidden=tuple(hidden)
        )
        [written, *others] = await self._ask(request) or [{}]
        if others:
            raise unanswered(request, "200, but the answer is about several persons")
        done = written.get("status") in ("created", "updated") and _is_id(written.get("id"))
        if done and written.get("reasons"):
            raise unanswered(request, "200, but with reasons against what is written")
        if done:
            return str(written["id"])
        reasons = problems(written.get("reasons"))
        if unless & {reason.code for reason in reasons}:
            return ""
        if reasons:
            raise failure(request, reasons, self._clock(), optional=self._optional)
        raise unanswered(request, "200, but the answer has no id of a person")

    async def _pages(self, asked: Mapping[str, str]) -> list[Person]:
        """Return the persons on all pages: who is on a further one must not be believed missing."""
        found: list[Person] = []
        page: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            request = _get(LEADS, {**asked, **page})
            answer = await self._answer(request)
            found += _results(request, answer)
            if not all(_is_id(person.get("id")) for person in found):
                raise unanswered(request, "200, but the answer has a person without an id")
            if not answer.get("moreResult"):
                return found
            token = answer.get("nextPageToken")
            if not isinstance(token, str) or not token:
                raise unanswered(request, "200, but the answer has more on a page that it lacks")
            page = {"nextPageToken": token}
        raise CrmUnavailableError("the answer to a query has no end: check MARKETO_URL")

    async def _ask(self, request: Request) -> list[Person]:
        """Send a request; return its results."""
        return _results(request, await self._answer(request))

    async def _answer(self, request: Request) -> dict[str, Any]:
        """Send a request; return its answer. A token that is refused is fetched anew, once."""
        token = await self._tokens.get()
        body = await self._call(request, token)
        if {problem.code for problem in problems(body.get("errors"))} & TOKEN_REFUSED:
            body = await self._call(request, await self._tokens.get(instead_of=token))
        found = problems(body.get("errors"))
        done = body.get("success") is True and not body.get("errors")
        if not done or not isinstance(body.get("result"), list):
            raise failure(request, found, self._clock(), optional=self._optional)
        return body

    async def _call(self, request: Request, token: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        return json_object(request, await self._http.call(replace(request, headers=headers)))

    def _not_marketos(self, request: Request, response: httpx.Response) -> CrmError | None:
        return not_marketos(request, response, self._clock())


def _results(request: Request, answer: Mapping[str, Any]) -> list[Person]:
    results: list[Person] = answer["result"]
    if not all(isinstance(one, dict) for one in results):
        raise unanswered(request, "200, but the answer has results of another shape")
    return results


def _get(path: str, params: Mapping[str, str]) -> Request:
    return Request(method="GET", path=path, writes=False, params=params, shown=OURS)


def _is_id(given: object) -> bool:
    return isinstance(given, int | str) and str(given).isdecimal()
