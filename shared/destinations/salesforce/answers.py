"""What Salesforce's answers mean: its codes decide as a whole, and no part of its words."""

import re
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

import httpx

from shared.destinations.http.answers import (
    TRY_LATER,
    Request,
    json_object,
    json_of,
    meaning,
    retry_after,
    unanswered,
)
from shared.destinations.http.refused import MissingFieldsError, as_sent
from shared.destinations.http.said import said
from shared.destinations.http.tokens import login_fault
from shared.destinations.salesforce.codes import (
    FIELD,
    GONE,
    INTERNAL,
    LOGIN,
    NO_ACCESS,
    OF_THE_LEAD,
    PASSING_LOGIN,
    RULES,
    SETTINGS,
    TRANSIENT,
)
from shared.destinations.salesforce.faults import RECORD_ID, Fault, faults_of, words
from shared.destinations.salesforce.fields import TWINS
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmFieldsRefusedError,
    CrmRejectedError,
    CrmSettingsError,
    CrmUnavailableError,
)

QUOTA_WAIT = timedelta(hours=1)
"""The daily quota of calls counts the last 24 hours, so that some come back with every hour, see
https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm
"""
DAILY_QUOTA = re.compile(r"TotalRequests Limit exceeded\.?")
"""How it is told; other limits have other names, and pass sooner."""

REFUSING = {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_CONTENT}
"""What Salesforce says no to one record with."""

NOT_ITS_WORDS = "not in Salesforce's words, check SALESFORCE_URL"
BUSY_LOGIN = ("invalid_grant", "login rate exceeded")


class AlreadyThereError(CrmRejectedError):
    """Some lead has our id already; who creates one looks for it."""


class ConvertedError(CrmRejectedError):
    """Sales has converted the lead, which can't be changed any more."""


class GoneError(CrmUnavailableError):
    """Sales has deleted a record since it was looked at; who asked looks again."""


class UnfitValuesError(CrmFieldsRefusedError):
    """Fields do not take the values that they were given, whatever else is in the lead."""


class NoSuchReferenceError(CrmSettingsError):
    """What a record should refer to is not there: an owner, or whom a task is about."""


HANDLED: Mapping[str, type[CrmRejectedError]] = {
    "DUPLICATE_VALUE": AlreadyThereError,
    "CANNOT_UPDATE_CONVERTED_LEAD": ConvertedError,
}
"""Refusals that whoever asked deals with."""


def refused(request: Request, response: httpx.Response) -> CrmError | None:
    """Return what an answer means that is no success."""
    if faults := faults_of(json_of(response)):
        told = words(request, faults)
        refuses = request.writes and response.status_code in REFUSING
        return _by_code(request, response, faults, told) or (
            _refusal(request, faults, f"{response.status_code} {told}")
            if refuses
            else meaning(request, response, told, own=True)
        )
    elsewhere = response.is_client_error and response.status_code not in {
        HTTPStatus.UNAUTHORIZED,
        *TRY_LATER,
    }
    return meaning(request, response, NOT_ITS_WORDS) if elsewhere else None


def session_ended(response: httpx.Response) -> bool:
    """Tell whether it is Salesforce that takes a token no longer."""
    return any(fault.code == "INVALID_SESSION_ID" for fault in faults_of(json_of(response)))


def _by_code(
    request: Request, response: httpx.Response, faults: tuple[Fault, ...], told: str
) -> CrmError | None:
    """Return what codes mean that do not refuse a record for what is in it."""
    told, codes = f"{response.status_code} {told}", {fault.code for fault in faults}
    if codes & TRANSIENT or any(fault.is_a_lock for fault in faults):
        daily = any(DAILY_QUOTA.fullmatch(fault.message) for fault in faults)
        wait = retry_after(response) or (QUOTA_WAIT if daily else None)
        return CrmUnavailableError(told, retry_after=wait, daily_quota=daily)
    nothing_done = response.is_success or response.status_code in REFUSING
    if codes & INTERNAL and nothing_done:
        return CrmUnavailableError(told)
    if codes & GONE or (request.method == "PATCH" and "NOT_FOUND" in codes):
        return GoneError(told)
    if codes & NO_ACCESS:
        return CrmCredentialsError(told)
    wrong = next(filter(_is_of_settings, faults), None)
    return _of_settings(wrong, f"{told}: {SETTINGS[wrong.code]}") if wrong else None


def _is_of_settings(fault: Fault) -> bool:
    """Tell whether settings are at fault; of a field that is named, who gave its value tells."""
    of_a_field = fault.code in FIELD and fault.fields
    return fault.code in SETTINGS and not of_a_field


def _of_settings(fault: Fault, told: str) -> CrmSettingsError:
    if fault.code == "REQUIRED_FIELD_MISSING":
        return MissingFieldsError(told, fields=fault.fields)
    if fault.code == "INVALID_CROSS_REFERENCE_KEY":
        return NoSuchReferenceError(told)
    return CrmSettingsError(told)


def _refusal(request: Request, faults: tuple[Fault, ...], told: str) -> CrmRejectedError:
    codes = {fault.code for fault in faults}
    if handled := next((HANDLED[code] for code in HANDLED if code in codes), None):
        return handled(told)
    if codes & OF_THE_LEAD or not all(fault.fields for fault in faults):
        return CrmRejectedError(told)
    error = CrmFieldsRefusedError if codes <= RULES else UnfitValuesError
    named = [name for fault in faults for name in fault.fields]
    return error(told, fields=as_sent(request.json, named, TWINS))


def login_refused(request: Request, response: httpx.Response) -> CrmError | None:
    """Return what a refused login means, without what was sent; it is never the lead's fault."""
    if response.is_redirect:
        return None
    code, why = login_fault(response)
    if response.is_client_error and code in LOGIN and (code, why) != BUSY_LOGIN:
        return CrmCredentialsError(f"login refused: {code}: {said(request, why)}".rstrip(": "))
    told = code if code in {*LOGIN, *PASSING_LOGIN} else NOT_ITS_WORDS
    return CrmUnavailableError(
        f"no login: {response.status_code} {told}", retry_after=retry_after(response)
    )


def written_id(request: Request, response: httpx.Response) -> str:
    """Return the id of the record that was written; an answer without one is no usable answer.

    What is a success by its status may be none by its body, which then tells why.
    """
    if response.status_code == HTTPStatus.NO_CONTENT and request.method == "PATCH":
        return request.path.rpartition("/")[2]
    found = json_object(request, response)
    faults = faults_of(found.get("errors"), "statusCode")
    if found.get("success") is False and faults:
        told = words(request, faults)
        raise _by_code(request, response, faults, told) or _refusal(
            request, faults, f"{response.status_code} {told}"
        )
    record_id = found.get("id")
    if found.get("success") is not True or not RECORD_ID.fullmatch(str(record_id)):
        raise unanswered(request, f"{response.status_code}, but without the id of a record")
    if found.get("errors"):
        raise unanswered(request, f"{response.status_code}, but with errors beside the id")
    return str(record_id)
