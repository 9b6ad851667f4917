"""Answers in the shape and the words of Salesforce's REST API, whose errors are an array."""

import json
from collections.abc import Sequence
from typing import Any

from starlette.responses import JSONResponse


def error(code: str, message: str, *fields: str, status: int = 400) -> JSONResponse:
    """Answer with one error."""
    body = {"message": message, "errorCode": code, "fields": list(fields)}
    return JSONResponse([body], status_code=status)


def duplicates(record_ids: Sequence[str]) -> JSONResponse:
    """Answer that a duplicate rule matches records."""
    records = [{"record": {"attributes": {"type": "Lead"}, "Id": one}} for one in record_ids]
    result: dict[str, Any] = {"duplicateResult": {"matchResults": [{"matchRecords": records}]}}
    result |= {"errorCode": "DUPLICATES_DETECTED", "message": "Use one of these records?"}
    return JSONResponse([result], status_code=400)


def created(record_id: str) -> JSONResponse:
    """Answer that a record was created."""
    return JSONResponse({"id": record_id, "success": True, "errors": []}, status_code=201)


def refused_with_201(refusal: JSONResponse) -> JSONResponse:
    """Answer with a result that is no success, in the shape that results of many records have."""
    [told] = json.loads(bytes(refusal.body))
    fields = told.get("fields", [])
    errors = [{"statusCode": told["errorCode"], "message": told["message"], "fields": fields}]
    return JSONResponse({"id": None, "success": False, "errors": errors}, status_code=201)
