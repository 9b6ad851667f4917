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
from pydantic.json_schema import JsonSchemaMode

from shared.acting_settings import ActingSettings
from shared.channels.https_endpoint.notice_json import NoticeJson
from shared.destinations.https_endpoint.lead_json import LeadJson
from shared.notice_settings import GraceSettings, NoticeSettings, SilenceSettings
from shared.routing.file_models import RulesFile
from shared.settings import AzureTableSettings, RouteSettings, StorageSettings, TimerSettings
from tools.openapi import openapi

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
    SilenceSettings,
    GraceSettings,
    ActingSettings,
)
EXAMPLE = "none; `0 */5 * * * *` in the templates"


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
            days = duration // timedelta(days=1)
            text = f"P{days}D" if days > 1 else f"PT{duration // timedelta(hours=1)}H"
        case tuple() as names:
            text = ", ".join(names)
        case value:
            text = str(value or "")
    return f"`{text}`" if text else ""


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
