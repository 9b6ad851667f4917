"""How Power Automate answers a request to a flow that it does not run."""

from starlette.responses import JSONResponse, PlainTextResponse, Response

from local.fakes.faults import Fault


def flow_fault(fault: Fault) -> Response:
    """Return the answer that stands for a fault."""
    match fault:
        case Fault.UNAUTHORIZED:
            return flow_error(401, "DirectApiAuthorizationRequired", "The signature is not valid.")
        case Fault.THROTTLED:
            return flow_error(429, "TooManyRequests", "Wait.", {"Retry-After": "42"})
        case Fault.THROTTLED_WITHOUT_WAIT:
            return flow_error(429, "TooManyRequests", "Wait.")
        case Fault.REJECTED:
            return flow_error(400, "TriggerInputSchemaMismatch", "Required properties are missing.")
        case _:
            return PlainTextResponse("Bad gateway", 502)


def flow_error(
    status: int, code: str, message: str, headers: dict[str, str] | None = None
) -> JSONResponse:
    """Return an error in the shape of Azure."""
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)
