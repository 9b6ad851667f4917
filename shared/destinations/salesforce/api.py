"""Salesforce's REST API: queries that find deleted leads too, and writes of one record.

- *create* is ``POST …/sobjects/Lead`` with all there is, our id included. The field is unique, so
  where the lead exists against expectation nothing is written and ``DUPLICATE_VALUE`` says so. The
  upsert by external id would write owner and status over what sales has made of them by then; and
  it answers ``DUPLICATE_VALUE`` too when two of them meet, see
  https://help.salesforce.com/s/articleView?id=000383480
- *update* is ``PATCH …/sobjects/Lead/<record id>``, which can't create.
"""

from collections.abc import Collection, Iterable, Mapping

from shared.destinations.http.answers import Request, json_object, unanswered
from shared.destinations.http.client import HttpClient
from shared.destinations.http.reading import understood
from shared.destinations.http.tokens import Tokens
from shared.destinations.salesforce.answers import refused, session_ended, written_id
from shared.destinations.salesforce.login import Login
from shared.destinations.salesforce.rows import Row, by_id
from shared.destinations.salesforce.settings import SalesforceSettings
from shared.domain.errors import CrmUnavailableError
from shared.domain.plain_text import is_whole

OURS = frozenset({"q", "Status", "LeadSource", "OwnerId", "WhoId"})
"""What we send that is not the customer's."""

SMALL_PAGES = {"Sforce-Query-Options": "batchSize=200"}
"""As small as there are: a row may have a long text in it, and an answer is read to a limit."""
MOST_PAGES, MOST_MERGES = 100, 5
"""An answer must end, and nobody merges so many leads, one after the other."""

PASS_ALERTS = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
"""Duplicate rules that only alert let the lead pass."""


class SalesforceApi:
    """The requests that we make; each raises ``CrmError``."""

    def __init__(self, settings: SalesforceSettings) -> None:
        """Take settings that were checked; nothing is sent yet."""
        self._login = Login(settings)
        self._http = HttpClient(
            settings.url,
            tokens=Tokens(self._login.token),
            classify=refused,
            refuses_token=session_ended,
        )
        self._path = f"/services/data/{settings.api_version}"

    @property
    def user_id(self) -> str:
        """Return who we are in the org, "" while nobody knows."""
        return self._login.user_id

    async def close(self) -> None:
        """Close the connections."""
        await self._login.close()
        await self._http.close()

    async def rows(self, source: str, where: str, columns: str = "Id") -> list[Row]:
        """Return all rows of a query, those in the recycle bin too."""
        soql = f"SELECT {columns} FROM {source} WHERE {where}"  # noqa: S608 - values are quoted
        path, params = f"{self._path}/queryAll", {"q": soql}
        rows: list[Row] = []
        for _ in range(MOST_PAGES):
            request = Request(
                method="GET",
                path=path,
                params=params or None,
                writes=False,
                shown=OURS,
                headers=SMALL_PAGES,
            )
            page = json_object(request, await self._http.call(request))
            found, path = page.get("records"), page.get("nextRecordsUrl") or ""
            if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
                raise unanswered(request, "the answer to a query holds no records")
            goes_on = isinstance(path, str) and is_whole(path)
            if path and not (goes_on and path.startswith(f"{self._path}/")):
                raise unanswered(request, "the answer to a query goes on elsewhere")
            rows, params = [*rows, *found], {}
            if not path and (page.get("done") is not True or _lacks_rows(page, rows)):
                raise unanswered(request, "the answer to a query does not say that it is whole")
            if not path:
                return rows
        raise CrmUnavailableError("the answer to a query has no end, check SALESFORCE_URL")

    async def leads(self, where: str, columns: str) -> dict[str, Row]:
        """Return leads by id, and those that they were merged into.

        Needs ``Id``, ``IsDeleted`` and ``MasterRecordId`` among the columns.
        """
        found = await self._leads(where, columns)
        asked = {None, *found}
        for _ in range(MOST_MERGES):
            masters = {row["MasterRecordId"] for row in found.values()} - asked
            if not masters:
                break
            found |= await self._leads(one_of("Id", masters), columns)
            asked |= masters
        return found

    async def _leads(self, where: str, columns: str) -> dict[str, Row]:
        rows = await self.rows("Lead", where, columns)
        with understood("Salesforce", "SALESFORCE_URL"):
            return by_id(rows)

    async def describe_lead(self) -> Row:
        """Return the description of the object ``Lead``."""
        path = f"{self._path}/sobjects/Lead/describe"
        request = Request(method="GET", path=path, writes=False)
        return json_object(request, await self._http.call(request))

    async def create_lead(self, values: Row, *, assign: str, hidden: Iterable[str]) -> str:
        """Create a lead and return its id; ``assign`` is the assignment rule.

        ``hidden`` is what else is known of the customer, for errors that quote it.
        """
        headers = {**PASS_ALERTS, "Sforce-Auto-Assign": assign}
        return await self._write("POST", "Lead", values, headers, hidden)

    async def update_lead(self, record_id: str, values: Row, *, hidden: Iterable[str]) -> str:
        """Change a lead; assignment rules, which run on updates too by default, don't."""
        headers = {**PASS_ALERTS, "Sforce-Auto-Assign": "FALSE"}
        return await self._write("PATCH", f"Lead/{record_id}", values, headers, hidden)

    async def create_task(self, values: Row, *, hidden: Iterable[str]) -> str:
        """Create a task and return its id."""
        return await self._write("POST", "Task", values, {}, hidden)

    async def _write(
        self,
        method: str,
        what: str,
        values: Row,
        headers: Mapping[str, str],
        hidden: Iterable[str],
    ) -> str:
        request = Request(
            method=method,
            path=f"{self._path}/sobjects/{what}",
            json=dict(values),
            headers=headers,
            writes=True,
            shown=OURS,
            hidden=tuple(hidden),
        )
        return written_id(request, await self._http.call(request))


def _lacks_rows(page: Row, rows: Collection[Row]) -> bool:
    total = page.get("totalSize")
    return isinstance(total, int) and total > len(rows)


def quoted(value: str) -> str:
    """Return a string literal of SOQL."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def one_of(name: str, values: Iterable[str]) -> str:
    """Return the condition that a field has one of these values."""
    return f"{name} IN ({', '.join(map(quoted, sorted(values)))})"
