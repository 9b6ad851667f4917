"""Writes of one row: done whole, or refused for the first reason there is."""

from collections.abc import Iterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.fakes.dynamics import binds
from local.fakes.dynamics.answers import (
    BadAddressError,
    fault,
    gone,
    missing_column,
    no_such_key,
    selected,
    unknown_column,
    unreadable,
)
from local.fakes.dynamics.environment import FLAGS, Environment

ID_COLUMNS = {"leads": "leadid", "annotations": "annotationid", "tasks": "activityid"}
LENGTHS = {
    "leads": {
        "subject": 300,
        "firstname": 50,
        "lastname": 50,
        "emailaddress1": 100,
        "telephone1": 50,
        "mobilephone": 20,
        "address1_country": 80,
        "companyname": 100,
        "jobtitle": 100,
        "description": 2_000,
    },
    "annotations": {"subject": 500, "notetext": 100_000},
    "tasks": {"subject": 200, "description": 2_000, "scheduledend": 20},
}
OWNERS = {"systemusers", "teams"}
BINDINGS: dict[str, dict[str, set[str]]] = {
    "leads": {
        "ownerid": OWNERS,
        "parentaccountid": {"accounts"},
        "parentcontactid": {"contacts"},
        "campaignid": {"campaigns"},
    },
    "annotations": {"objectid_lead": {"leads"}},
    "tasks": {"regardingobjectid_lead_task": {"leads"}, "ownerid": OWNERS},
}
"""The lookups of a table, and where each leads."""


def patch(
    environment: Environment,
    request: Request,
    table: str,
    row_id: str,
    body: Mapping[str, Any],
) -> Response:
    """Write a row if its conditions hold."""
    _sales_is_faster(environment)
    rows, there = environment.tables[table], row_id in environment.tables[table]
    if request.headers.get("If-None-Match") == "*" and there:
        return fault(412, "", "A record with matching key values already exists.")
    if request.headers.get("If-Match") == "*" and not there:
        return gone(table, row_id)
    if refused := next(_refusals(environment, table, row_id, body), None):
        return refused
    plain = {name: value for name, value in body.items() if "@" not in name}
    row = rows.setdefault(row_id, {ID_COLUMNS[table]: row_id, **environment.new_row()})
    for name, to in _bindings(body).items():
        bound = _bound_to(environment, binds.parse(to))
        owner = environment.principals.get(bound)
        row.update(environment.owned_by(owner) if owner else {name: bound})
    by = environment.modified_by(environment.app)
    row.update({**plain, "modifiedon": environment.time(), **by})
    environment.bodies.append(
        {"table": table, "body": dict(body), "headers": dict(request.headers)}
    )
    return JSONResponse(selected(request, row), status_code=200 if there else 201)


def _sales_is_faster(environment: Environment) -> None:
    """Let sales close or delete all leads just before a write, if a test says so."""
    for lead_id in list(environment.tables["leads"]):
        if environment.closes_before_patch:
            environment.sales_closes(lead_id)
        if environment.deletes_before_patch:
            environment.sales_deletes(lead_id)
    environment.deletes_before_patch = False


def _refusals(
    environment: Environment, table: str, row_id: str, body: Mapping[str, Any]
) -> Iterator[Response]:
    """Give what Dataverse says of a write that it does not do; the first is the answer."""
    before = environment.tables[table].get(row_id)
    if row_id in environment.deleted and environment.refuses_deleted_key:
        status, code = environment.refuses_deleted_key
        yield fault(status, code, "A record that was deleted has this key.")
    closed = table == "leads" and before and before["statecode"] != 0
    if closed and environment.refuses_closed:
        yield fault(400, "0x8004022e", "The object cannot be updated because it is read-only.")
    if "prvCreateLead" in environment.missing_privileges and table == "leads" and not before:
        said = f"Principal user (Id={environment.app.id}) is missing prvCreateLead privilege"
        yield fault(403, "0x80040220", said)
    for name, address in _bindings(body).items():
        yield from _refused_binding(environment, table, name, address)
    for name, value in body.items():
        yield from _refused_value(environment, table, name, value)
    if table == "leads" and not before and environment.enforces_required:
        yield from (
            missing_column(n) for n in sorted(environment.required_columns) if not body.get(n)
        )
    email = body.get("emailaddress1")
    if environment.breaks_down:
        yield fault(500, "0x80040224", f"A plug-in broke over {email}")
    others = [row for i, row in environment.tables["leads"].items() if i != row_id]
    if email and any(other.get("emailaddress1") == email for other in others):
        yield from _duplicate(environment, email)


def _refused_value(
    environment: Environment, table: str, name: str, value: object
) -> Iterator[Response]:
    most = LENGTHS[table].get(name)
    if most is not None and len(str(value).encode("utf-16-le")) // 2 > most:
        where = f"the '{name}' attribute of the '{table[:-1]}' entity"
        said = f"A validation error occurred. The length of {where} exceeded"
        yield fault(400, "0x80044331", f"{said} the maximum allowed length of '{most}'.")
    choice = environment.choices.get(name)
    if choice is not None and value not in choice:
        said = f"The value {value} of '{name}' on record of type 'lead' is outside"
        there = ",".join(map(str, sorted(choice)))
        yield fault(400, "0x8004431a", f"{said} the valid range. Accepted Values: {there}")
    known = {*LENGTHS[table], *environment.choices, *environment.own_columns, *FLAGS}
    if "@" not in name and name not in known:
        yield unknown_column(name, table)
    if name in environment.refused_columns:
        yield fault(400, environment.refused_columns[name], f"'{value}' is no {name} that we take.")


def _duplicate(environment: Environment, email: str) -> Iterator[Response]:
    if environment.duplicate_rule:
        said = "A record was not created or updated because a duplicate of the current"
        yield fault(500, "0x80040333", f"{said} record already exists.")
    if environment.email_is_key:
        said = f"Entity Key Email violated. <emailaddress1>{email}</emailaddress1>"
        yield fault(412, "0x80060892", said)


def _refused_binding(
    environment: Environment, table: str, name: str, address: str
) -> Iterator[Response]:
    try:
        to = binds.parse(address)
        if to.table not in BINDINGS[table].get(name, ()):
            yield unknown_column(f"{name}@odata.bind", table)
        elif not _bound_to(environment, to):
            yield gone(to.table, to.row_id) if to.row_id else no_such_key(to.table)
    except BadAddressError as error:
        yield unreadable(error)


def _bound_to(environment: Environment, to: binds.Address) -> str:
    """Return the id of the row that an address names, "" if it is not there."""
    rows: Mapping[str, Mapping[str, object]] = environment.tables.get(to.table, {})
    if to.table in OWNERS:
        people = environment.principals.values()
        rows = {one.id: {"name": one.name} for one in people if f"{one.kind}s" == to.table}
    return binds.matching(to, rows, environment.alternate_keys.get(to.table, set()))


def _bindings(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the addresses that lookups are bound to, by the lookup's name."""
    return {n.partition("@")[0]: v for n, v in body.items() if n.endswith("@odata.bind")}
