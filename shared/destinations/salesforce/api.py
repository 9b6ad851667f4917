"""Salesforce's REST API: queries that find deleted leads too, and writes of one record.

- *create* is ``POST …/sobjects/Lead`` with all there is, our id included. The field is unique, so
  where the lead exists against expectation nothing is written and ``DUPLICATE_VALUE`` says so. The
  upsert by external id would write owner and status over what sales has made of them by then; and
  it answers ``DUPLICATE_VALUE`` too when two of them meet, see
  https://help.salesforce.com/s/articleView?id=000383480
- *update* is ``PATCH …/sobjects/Lead/<record id>``, which can't create.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.destinations.http.answers import Request, json_object, unanswered
from shared.destinations.http.client import HttpClient
from shared.destinations.http.tokens import Tokens
from shared.destinations.salesforce.answers import refused, written_id
from shared.destinations.salesforce.login import Login
from shared.destinations.salesforce.settings import SalesforceSettings

type Row = Mapping[str, Any]

OURS = frozenset({"q", "Status", "LeadSource", "OwnerId", "WhoId"})
"""What we send that is not the customer's."""

PASS_ALERTS = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
"""Duplicate rules that only alert let the lead pass."""


class SalesforceApi:
    """The requests that we make; each raises ``CrmError``."""

    def __init__(self, settings: SalesforceSettings) -> None:
        """Take settings that were checked; nothing is sent yet."""
        self._login = Login(settings)
        self._http = HttpClient(settings.url, tokens=Tokens(self._login.token), classify=refused)
        self._path = f"/services/data/{settings.api_version}"

    async def close(self) -> None:
        """Close the connections."""
        await self._login.close()
        await self._http.close()

    async def rows(self, source: str, where: str, columns: str = "Id") -> list[Row]:
        """Return all rows of a query, those in the recycle bin too."""
        soql = f"SELECT {columns} FROM {source} WHERE {where}"  # noqa: S608 - values are quoted
        path, params = f"{self._path}/queryAll", {"q": soql}
        rows: list[Row] = []
        while path:
            request = Request(
                method="GET", path=path, params=params or None, writes=False, shown=OURS
            )
            page = json_object(request, await self._http.call(request))
            if not isinstance(page.get("records"), list):
                raise unanswered(request, "the answer to a query holds no records")
            rows += page["records"]
            path, params = page.get("nextRecordsUrl") or "", {}
        return rows

    async def leads(self, where: str, columns: str) -> dict[str, Row]:
        """Return leads by id, and those that they were merged into; needs ``MasterRecordId``."""
        found = {row["Id"]: row for row in await self.rows("Lead", where, columns)}
        asked = {None, *found}
        while masters := {row["MasterRecordId"] for row in found.values()} - asked:
            rows = await self.rows("Lead", one_of("Id", masters), columns)
            found |= {row["Id"]: row for row in rows}
            asked |= masters
        return found

    async def describe_lead(self) -> Row:
        """Return the description of the object ``Lead``."""
        path = f"{self._path}/sobjects/Lead/describe"
        request = Request(method="GET", path=path, writes=False)
        return json_object(request, await self._http.call(request))

    async def create_lead(self, values: Row, *, assign: str) -> str:
        """Create a lead and return its id; ``assign`` is the assignment rule."""
        headers = {**PASS_ALERTS, "Sforce-Auto-Assign": assign}
        return await self._write("POST", "Lead", values, headers)

    async def update_lead(self, record_id: str, values: Row) -> str:
        """Change a lead; assignment rules, which run on updates too by default, don't."""
        headers = {**PASS_ALERTS, "Sforce-Auto-Assign": "FALSE"}
        return await self._write("PATCH", f"Lead/{record_id}", values, headers)

    async def create_task(self, values: Row) -> str:
        """Create a task and return its id."""
        return await self._write("POST", "Task", values, {})

    async def _write(self, method: str, what: str, values: Row, headers: Mapping[str, str]) -> str:
        request = Request(
            method=method,
            path=f"{self._path}/sobjects/{what}",
            json=dict(values),
            headers=headers,
            writes=True,
            shown=OURS,
        )
        return written_id(request, await self._http.call(request))


def survivor(leads: Mapping[str, Row], record_id: str) -> Row | None:
    """Return the lead of an id, or the one that it was merged into; None if it was deleted."""
    left = dict(leads)
    row = left.pop(record_id, None)
    while row and row["IsDeleted"]:
        row = left.pop(row["MasterRecordId"], None)
    return row


def quoted(value: str) -> str:
    """Return a string literal of SOQL."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def one_of(name: str, values: Iterable[str]) -> str:
    """Return the condition that a field has one of these values."""
    return f"{name} IN ({', '.join(map(quoted, sorted(values)))})"
