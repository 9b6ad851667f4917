"""The HTTP functions that programs call, as OpenAPI 3.1."""

import json
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from act_on_lead.api import FollowUpBody
from ingest_lead.answers import AcceptedBody
from shared.answers import RETRY_AFTER_SECONDS, Problem
from shared.domain.lead import CONTACT_KEYS
from shared.intake.limits import LARGEST_BODY
from shared.operations.lead_views import LeadView

COMPONENT = "#/components/schemas/{model}"
LEADS = "/api/leads"
TAG = "leads"
PROBLEM = "application/problem+json"
PUSH = {
    "type": "object",
    "description": "What the marketplace pushes. No single field is required, unknown ones are kept"
    " with the body, and keys match without regard to case. Another content type than"
    " application/json is taken too.",
    "additionalProperties": True,
    "properties": {
        "UserDetails": {
            "type": "object",
            "additionalProperties": True,
            "properties": {name: {"type": "string"} for name in CONTACT_KEYS},
        },
        **{
            name: {"type": "string"}
            for name in ("LeadSource", "ActionCode", "OfferTitle", "Description")
        },
    },
}


WAIT = {
    "Retry-After": {
        "schema": {"type": "integer"},
        "description": f"Seconds: {RETRY_AFTER_SECONDS}",
    }
}
NO_KEY = {"description": "The key is missing or wrong; the platform's own answer"}

LEAD_ID = {
    "name": "lead_id",
    "in": "path",
    "required": True,
    "description": "32 hex digits, as in `leads list --json`",
    "schema": {"type": "string"},
}


def openapi() -> str:
    """Return the HTTP functions as OpenAPI 3.1."""
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Marketplace lead relay",
            "version": "1",
            "description": "The endpoint that Partner Center pushes leads to, once each, and what"
            " programs may ask and say about a lead. Each function has a key of its own.",
            "contact": {"name": "The publisher that runs the relay"},
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [
            {"url": "https://{app}.azurewebsites.net", "variables": {"app": {"default": "relay"}}},
            {"url": "http://127.0.0.1:7071", "description": "make run, which checks no key"},
        ],
        "tags": [{"name": TAG, "description": "What customers did on the marketplace"}],
        "paths": {
            LEADS: _ingest_lead(),
            f"{LEADS}/{{lead_id}}": _show_lead(),
            f"{LEADS}/{{lead_id}}/follow-up": _record_follow_up(),
        },
        "components": {
            "schemas": {"Push": PUSH, **_schemas()},
            "securitySchemes": {"functionKey": {"type": "apiKey", "in": "query", "name": "code"}},
        },
    }
    return json.dumps(document, indent=2) + "\n"


def _ingest_lead() -> dict[str, Any]:
    too_large = f"Larger than {LARGEST_BODY:,} bytes; kept in quarantine, up to 512 KiB of it"
    return {
        "description": "Any method but POST is answered 405 with `Allow: POST` and a Problem.",
        "post": {
            **_operation(
                "ingest_lead",
                "Accept a push",
                "A push is stored before it is answered; it becomes a lead afterwards.",
            ),
            "requestBody": {**_json(_ref("Push")), "required": True},
            "responses": {
                "202": _told("Stored; warnings did not cost the lead", AcceptedBody),
                "400": _told("Not a valid lead; kept in quarantine, byte for byte", Problem),
                "401": NO_KEY,
                "413": _told(too_large, Problem),
                "503": _told("Not stored and not accepted: send it again", Problem)
                | {"headers": WAIT},
            },
        },
    }


def _show_lead() -> dict[str, Any]:
    return {
        "description": "Any method but GET and HEAD is answered 405 with `Allow: GET, HEAD` and a"
        " Problem.",
        "parameters": [LEAD_ID],
        "get": {
            **_operation("show_lead", "Show a lead", "The lead as `leads list --json` has it."),
            "responses": {
                "200": _told("The lead", LeadView),
                "401": NO_KEY,
                "404": _told("There is no such lead", Problem),
                "503": _told("The leads can't be reached: ask again", Problem) | {"headers": WAIT},
            },
        },
    }


def _record_follow_up() -> dict[str, Any]:
    return {
        "description": "Any method but POST is answered 405 with `Allow: POST` and a Problem.",
        "parameters": [LEAD_ID],
        "post": {
            **_operation(
                "record_follow_up",
                "Record a follow-up",
                "It answers what the customer did up to `at`. The same act twice, by `at` and `by`,"
                " is recorded once: send both, and it can be sent again.",
            ),
            "requestBody": {**_json(_ref(FollowUpBody.__name__)), "required": False},
            "responses": {
                "200": _told("The lead, with the follow-up on it", LeadView),
                "400": _told("Not a follow-up; each fault is named", Problem),
                "401": NO_KEY,
                "404": _told("There is no such lead", Problem),
                "409": _told("Nobody has to follow up on this lead, and why", Problem),
                "503": _told("Perhaps not recorded: send it again, with its time", Problem)
                | {"headers": WAIT},
            },
        },
    }


def _operation(name: str, summary: str, description: str) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "description": description,
        "tags": [TAG],
        "security": [{"functionKey": []}],
    }


def _told(told: str, body: type[BaseModel]) -> dict[str, Any]:
    media_type = PROBLEM if body is Problem else "application/json"
    return {"description": told, **_json(_ref(body.__name__), media_type)}


def _json(schema: dict[str, str], media_type: str = "application/json") -> dict[str, Any]:
    return {"content": {media_type: {"schema": schema}}}


def _ref(model: str) -> dict[str, str]:
    return {"$ref": COMPONENT.format(model=model)}


def _schemas() -> dict[str, Any]:
    """Return the models as components; a model within another is a component of its own."""
    _, schema = models_json_schema(
        [
            (AcceptedBody, "serialization"),
            (Problem, "serialization"),
            (LeadView, "serialization"),
            (FollowUpBody, "validation"),
        ],
        ref_template=COMPONENT,
    )
    found: dict[str, Any] = schema["$defs"]
    # All of 202 is always written, while what is not set of a problem is left out.
    accepted = found[AcceptedBody.__name__]
    return {**found, AcceptedBody.__name__: {**accepted, "required": [*accepted["properties"]]}}
