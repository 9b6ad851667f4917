"""Errors that vendors document, in their own words: what each of them does is part of the grid."""

import json
from collections.abc import Iterator, Mapping

from starlette.responses import JSONResponse, Response

from local.fakes.dynamics.answers import fault, unknown_column
from local.fakes.faults import Reply
from local.fakes.hubspot import answers as hubspot
from local.fakes.hubspot.rules import refusal
from local.fakes.marketo.answers import failed, skipped
from local.fakes.salesforce.answers import duplicates, error, refused_with_201
from shared.domain.lead import CONTACT_FIELDS
from tests.crm_contract.odd_answers import CUSTOMER, Answer

PHONE, EMAIL = "030", CUSTOMER["Email"]
LENGTH_OF_PHONE = (
    "A validation error occurred. The length of the 'telephone1' attribute of the 'lead' entity"
    " exceeded the maximum allowed length of '50'."
)


def _hubspot() -> Mapping[str, Response]:
    def refused(code: str, name: str, value: str) -> Response:
        return hubspot.invalid({name: refusal(code, name, value, "502")})

    daily = hubspot.error(429, "RATE_LIMITS", "Your daily limit.", policyName="DAILY")
    return {
        "PROPERTY_DOESNT_EXIST": refused("PROPERTY_DOESNT_EXIST", "hs_lead_status", "NEW"),
        "INVALID_OPTION of a setting": refused("INVALID_OPTION", "hs_lead_status", "NEW"),
        "required properties": hubspot.required(["industry"]),
        "CONFLICT": hubspot.exists("40404"),
        "another contact has the value": hubspot.taken("email", EMAIL, "501", "502"),
        "RATE_LIMITS, DAILY": daily,
        "MIGRATION_IN_PROGRESS": hubspot.error(477, "MIGRATION_IN_PROGRESS", "Moving."),
        "INVALID_EMAIL": refused("INVALID_EMAIL", "email", EMAIL),
        "INVALID_OPTION of the phone": refused("INVALID_OPTION", "phone", PHONE),
    }


def _salesforce() -> Mapping[str, Response]:
    missing = error("REQUIRED_FIELD_MISSING", "Required fields are missing: [Region]", "Region")
    too_long = f"Phone: data value too large: {PHONE} (max length=3)"
    converted = "cannot reference converted lead"
    return {
        "REQUIRED_FIELD_MISSING": missing,
        "REQUIRED_FIELD_MISSING, with 201": refused_with_201(missing),
        "INVALID_FIELD": error("INVALID_FIELD", "No such column 'Colour__c' on sobject Lead"),
        "FIELD_CUSTOM_VALIDATION_EXCEPTION": error("FIELD_CUSTOM_VALIDATION_EXCEPTION", "No."),
        "DUPLICATES_DETECTED": duplicates(["00Q000000000099AAA"]),
        "UNABLE_TO_LOCK_ROW": error("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access"),
        "ENTITY_IS_DELETED": error("ENTITY_IS_DELETED", "entity is deleted", status=404),
        "CANNOT_UPDATE_CONVERTED_LEAD": error("CANNOT_UPDATE_CONVERTED_LEAD", converted),
        "STRING_TOO_LONG of the phone": error("STRING_TOO_LONG", too_long, "Phone"),
        "INVALID_EMAIL_ADDRESS": error(
            "INVALID_EMAIL_ADDRESS", f"Email: invalid email address: {EMAIL}", "Email"
        ),
    }


def _dynamics() -> Mapping[str, Response]:
    key = f"Entity Key Email violated. <emailaddress1>{EMAIL}</emailaddress1>"
    return {
        "0x80048d19 unknown column": unknown_column("new_colour", "leads"),
        "0x8004431a no such choice": fault(400, "0x8004431a", "The value 9 is outside."),
        "0x80040333 a rule against duplicates": fault(500, "0x80040333", "A duplicate exists."),
        "0x80060892 another row has the key": fault(412, "0x80060892", key),
        "0x8004022e read-only": fault(400, "0x8004022e", "The object is read-only."),
        "0x80040217 no such row": fault(404, "0x80040217", "lead With Id = 1 Does Not Exist"),
        "0x80044331 too long a phone": fault(400, "0x80044331", LENGTH_OF_PHONE),
    }


def _marketo() -> Mapping[str, Response]:
    of_requests = (
        *("601", "602", "603", "604", "605", "606", "607", "608", "609", "610", "611", "612"),
        *("614", "615", "701", "702", "709", "713"),
    )
    of_persons = {
        "1002": "Missing value for the required parameter 'region'",
        "1004": "Lead not found",
        "1005": "Lead already exists",
        "1006": "Field 'colour' not found",
        "1007": "Multiple leads match the lookup criteria",
        "1008": "Access denied to partition 'EMEA'",
        "1018": "CRM Enabled",
        "1021": "Company update not allowed",
        "1003": "Invalid value for field 'phone'",
        "1001": f"Invalid value '{PHONE}'. Required of type 'string'",
    }
    requests = {code: failed(code) for code in of_requests}
    return requests | {f"{c}, of a person": skipped(c, words) for c, words in of_persons.items()}


def _https_endpoint() -> Mapping[str, Response]:
    def said(status: int, code: str) -> Response:
        return JSONResponse({"error": {"code": code, "message": "It can not be done."}}, status)

    return {
        "TriggerInputSchemaMismatch": said(400, "TriggerInputSchemaMismatch"),
        "WorkflowTriggerIsNotEnabled": said(400, "WorkflowTriggerIsNotEnabled"),
        "TooManyRequests": said(429, "TooManyRequests"),
    }


KNOWN = {
    "dynamics": _dynamics,
    "hubspot": _hubspot,
    "https_endpoint": _https_endpoint,
    "marketo": _marketo,
    "salesforce": _salesforce,
}
NAMED = {
    "INVALID_EMAIL": "email",
    "INVALID_EMAIL_ADDRESS": "email",
    "INVALID_OPTION of the phone": "phone",
    "STRING_TOO_LONG of the phone": "phone",
    "0x80044331 too long a phone": "phone",
    "1003, of a person": "phone",
    "1001, of a person": "phone",
    "1021, of a person": "company",
}
"""Errors that name a contact's field, which they no longer do once it is left out."""

INCOMPLETE: Mapping[str, Mapping[str, object]] = {
    "dynamics": {"value": [], "@odata.nextLink": None},
    "hubspot": {"status": "PROCESSING", "results": []},
    "marketo": {"success": True, "result": [], "moreResult": True},
    "salesforce": {"done": False, "records": []},
}
"""Lists that may lack what is there, and say so in the vendor's own way."""


def incomplete_lists(name: str) -> Iterator[Answer]:
    """Give what a question may be answered with that does not say that something is not there."""
    if name in INCOMPLETE:
        comes = Reply(status=200, body=json.dumps(INCOMPLETE[name]).encode())
        yield Answer("200", "a list that is not whole", comes, is_known=True)


CLOSED = {"CANNOT_UPDATE_CONVERTED_LEAD", "0x8004022e read-only"}
"""Errors by which a record stays as it is."""


def login_errors() -> Iterator[Answer]:
    """Give what logins are answered with, by any vendor."""
    said = {"error_description": "The secret has expired."}
    for status, label, body in (
        (401, "invalid_client", {"error": "invalid_client"} | said),
        (503, "temporarily_unavailable", {"error": "temporarily_unavailable"} | said),
        (200, "a token of null", {"access_token": None, "expires_in": 3599}),
    ):
        comes = Reply(status=status, body=json.dumps(body).encode())
        yield Answer(str(status), label, comes, is_known=True)


def known_errors(name: str) -> Iterator[Answer]:
    """Give the documented errors of a vendor."""
    for label, response in KNOWN[name]().items():
        yield Answer(
            str(response.status_code),
            label,
            Reply(
                status=response.status_code,
                body=bytes(response.body),
                media_type="application/json",
            ),
            is_own=True,
            is_known=True,
            once=label in NAMED,
            without=CONTACT_FIELDS if label in CLOSED else tuple(filter(None, [NAMED.get(label)])),
        )
