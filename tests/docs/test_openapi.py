"""docs/openapi.json says of the HTTP functions what their bindings and answers are."""

from __future__ import annotations

import json
import runpy
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from azure.functions import AuthLevel

from ingest_lead.answers import answer, not_stored, wrong_method
from ingest_lead.ingest import Accepted, Refused
from shared.ports.quarantine import QuarantineReason
from tests.docs.documents import ROOT, read
from tools import generated_docs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.answers import Answer

METHODS = {"get", "head", "post", "put", "patch", "delete", "options"}

ANSWERS = {
    "accepted": answer(Accepted(submission_id="s1", warnings=())),
    "accepted with a warning": answer(Accepted(submission_id="s1", warnings=("no offer",))),
    "no lead": answer(
        Refused(reason=QuarantineReason.INVALID, quarantine_id="q1", faults=("no lead",))
    ),
    "too large": answer(
        Refused(reason=QuarantineReason.TOO_LARGE, quarantine_id="q1", faults=("large",))
    ),
    "not stored": not_stored(),
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(read("docs/openapi.json"))
    return content


def test_the_documents_are_up_to_date() -> None:
    assert generated_docs.main(["--check"]) == 0


def test_each_route_of_programs_is_described_under_its_function(document: dict[str, Any]) -> None:
    prefix = json.loads(read("host.json"))["extensions"]["http"]["routePrefix"]
    app = runpy.run_path(str(ROOT / "function_app.py"))["app"]
    triggers = {
        function.get_function_name(): binding
        for function in app.get_functions()
        for binding in function.get_bindings_dict()["bindings"]
        if binding["type"] == "httpTrigger" and binding["authLevel"] != AuthLevel.ANONYMOUS
    }
    described = {
        operation["operationId"]: path
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }

    assert described == {name: f"/{prefix}/{each['route']}" for name, each in triggers.items()}


def test_methods_that_are_not_described_are_refused(document: dict[str, Any]) -> None:
    item = document["paths"]["/api/leads"]
    refused = METHODS - set(item)

    assert refused == METHODS - {"post"}
    for method in refused:
        given = wrong_method(method.upper())
        assert given.status is HTTPStatus.METHOD_NOT_ALLOWED
        assert f"{given.status.value}" in item["description"]
        assert given.headers["Allow"] in item["description"]
        assert faults(json.loads(given.body), problem(document), document) == []


def test_the_description_keeps_the_rules_that_linters_enforce(document: dict[str, Any]) -> None:
    """Of spectral (``spectral:oas``) and redocly (``recommended-strict``), see CONTRIBUTING."""
    tags = {tag["name"] for tag in document["tags"] if tag["description"]}
    operations = [
        operation
        for item in document["paths"].values()
        for method, operation in item.items()
        if method in METHODS
    ]

    assert document["info"]["contact"]
    assert document["info"]["license"]["identifier"]
    assert not [s for s in document["servers"] if "localhost" in s["url"] or "example" in s["url"]]
    for operation in operations:
        assert operation["summary"]
        assert operation["description"]
        assert operation["tags"]
        assert set(operation["tags"]) <= tags
        assert any(status.startswith("4") for status in operation["responses"])


@pytest.mark.parametrize("given", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_as_described(document: dict[str, Any], given: Answer) -> None:
    item = document["paths"]["/api/leads"]
    described = item["post"]["responses"][str(given.status.value)]
    schema = described["content"][given.media_type]["schema"]

    assert faults(json.loads(given.body), schema, document) == []
    assert set(described.get("headers", {})) == set(given.headers)


def test_every_answer_that_is_described_is_given(document: dict[str, Any]) -> None:
    item = document["paths"]["/api/leads"]
    given = {str(each.status.value) for each in ANSWERS.values()}

    assert set(item["post"]["responses"]) == given | {"401"}  # which is the platform's


@pytest.mark.parametrize("name", ["submissionId", "status", "warnings"])
def test_an_answer_that_lacks_a_field_is_not_as_described(
    document: dict[str, Any], name: str
) -> None:
    body = {"submissionId": "s1", "status": "accepted", "warnings": []}
    schema = document["components"]["schemas"]["AcceptedBody"]

    assert faults({**body, name: 1}, schema, document)
    assert faults({key: body[key] for key in body if key != name}, schema, document)


def test_every_reference_leads_somewhere_and_no_schema_hides_in_another(
    document: dict[str, Any],
) -> None:
    for key, value in pairs(document):
        assert key != "$defs"
        if key == "$ref":
            assert resolved(value, document)


def problem(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"]["Problem"]
    return found


def pairs(value: object) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from pairs(inner)


def resolved(ref: str, document: dict[str, Any]) -> dict[str, Any]:
    root, *path = ref.split("/")
    assert root == "#"
    found: Any = document
    for part in path:
        found = found[part]
    assert isinstance(found, dict)
    return found


TYPES = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "array": list,
    "object": dict,
    "null": type(None),
}
SAID = {"default", "description", "title", "additionalProperties", "format", "maxLength"}


def faults(value: object, schema: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """Return why a value does not fit a schema; what this does not understand is a fault too."""
    if "$ref" in schema:
        return faults(value, resolved(schema["$ref"], document), document)
    if "anyOf" in schema:
        told = [faults(value, one, document) for one in schema["anyOf"]]
        return [] if [] in told else [fault for some in told for fault in some]
    unknown = set(schema) - SAID - {"type", "items", "properties", "required", "enum"}
    found = [f"{key} is not understood" for key in unknown]
    if not isinstance(value, TYPES[schema["type"]]):
        found.append(f"{value!r} is no {schema['type']}")
    if value not in schema.get("enum", [value]):
        found.append(f"{value!r} is none of those that are described")
    if isinstance(value, list):
        found += [fault for item in value for fault in faults(item, schema["items"], document)]
    if isinstance(value, dict):
        properties = schema["properties"]
        found += [f"{name} is missing" for name in schema.get("required", ()) if name not in value]
        found += [f"{name} is not described" for name in value if name not in properties]
        for name in value.keys() & properties.keys():
            found += faults(value[name], properties[name], document)
    return found
