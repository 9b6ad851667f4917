"""What Marketo answers: a result or errors, with HTTP 200."""

from typing import Any

from starlette.responses import JSONResponse, Response

from local.fakes.server import Fault

MESSAGES = {
    "601": "Access token invalid",
    "602": "Access token expired",
    "603": "Access denied",
    "604": "Request timed out",
    "606": "Max rate limit '100' exceeded with in '20' secs",
    "607": "Daily quota reached",
    "608": "API Temporarily Unavailable",
    "610": "Requested resource not found",
    "614": "Invalid Subscription",
    "615": "Concurrent access limit reached",
    "701": "Region cannot be blank",
    "713": "Transient Error",
}
FAULTS = {
    Fault.UNAUTHORIZED: "601",
    Fault.THROTTLED: "606",
    Fault.THROTTLED_WITHOUT_WAIT: "713",
    Fault.UNAVAILABLE: "608",
    Fault.REJECTED: "701",
}


def done(*results: dict[str, Any]) -> Response:
    """Answer with what was asked for, or what became of what was written."""
    given = list(results)
    return JSONResponse({"requestId": "e42b#14272d07d78", "success": True, "result": given})


def failed(code: str) -> Response:
    """Answer as Marketo does when it did nothing."""
    errors = [{"code": code, "message": MESSAGES.get(code, "System error")}]
    return JSONResponse({"requestId": "e42b#14272d07d78", "success": False, "errors": errors})


def skipped(code: str, message: str) -> Response:
    """Answer that a person was not written, and why."""
    return done({"status": "skipped", "reasons": [{"code": code, "message": message}]})
