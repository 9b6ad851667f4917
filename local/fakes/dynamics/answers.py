"""Answers in the shape and the words of Dataverse."""

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.fakes.server import Fault

HELP = "For more information on this error please follow this help link"


class BadAddressError(Exception):
    """An address that Dataverse can't read; the message is in its words."""


def fault(status: int, code: str, said: str) -> Response:
    """Answer with an error in the shape of OData."""
    return JSONResponse({"error": {"code": code, "message": said}}, status_code=status)


def answer_to(wanted: Fault) -> Response:
    """Return how Dataverse says one of the faults that all CRMs have."""
    match wanted:
        case Fault.UNAUTHORIZED:
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        case Fault.THROTTLED | Fault.THROTTLED_WITHOUT_WAIT:
            said = "Number of requests exceeded the limit of 6000 over time window of 300 seconds."
            answer = fault(429, "0x80072322", said)
            if wanted is Fault.THROTTLED:
                answer.headers["Retry-After"] = "30"
            return answer
        case Fault.UNAVAILABLE:
            return fault(503, "", "The service is unavailable.")
        case _:
            return fault(400, "0x80040265", "A plug-in of the publisher says no.")


def gone(table: str, row_id: str) -> Response:
    """Answer that a row is not there."""
    return fault(404, "0x80040217", f"{table[:-1]} With Id = {row_id} Does Not Exist")


def no_table(name: str) -> Response:
    """Answer that there is no such table."""
    return fault(404, "0x8006088a", f"Resource not found for the segment '{name}'.")


def no_such_key(table: str) -> Response:
    """Answer that no row has the values of an alternate key."""
    said = f"A record with the specified key values does not exist in {table[:-1]} entity"
    return fault(404, "0x80060891", said)


def unreadable(error: BadAddressError) -> Response:
    """Answer that an address can not be read."""
    return fault(400, "0x80060888", str(error))


def unknown_column(name: str, table: str) -> Response:
    """Answer that a table lacks a column, or a lookup if the name is that of a binding."""
    lookup, _, is_bound = name.partition("@")
    said = f"The property '{name}' does not exist on type 'Microsoft.Dynamics.CRM.{table[:-1]}'."
    if is_bound:
        said = (
            f"An undeclared property '{lookup}' which only has property annotations in the payload"
            " but no property value was found in the payload."
        )
    payload = f"Error identified in Payload provided by the user for Entity :'{table}', {HELP}"
    inner = f"InnerException : Microsoft.OData.ODataException: {said}"
    return fault(400, "0x80048d19", f"{payload}  ---->  {inner}")


def missing_column(name: str) -> Response:
    """Answer as a publisher's plug-in: Dataverse itself lets business-required columns be empty."""
    return fault(400, "0x80040265", f"You must provide a value for {name}.")


def selected(request: Request, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that are asked for, with their annotations; all if none are named."""
    wanted = request.query_params.get("$select", ",".join(row)).split(",")
    return {
        name: value for name, value in row.items() if {name, name.partition("@")[0]} & {*wanted}
    }


def rows(request: Request, found: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the rows of a query, with the columns that are asked for."""
    return {"value": [selected(request, row) for row in found]}
