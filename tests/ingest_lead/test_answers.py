"""What the sender of a push is told."""

import json
from http import HTTPStatus

import pytest

from ingest_lead.answers import answer, not_stored, wrong_method
from ingest_lead.ingest import Accepted, Refused
from shared.ports.quarantine import QuarantineReason

KEPT = (
    "The body is not a valid lead. It is kept under quarantineId and can be released by its"
    " receiver."
)


@pytest.mark.parametrize("warnings", [(), ("Email is not a valid address", "no offer is named")])
def test_a_lead_is_accepted_with_its_warnings(warnings: tuple[str, ...]) -> None:
    given = answer(Accepted(submission_id="s1", warnings=warnings))

    assert given.status is HTTPStatus.ACCEPTED
    assert given.media_type == "application/json"
    assert dict(given.headers) == {}
    assert json.loads(given.body) == {
        "submissionId": "s1",
        "status": "accepted",
        "warnings": list(warnings),
    }


@pytest.mark.parametrize(
    ("reason", "status", "title"),
    [
        (QuarantineReason.INVALID, 400, "Bad Request"),
        (QuarantineReason.TOO_LARGE, 413, HTTPStatus(413).phrase),
    ],
)
def test_what_is_no_lead_is_refused_with_each_fault(
    reason: QuarantineReason, status: int, title: str
) -> None:
    given = answer(Refused(reason=reason, quarantine_id="q1", faults=("one", "two")))

    assert given.status == status
    assert given.media_type == "application/problem+json"
    assert json.loads(given.body) == {
        "title": title,
        "status": status,
        "detail": KEPT,
        "errors": ["one", "two"],
        "quarantineId": "q1",
    }


def test_a_wrong_method_is_told_the_right_one() -> None:
    given = wrong_method("GET")

    assert given.status is HTTPStatus.METHOD_NOT_ALLOWED
    assert given.media_type == "application/problem+json"
    assert dict(given.headers) == {"Allow": "POST"}
    assert json.loads(given.body) == {
        "title": "Method Not Allowed",
        "status": 405,
        "detail": "GET is not understood here: POST the lead as JSON.",
    }


def test_what_could_not_be_stored_is_to_be_sent_again() -> None:
    given = not_stored()

    assert given.status is HTTPStatus.SERVICE_UNAVAILABLE
    assert given.media_type == "application/problem+json"
    assert dict(given.headers) == {"Retry-After": "60"}
    assert json.loads(given.body)["title"] == "Service Unavailable"
    assert "not accepted" in json.loads(given.body)["detail"]
