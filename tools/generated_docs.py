"""Write what the code says of itself into the documents: settings table and OpenAPI description.

``python -m tools.generated_docs`` writes, ``--check`` only tells what is out of date.
"""

import json
import sys
from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from ingest_lead.answers import AcceptedBody, Problem
from ingest_lead.ingest import LARGEST_BODY
from shared.settings import AzureTableSettings, RouteSettings, StorageSettings

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
OPENAPI = ROOT / "docs" / "openapi.json"
BEGIN, END = "<!-- settings: begin -->", "<!-- settings: end -->"

SETTINGS = (StorageSettings, RouteSettings, AzureTableSettings)
ANSWERS = (AcceptedBody, Problem)
EXAMPLE = "none; `0 */5 * * * *` in the templates"
PROBLEM = "application/problem+json"
PUSH = {
    "type": "object",
    "description": "What the marketplace pushes. No field is required, unknown ones are kept, and"
    " keys match without regard to case.",
    "additionalProperties": True,
    "properties": {
        "UserDetails": {
            "type": "object",
            "additionalProperties": True,
            "properties": {
                name: {"type": "string"}
                for name in (
                    *("FirstName", "LastName", "Email", "Phone"),
                    *("Country", "Company", "Title"),
                )
            },
        },
        **{
            name: {"type": "string"}
            for name in ("LeadSource", "ActionCode", "OfferTitle", "Description")
        },
    },
}


def settings_table() -> str:
    """Return the settings as a Markdown table."""
    rows = [
        (str(field.validation_alias), field.description, _default(field))
        for settings in SETTINGS
        for field in settings.model_fields.values()
    ]
    rows.append(("NURTURE_SCHEDULE", "when the timer sweeps: six-field NCRONTAB, UTC", EXAMPLE))
    lines = [f"| `{name}` | {what} | {default} |" for name, what, default in rows]
    return "\n".join(["| setting | what it is | default |", "| --- | --- | --- |", *lines])


def _default(field: FieldInfo) -> str:
    value = to_jsonable_python(field.default)
    text = ", ".join(value) if isinstance(value, list) else value
    return f"`{text}`" if text else ""


def openapi() -> str:
    """Return the HTTP functions as OpenAPI 3.1."""
    answers = {
        "202": ("Stored; warnings did not cost the lead", "application/json", "AcceptedBody"),
        "400": ("No lead; kept in quarantine, byte for byte", PROBLEM, "Problem"),
        "405": ("Not POST", PROBLEM, "Problem"),
        "413": (f"Larger than {LARGEST_BODY:,} bytes; kept in quarantine", PROBLEM, "Problem"),
        "503": ("Not stored: send it again", PROBLEM, "Problem"),
    }
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Marketplace lead relay", "version": "1"},
        "paths": {
            "/api/leads": {
                "post": {
                    "operationId": "ingest_lead",
                    "summary": "Take a push in",
                    "security": [{"functionKey": []}],
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": PUSH}},
                    },
                    "responses": {
                        status: {
                            "description": told,
                            "content": {
                                media_type: {"schema": {"$ref": f"#/components/schemas/{name}"}}
                            },
                        }
                        for status, (told, media_type, name) in answers.items()
                    },
                }
            }
        },
        "components": {
            "schemas": {model.__name__: model.model_json_schema() for model in ANSWERS},
            "securitySchemes": {"functionKey": {"type": "apiKey", "in": "query", "name": "code"}},
        },
    }
    return json.dumps(document, indent=2) + "\n"


def readme() -> str:
    """Return the README with today's settings in it."""
    text = README.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{settings_table()}\n\n{END}{after}"


def main(arguments: list[str]) -> int:
    """Write the documents, or tell which would change."""
    written = {README: readme(), OPENAPI: openapi()}
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
