"""Requests in the shape of Dataverse's Web API.

We choose the keys of all rows that we make, so each request may be sent twice: a create carries
``If-None-Match: *`` and is answered 412 if the row exists, an update carries ``If-Match: *`` and is
answered 404 if sales deleted the row, see
https://learn.microsoft.com/power-apps/developer/data-platform/webapi/perform-conditional-operations-using-web-api

Not confirmed against a live system: that a create answers with the row, as an update does (an
empty answer that names the row is taken as well); and that notes and tasks honour
``If-None-Match``, as the common rules of the Web API say.
"""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from shared.destinations.dynamics.answers import GoneError, classify, fault_of
from shared.destinations.dynamics.codes import EXISTS
from shared.destinations.dynamics.fields import COLUMNS
from shared.destinations.dynamics.follow_up import CREATED, MASTER, STATUS
from shared.destinations.dynamics.rows import (
    GUID,
    Row,
    any_of,
    is_gone,
    is_odd,
    is_required,
    merged_into,
    page_of,
    row_of,
)
from shared.destinations.http.answers import Request, json_object, unanswered
from shared.destinations.http.client import HttpClient
from shared.destinations.http.reading import understood
from shared.domain.errors import CrmUnavailableError

API = "/api/data/v9.2"
ID_COLUMNS = {"leads": "leadid", "annotations": "annotationid", "tasks": "activityid"}

COLUMNS_OF_LEAD = "/EntityDefinitions(LogicalName='lead')/Attributes"
"""See https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query-metadata-web-api"""

MOST_PAGES = 20
"""Of 5,000 rows each: an answer must end."""
MOST_MERGES = 5
"""One after the other; nobody has so many, but a circle must end."""

SEEN = ("leadid", *STATUS, MASTER, "modifiedon", "_modifiedby_value", "_ownerid_value")
SHOWN = (*SEEN, CREATED, "description", *COLUMNS.values())

HEADERS = {"OData-Version": "4.0", "OData-MaxVersion": "4.0", "Accept": "application/json"}
OWNER_KIND = "Microsoft.Dynamics.CRM.lookuplogicalname"
READING = {**HEADERS, "Prefer": 'odata.include-annotations="*"'}
WRITING = {**HEADERS, "Prefer": f'return=representation,odata.include-annotations="{OWNER_KIND}"'}

OURS = frozenset({"$select", "$filter", "$expand", "@p", "leadsourcecode", "ownerid@odata.bind"})
"""What we send that is not the customer's."""


class DynamicsApi:
    """Rows of Dataverse, read and written."""

    def __init__(self, http: HttpClient) -> None:
        """Take the connection to the environment."""
        self._http = http
        self._user_id = ""

    async def create(
        self, table: str, row_key: str, body: Row, hidden: Iterable[str] = ()
    ) -> Row | None:
        """Create a row under a key of ours; return None if it is there already.

        ``hidden`` is what else is known of the customer, for errors that quote it.
        """
        id_column = ID_COLUMNS[table]
        request = Request(
            method="PATCH",
            path=f"{API}/{table}({row_key})",
            writes=True,
            repeatable=True,
            json=body,
            shown=OURS,
            params={"$select": ",".join(SHOWN) if table == "leads" else id_column},
            headers={**WRITING, "If-None-Match": "*"},
            hidden=tuple(hidden),
        )
        there = HTTPStatus.PRECONDITION_FAILED
        response = await self._http.call(request, accept=frozenset({there}))
        if response.status_code != there:
            return row_of(request, response, id_column, row_key)
        fault = fault_of(response)
        if fault and fault.code in EXISTS:
            return None
        raise classify(request, response) or unanswered(request, str(there))

    async def lead(self, lead_key: str) -> Row | None:
        """Return a lead, or the one that it was merged into; None if it was deleted."""
        row = await self._read(lead_key)
        for _ in range(MOST_MERGES):
            master = row and merged_into(row)
            further = await self._read(master) if master else None
            if further is None:
                break
            row = further
        return row

    async def change(self, lead_key: str, body: Row, hidden: Iterable[str]) -> Row:
        """Change a lead that is there; raise ``GoneError`` if it is not any more."""
        request = self._about(lead_key, "PATCH", {**WRITING, "If-Match": "*"}, body, hidden)
        row = await self._one(request, lead_key)
        if row is None:
            raise GoneError(f"lead {lead_key} was deleted meanwhile")
        return row

    async def leads(self, ids: Iterable[str]) -> dict[str, Row]:
        """Return the status of leads by their ids, a merged one's where it was merged into."""
        found = await self._leads(set(ids))
        for _ in range(MOST_MERGES):
            masters = {i: master for i, row in found.items() if (master := merged_into(row))}
            if not masters:
                break
            further = await self._leads(set(masters.values()))
            found |= {i: further[master] for i, master in masters.items() if master in further}
        return found

    async def rows(self, path: str, columns: Sequence[str], where: str = "") -> list[Row]:
        """Return the rows that meet a condition, from all pages."""
        condition = {"$filter": where} if where else {}
        found = await self.get(path, {"$select": ",".join(columns), **condition})
        rows = page_of(found)
        for _ in range(MOST_PAGES):
            if "@odata.nextLink" not in found:
                return rows
            found = await self.get(self._next(found["@odata.nextLink"]))
            rows += page_of(found)
        raise CrmUnavailableError("the answer to a query has no end; check DYNAMICS_URL")

    def _next(self, link: object) -> str:
        """Return the path of a next page, which is at the same address."""
        with understood("Dataverse", "DYNAMICS_URL"):
            parts = urlsplit(link if isinstance(link, str) else "")
        if parts.netloc != self._http.where or not parts.path.startswith(f"{API}/"):
            raise CrmUnavailableError("the answer to a query goes on elsewhere; check DYNAMICS_URL")
        return f"{parts.path.removeprefix(API)}?{parts.query}"

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the answer to a query."""
        request = Request(
            method="GET",
            path=API + path,
            writes=False,
            params=params,
            headers=READING,
            shown=OURS,
        )
        return json_object(request, await self._http.call(request))

    async def columns(self) -> list[Row]:
        """Return the definitions of the table's columns: whether they can be set, or must be."""
        wanted = ("LogicalName", "IsValidForCreate", "RequiredLevel")
        return await self.rows(COLUMNS_OF_LEAD, wanted)

    async def required_columns(self) -> set[str]:
        """Return the columns that forms, and so maybe plug-ins, require."""
        with understood("Dataverse", "DYNAMICS_URL"):
            return {row["LogicalName"] for row in await self.columns() if is_required(row)}

    async def me(self) -> str:
        """Return the id of our application user, whose own doings are no follow-up."""
        if not self._user_id:
            user_id = (await self.get("/WhoAmI")).get("UserId")
            if not isinstance(user_id, str) or not GUID.fullmatch(user_id.lower()):
                raise CrmUnavailableError("WhoAmI does not say who we are; check DYNAMICS_URL")
            self._user_id = user_id
        return self._user_id

    async def _leads(self, ids: set[str]) -> dict[str, Row]:
        rows = await self.rows("/leads", SEEN, any_of("leadid", ids))
        found = {str(row.get("leadid")).lower(): row for row in rows}
        if not found.keys() <= ids:
            raise CrmUnavailableError("other leads than asked for; check DYNAMICS_URL")
        if any(row.get("statecode") is None or is_odd(row) for row in rows):
            raise CrmUnavailableError("a lead is answered with odd values; check DYNAMICS_URL")
        return found

    async def _read(self, lead_key: str) -> Row | None:
        row = await self._one(self._about(lead_key, "GET", READING), lead_key)
        if row is not None and (row.get("statecode") is None or "_ownerid_value" not in row):
            raise CrmUnavailableError("the lead is answered without its columns")
        return row

    async def there_is(self, path: str, columns: str) -> Row | None:
        """Return a row of any table, None if there is none."""
        params = {"$select": columns}
        request = Request(
            method="GET", path=API + path, writes=False, params=params, headers=READING, shown=OURS
        )
        response = await self._http.call(request, accept=frozenset({HTTPStatus.NOT_FOUND}))
        return None if is_gone(request, response) else json_object(request, response)

    def _about(
        self,
        lead_key: str,
        method: str,
        headers: Mapping[str, str],
        body: Row | None = None,
        hidden: Iterable[str] = (),
    ) -> Request:
        return Request(
            method=method,
            path=f"{API}/leads({lead_key})",
            writes=method != "GET",
            repeatable=True,
            shown=OURS,
            json=body,
            params={"$select": ",".join(SHOWN)},
            headers=headers,
            hidden=tuple(hidden),
        )

    async def _one(self, request: Request, lead_key: str) -> Row | None:
        """Read or change a lead; return None if it was deleted."""
        response = await self._http.call(request, accept=frozenset({HTTPStatus.NOT_FOUND}))
        if is_gone(request, response):
            return None
        return row_of(request, response, "leadid", lead_key)
