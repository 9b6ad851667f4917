"""Errors in the shape of https://developers.hubspot.com/docs/api-reference/error-handling."""

from collections.abc import Mapping
from html import unescape

from starlette.responses import JSONResponse


def error(status: int, category: str, message: str, **more: str | list[str]) -> JSONResponse:
    context = {name: more.pop(name) for name in list(more) if isinstance(more[name], list)}
    details = {"errors": [{"message": message, "context": context}]} if context else {}
    said = {"status": "error", "category": category, "message": message, "correlationId": "c-1"}
    return JSONResponse(said | details | more, status)


def invalid(faults: Mapping[str, str]) -> JSONResponse:
    listed = ",".join(f'{{"isValid":false,"error":"{e}","name":"{n}"}}' for n, e in faults.items())
    return error(400, "VALIDATION_ERROR", f"Property values were not valid: [{listed}]")


def not_found() -> JSONResponse:
    return error(404, "OBJECT_NOT_FOUND", "resource not found")


def as_text(html: str) -> str:
    """Return a note as a salesperson reads it."""
    return unescape(html.replace("<br>", "\n"))
