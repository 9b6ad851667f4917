"""Queries: rows by id, activities by the one condition that the relay asks, and definitions."""

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.fakes.dynamics.answers import gone, no_table, rows, selected
from local.fakes.dynamics.environment import FLAGS, Environment
from local.fakes.dynamics.writes import LENGTHS

GUIDS = re.compile(r"(\w+) eq ([0-9a-f-]{36})")
OTHERS_COMPLETED = re.compile(
    r"statecode eq 1 and modifiedon ge (\S+) and _createdby_value ne (\S+) and \((.+)\)"
)
COLUMNS = "EntityDefinitions(LogicalName='lead')/Attributes"
STATUSES = f"{COLUMNS}/Microsoft.Dynamics.CRM.StatusAttributeMetadata"
PICKLISTS = f"{COLUMNS}/Microsoft.Dynamics.CRM.PicklistAttributeMetadata"


def read(environment: Environment, request: Request, table: str, row_id: str) -> Response:
    """Answer with one row."""
    if table in {"systemusers", "teams"}:
        found = environment.principals.get(row_id)
        if found is None or f"{found.kind}s" != table:
            return gone(table, row_id)
        return JSONResponse(selected(request, {"name": found.name, "isdisabled": found.disabled}))
    row = environment.tables[table].get(row_id)
    return JSONResponse(selected(request, row)) if row else gone(table, row_id)


def query(environment: Environment, request: Request, path: str) -> Response:
    """Answer with the rows that are asked for."""
    where = request.query_params.get("$filter", "")
    answer: dict[str, Any] | None = None
    if path == "WhoAmI":
        answer = {"UserId": environment.app.id}
    elif path == "leads":
        wanted = {i for name, i in GUIDS.findall(where) if name == "leadid"}
        leads = environment.tables["leads"].items()
        answer = rows(request, (row for lead_id, row in leads if lead_id in wanted))
    elif path == "activitypointers":
        answer = rows(request, (one for one in environment.activities if _holds(one, where)))
    elif path.startswith(f"systemusers({environment.app.id})/Microsoft.Dynamics.CRM.RetrieveUser"):
        asked = json.loads(request.query_params["@p"])
        held = [n for n in asked if n not in environment.missing_privileges]
        answer = {"RolePrivileges": [{"PrivilegeName": name} for name in held]}
    elif path == COLUMNS:
        answer = {"value": _columns(environment)}
    elif path == PICKLISTS:
        answer = {"value": [_picklist(environment, name) for name in environment.choices]}
    elif path == STATUSES:
        answer = {"value": [_statuses(environment)]}
    return no_table(path) if answer is None else JSONResponse(answer)


def _columns(environment: Environment) -> list[dict[str, Any]]:
    levels = dict.fromkeys(environment.required_columns, "ApplicationRequired")
    names = {*LENGTHS["leads"], *FLAGS, *environment.own_columns, *environment.choices}
    names |= environment.required_columns
    return [
        {
            "LogicalName": name,
            "IsValidForCreate": name not in environment.read_only_columns,
            "RequiredLevel": {"Value": levels.get(name, "None"), "CanBeChanged": True},
        }
        for name in names | environment.read_only_columns
    ]


def _statuses(environment: Environment) -> dict[str, Any]:
    options = [
        {"Value": number, "Label": {"UserLocalizedLabel": {"Label": name, "LanguageCode": 1033}}}
        for name, number in environment.statuses.items()
    ]
    return {"LogicalName": "statuscode", "OptionSet": {"Options": options}}


def _picklist(environment: Environment, name: str) -> dict[str, Any]:
    values = [{"Value": number} for number in sorted(environment.choices[name])]
    shared = name in environment.shared_choices
    return {
        "LogicalName": name,
        "OptionSet": None if shared else {"Options": values},
        "GlobalOptionSet": {"Options": values} if shared else None,
    }


def _holds(activity: Mapping[str, Any], where: str) -> bool:
    """Tell whether an activity meets the only condition that the relay asks."""
    conditions = OTHERS_COMPLETED.fullmatch(where)
    if conditions is None:
        raise NotImplementedError(where)
    since, not_by, regarding = conditions.groups()
    about = {i for _, i in GUIDS.findall(regarding)}
    return (
        activity["modifiedon"] >= since
        and activity["_createdby_value"] != not_by
        and activity["_regardingobjectid_value"] in about
    )
