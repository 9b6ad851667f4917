"""Rows of Dataverse, read strictly: an odd answer is no answer."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from types import NoneType
from typing import Any

import httpx

from shared.destinations.dynamics.answers import classify, fault_of
from shared.destinations.dynamics.codes import NO_SUCH_ROW
from shared.destinations.dynamics.follow_up import CREATED, MASTER, OPEN, STATUS
from shared.destinations.dynamics.owner import OWNER_COLUMN, OWNER_TYPE
from shared.destinations.http.answers import Request, json_object, unanswered
from shared.domain.errors import CrmUnavailableError

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

TEXTS = (OWNER_COLUMN, OWNER_TYPE, MASTER, CREATED, "modifiedon")

type Row = Mapping[str, Any]


def page_of(found: Mapping[str, Any]) -> list[Row]:
    """Return the rows of an answer to a query."""
    rows = found.get("value")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise CrmUnavailableError("a query is answered without rows; check DYNAMICS_URL")
    return list(rows)


def is_required(column: Row) -> bool:
    """Tell whether an administrator made a column required; Dataverse itself enforces none."""
    required = column["RequiredLevel"]["Value"] == "ApplicationRequired"
    return bool(column["IsValidForCreate"]) and required


def any_of(column: str, ids: Iterable[str]) -> str:
    """Return the condition that a column is one of some ids."""
    return " or ".join(f"{column} eq {one}" for one in sorted(ids))


def merged_into(row: Row) -> str:
    """Return the id of the lead that a closed one was merged into, "" if it was not."""
    master = "" if row.get("statecode") == OPEN else str(row.get(MASTER) or "").lower()
    if master and not GUID.fullmatch(master):
        raise CrmUnavailableError("a lead is merged into what has no id; check DYNAMICS_URL")
    return master


def is_gone(request: Request, response: httpx.Response) -> bool:
    """Tell whether a row was deleted, by the code that says so; raise what else a 404 means."""
    if response.status_code != HTTPStatus.NOT_FOUND:
        return False
    fault = fault_of(response)
    if fault is None or fault.code != NO_SUCH_ROW:
        raise classify(request, response) or unanswered(request, str(response.status_code))
    return True


def row_of(request: Request, response: httpx.Response, id_column: str, row_key: str) -> Row:
    """Return the row that an answer holds; without its id, or with an error, nothing is known."""
    named = response.headers.get("OData-EntityId", "").lower().rpartition("/")[2]
    same = named == request.path.lower().rpartition("/")[2]
    if response.status_code == HTTPStatus.NO_CONTENT and same:
        return {id_column: row_key}
    row = json_object(request, response)
    if str(row.get(id_column, "")).lower() != row_key or "error" in row or is_odd(row):
        raise unanswered(request, f"{response.status_code}, but not with the record alone")
    return row


def is_odd(row: Row) -> bool:
    """Tell whether a lead has a value of another type than its column: then nothing is known."""
    numbers, texts = (row.get(name) for name in STATUS), (row.get(name) for name in TEXTS)
    return any(type(number) not in (int, NoneType) for number in numbers) or not all(
        isinstance(text, str | None) for text in texts
    )
