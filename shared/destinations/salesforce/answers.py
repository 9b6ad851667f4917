"""What Salesforce's errors mean; its codes decide, not the status."""

import re
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import httpx

from shared.destinations.http.answers import (
    NO_ACCESS,
    TRY_LATER,
    Request,
    json_object,
    retry_after,
    unanswered,
)
from shared.destinations.http.said import said as without_sent
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmRejectedError,
    CrmUnavailableError,
)

TRANSIENT = {
    "API_CURRENTLY_DISABLED",
    "ENTITY_IS_DELETED",
    "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE",
    "QUERY_TIMEOUT",
    "REQUEST_LIMIT_EXCEEDED",
    "SERVER_UNAVAILABLE",
    "STORAGE_LIMIT_EXCEEDED",
    "UNABLE_TO_LOCK_ROW",
}
"""Nothing was done and it may work later: a lead deleted just now is re-created then."""

SETUP = {
    "API_DISABLED_FOR_ORG",
    "INACTIVE_OWNER_OR_USER",
    "INSUFFICIENT_ACCESS",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
    "INSUFFICIENT_ACCESS_OR_READONLY",
    "INVALID_CROSS_REFERENCE_KEY",
    "INVALID_FIELD",
    "INVALID_FIELD_FOR_INSERT_UPDATE",
    "INVALID_SESSION_ID",
    "INVALID_TYPE",
    "NOT_FOUND",
    "UNSUPPORTED_API_VERSION",
}
"""The org or our settings are at fault and not this lead: leads wait until that is mended. A field
that the user may not see is told as one that does not exist. Codes: see
https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
"""

QUOTA_WAIT = timedelta(hours=1)
"""The daily quota of calls counts the last 24 hours, so that some come back with every hour, see
https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm
"""

MATCHED_ID = re.compile(r'"(?:Id|url)"\s*:\s*"(?:[^"]*/)?(\w{15,18})"')
BUSY_LOGIN = re.compile("rate.(limit.)?exceeded")


class AlreadyThereError(CrmRejectedError):
    """Some lead has our id already; who creates one looks for it."""


class ConvertedError(CrmRejectedError):
    """Sales has converted the lead, which can't be changed any more."""


class NoAddressError(CrmRejectedError):
    """Salesforce takes the e-mail address for none; it goes elsewhere."""


HANDLED: Mapping[str, type[CrmRejectedError]] = {
    "DUPLICATE_VALUE": AlreadyThereError,
    "CANNOT_UPDATE_CONVERTED_LEAD": ConvertedError,
    "INVALID_EMAIL_ADDRESS": NoAddressError,
}
"""Refusals that whoever asked deals with."""


def refused(request: Request, response: httpx.Response) -> CrmError | None:
    """Return what Salesforce's error codes mean; None if the status says enough.

    A refusal without them is not Salesforce's, but of something on the way: no fault of the lead.
    """
    found = _json(response)
    errors = [e for e in found if isinstance(e, dict)] if isinstance(found, list) else []
    if not errors:
        strange = response.is_client_error and response.status_code not in {*TRY_LATER, *NO_ACCESS}
        told = f"{response.status_code}, but not in Salesforce's words: check SALESFORCE_URL"
        return CrmUnavailableError(told) if strange else None
    codes = {str(error.get("errorCode")) for error in errors}
    said = without_sent(request, f"{response.status_code} {'; '.join(map(_sentence, errors))}")
    if codes & TRANSIENT or "UNABLE_TO_LOCK_ROW" in said:
        daily = "REQUEST_LIMIT_EXCEEDED" in codes and "concurrent" not in said.lower()
        wait = retry_after(response) or (QUOTA_WAIT if daily else None)
        return CrmUnavailableError(said, retry_after=wait)
    if response.is_server_error:
        return unanswered(request, said, response)
    if codes & SETUP or response.status_code in NO_ACCESS:
        return CrmCredentialsError(said)
    matched = dict.fromkeys(MATCHED_ID.findall(response.text))
    rejected = next((HANDLED[code] for code in HANDLED if code in codes), CrmRejectedError)
    return rejected(f"{said}; it matches {', '.join(matched)}" if matched else said)


def login_refused(request: Request, response: httpx.Response) -> CrmError | None:
    """Return what a refused login means, without what was sent; it is never the lead's fault."""
    if not response.is_client_error or response.status_code in TRY_LATER:
        return None
    answer = _json(response)
    told = answer if isinstance(answer, dict) else {"error": response.status_code}
    words = [str(told[name]) for name in ("error", "error_description") if told.get(name)]
    said = f"login refused: {without_sent(request, ': '.join(words))}"
    if BUSY_LOGIN.search(said):
        return CrmUnavailableError(said, retry_after=retry_after(response))
    return CrmCredentialsError(said)


def written_id(request: Request, response: httpx.Response) -> str:
    """Return the id of the record that was written; an answer without one is no usable answer."""
    if response.status_code == HTTPStatus.NO_CONTENT and request.method == "PATCH":
        return request.path.rpartition("/")[2]
    found = json_object(request, response).get("id")
    if not isinstance(found, str) or not found:
        raise unanswered(request, f"{response.status_code}, but without the id of a record")
    return found


def _json(response: httpx.Response) -> object:
    """Return what an answer holds, if it is JSON; errors come as an array."""
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None


def _sentence(error: Mapping[str, Any]) -> str:
    about = ", ".join(map(str, error.get("fields") or ()))
    return f"{error.get('errorCode')}: {error.get('message')}{f' ({about})' if about else ''}"
