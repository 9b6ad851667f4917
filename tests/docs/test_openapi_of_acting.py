"""docs/openapi.json says of the functions for programs what they take and answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from act_on_lead.answers import lead_answer, not_available, not_done, wrong_method
from act_on_lead.api import FollowUpBody, InvalidBodyError
from shared.domain.acts import Outcome
from shared.domain.retired import InUse
from shared.operations.errors import NotFoundError, RefusedError, UsageError
from shared.operations.lead_views import LeadView
from shared.ports.leads import StoredLead
from tests.docs.documents import read
from tests.docs.test_openapi import METHODS, faults, problem
from tests.examples import delivery, lead

if TYPE_CHECKING:
    from shared.answers import Answer

VIEW = LeadView.of(StoredLead(lead=lead(), deliveries={"crm": delivery()}, etag="1"), InUse())
DONE = lead_answer(VIEW)
GONE = not_done(NotFoundError("there is no lead 1"))

SHOW, RECORD = "/api/leads/{lead_id}", "/api/leads/{lead_id}/follow-up"
ANSWERS = {
    "a lead": (SHOW, "get", DONE),
    "no lead": (SHOW, "get", GONE),
    "leads out of reach": (SHOW, "get", not_available()),
    "a follow-up": (RECORD, "post", DONE),
    "a fault": (RECORD, "post", not_done(UsageError("at: 2031 is still to come"))),
    "no follow-up": (RECORD, "post", not_done(InvalidBodyError(["outcome: none of them"]))),
    "a follow-up of no lead": (RECORD, "post", GONE),
    "nobody to answer": (RECORD, "post", not_done(RefusedError("it is a test lead"))),
    "perhaps not recorded": (RECORD, "post", not_available()),
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(read("docs/openapi.json"))
    return content


@pytest.mark.parametrize(("path", "method", "given"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_as_described(
    document: dict[str, Any], path: str, method: str, given: Answer
) -> None:
    described = document["paths"][path][method]["responses"][str(given.status.value)]
    schema = described["content"][given.media_type]["schema"]

    assert faults(json.loads(given.body), schema, document) == []
    assert set(described.get("headers", {})) == set(given.headers) - {"Cache-Control"}


@pytest.mark.parametrize(("path", "method"), [(SHOW, "get"), (RECORD, "post")])
def test_every_answer_that_is_described_is_given(
    document: dict[str, Any], path: str, method: str
) -> None:
    given = {str(a.status.value) for p, m, a in ANSWERS.values() if (p, m) == (path, method)}

    assert set(document["paths"][path][method]["responses"]) == given | {"401"}


@pytest.mark.parametrize(
    ("path", "function", "taken"),
    [(SHOW, "show_lead", {"get", "head"}), (RECORD, "record_follow_up", {"post"})],
)
def test_other_methods_are_refused(
    document: dict[str, Any], path: str, function: str, taken: set[str]
) -> None:
    item = document["paths"][path]
    assert METHODS & set(item) <= taken
    for method in METHODS - taken:
        given = wrong_method(function, method.upper())
        assert given.status == 405
        assert given.headers["Allow"] in item["description"]
        assert faults(json.loads(given.body), problem(document), document) == []


def test_the_outcomes_are_the_closed_list(document: dict[str, Any]) -> None:
    assert document["components"]["schemas"]["Outcome"]["enum"] == [each.value for each in Outcome]


def test_a_follow_up_that_is_described_is_understood(document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["FollowUpBody"]
    body = {
        "outcome": "won",
        "by": "Ada",
        "at": "2026-11-30T09:00:00+01:00",
        "note": "",
        "look_on": "2026-12-24",
    }

    assert set(schema["properties"]) == set(body)
    assert faults(body, schema, document) == []
    assert FollowUpBody.model_validate_json(json.dumps(body)).outcome is Outcome.WON
