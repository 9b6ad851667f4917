"""Write what the code says of itself into the documents: settings, OpenAPI, JSON that is posted.

``python -m tools.generated_docs`` writes, ``--check`` only tells what is out of date.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from ingest_lead.answers import AcceptedBody
from shared.acting_settings import ActingSettings
from shared.answers import RETRY_AFTER_SECONDS, Problem
from shared.channels.https_endpoint.notice_json import NoticeJson
from shared.destinations.https_endpoint.lead_json import LeadJson
from shared.domain.lead import CONTACT_KEYS
from shared.intake.limits import LARGEST_BODY
from shared.notice_settings import NoticeSettings
from shared.routing.file_models import RulesFile
from shared.settings import AzureTableSettings, RouteSettings, StorageSettings, TimerSettings

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
OPENAPI = ROOT / "docs" / "openapi.json"
LEAD_SCHEMA = ROOT / "docs" / "lead.schema.json"
NOTICE_SCHEMA = ROOT / "docs" / "notice.schema.json"
ROUTING_SCHEMA = ROOT / "docs" / "routing.schema.json"
BEGIN, END = "<!-- settings: begin -->", "<!-- settings: end -->"

SETTINGS = (
    StorageSettings,
    RouteSettings,
    AzureTableSettings,
    TimerSettings,
    NoticeSettings,
    ActingSettings,
)
EXAMPLE = "none; `0 */5 * * * *` in the templates"

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


def settings_table() -> str:
    """Return the settings as a Markdown table."""
    rows = {
        str(field.validation_alias): (field.description, _default(field))
        for settings in SETTINGS
        for field in settings.model_fields.values()
    }
    rows["NURTURE_SCHEDULE"] = (rows["NURTURE_SCHEDULE"][0], EXAMPLE)
    lines = [f"| `{name}` | {what} | {default} |" for name, (what, default) in rows.items()]
    return "\n".join(["| setting | what it is | default |", "| --- | --- | --- |", *lines])


def _default(field: FieldInfo) -> str:
    match field.default:
        case timedelta() as duration:
            text = f"PT{duration // timedelta(hours=1)}H"
        case tuple() as names:
            text = ", ".join(names)
        case value:
            text = str(value or "")
    return f"`{text}`" if text else ""


def openapi() -> str:
    """Return the HTTP functions as OpenAPI 3.1."""
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Marketplace lead relay",
            "version": "1",
            "description": "The endpoint that Partner Center pushes leads to, once each.",
            "contact": {"name": "The publisher that runs the relay"},
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [
            {"url": "https://{app}.azurewebsites.net", "variables": {"app": {"default": "relay"}}},
            {"url": "http://127.0.0.1:7071", "description": "make run, which checks no key"},
        ],
        "tags": [{"name": TAG, "description": "What customers did on the marketplace"}],
        "paths": {LEADS: _leads()},
        "components": {
            "schemas": {"Push": PUSH, **_schemas()},
            "securitySchemes": {"functionKey": {"type": "apiKey", "in": "query", "name": "code"}},
        },
    }
    return json.dumps(document, indent=2) + "\n"


def _leads() -> dict[str, Any]:
    too_large = f"Larger than {LARGEST_BODY:,} bytes; kept in quarantine, up to 512 KiB of it"
    wait = {"schema": {"type": "integer"}, "description": f"Seconds: {RETRY_AFTER_SECONDS}"}
    not_stored = _answer("Not stored and not accepted: send it again", PROBLEM, Problem)
    return {
        "description": "Any method but POST is answered 405 with `Allow: POST` and a Problem.",
        "post": {
            "operationId": "ingest_lead",
            "summary": "Accept a push",
            "description": "A push is stored before it is answered; it becomes a lead afterwards.",
            "tags": [TAG],
            "security": [{"functionKey": []}],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": _ref("Push")}},
            },
            "responses": {
                "202": _answer(
                    "Stored; warnings did not cost the lead", "application/json", AcceptedBody
                ),
                "400": _answer(
                    "Not a valid lead; kept in quarantine, byte for byte", PROBLEM, Problem
                ),
                "401": {"description": "The key is missing or wrong; the platform's own answer"},
                "413": _answer(too_large, PROBLEM, Problem),
                "503": {**not_stored, "headers": {"Retry-After": wait}},
            },
        },
    }


def _answer(told: str, media_type: str, body: type[AcceptedBody | Problem]) -> dict[str, Any]:
    return {"description": told, "content": {media_type: {"schema": _ref(body.__name__)}}}


def _ref(model: str) -> dict[str, str]:
    return {"$ref": COMPONENT.format(model=model)}


def _schemas() -> dict[str, Any]:
    """Return the models as components; a model within another is a component of its own."""
    _, schema = models_json_schema(
        [(AcceptedBody, "serialization"), (Problem, "serialization")], ref_template=COMPONENT
    )
    found: dict[str, Any] = schema["$defs"]
    # All of 202 is always written, while what is not set of a problem is left out.
    accepted = found[AcceptedBody.__name__]
    return {**found, AcceptedBody.__name__: {**accepted, "required": [*accepted["properties"]]}}


def schema_of(model: type[BaseModel], mode: JsonSchemaMode = "serialization") -> str:
    """Return the JSON schema of what is posted to an ``https_endpoint``, or of a file."""
    schema = _untitled(model.model_json_schema(mode=mode))
    named = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return json.dumps(named, indent=2, ensure_ascii=False) + "\n"


def _untitled(schema: dict[str, Any]) -> dict[str, Any]:
    """Leave out the titles that pydantic makes of names; a property may be called so."""
    return {
        key: _untitled(value) if isinstance(value, dict) else value
        for key, value in schema.items()
        if key != "title" or isinstance(value, dict)
    }


def readme() -> str:
    """Return the README with today's settings in it."""
    text = README.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{settings_table()}\n\n{END}{after}"


def main(arguments: list[str]) -> int:
    """Write the documents, or tell which would change."""
    written = {
        README: readme(),
        OPENAPI: openapi(),
        LEAD_SCHEMA: schema_of(LeadJson),
        NOTICE_SCHEMA: schema_of(NoticeJson),
        ROUTING_SCHEMA: schema_of(RulesFile, mode="validation"),
    }
    stale = [p for p, text in written.items() if not p.exists() or p.read_text("utf-8") != text]
    if arguments == ["--check"]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is out of date: run `make docs`")
        return 1 if stale else 0
    for path in stale:
        path.write_text(written[path], "utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
