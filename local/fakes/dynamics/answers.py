"""Answers in the shape and the words of Dataverse."""

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.fakes.server import Fault


def fault(status: int, code: str, said: str) -> Response:
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
    return fault(404, "0x80040217", f"{table[:-1]} With Id = {row_id} Does Not Exist")


def no_table(name: str) -> Response:
    return fault(404, "0x8006088a", f"Resource not found for the segment '{name}'.")


def unknown_column(name: str, table: str) -> Response:
    said = f"The property '{name}' does not exist on type 'Microsoft.Dynamics.CRM.{table[:-1]}'."
    return fault(400, "0x80048d19", said)


def selected(request: Request, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that are asked for, with their annotations."""
    wanted = request.query_params["$select"].split(",")
    return {name: value for name, value in row.items() if name.partition("@")[0] in wanted}


def rows(request: Request, found: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {"value": [selected(request, row) for row in found]}
