"""What programs are told of what can't be done."""

import json

import pytest

from act_on_lead.answers import not_available, not_done, wrong_method
from act_on_lead.api import InvalidBodyError
from shared.operations.errors import NotFoundError, OperationError, RefusedError, UsageError


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFoundError("there is no lead 1"), 404),
        (UsageError("at: it is still to come"), 400),
        (RefusedError("it is a test lead"), 409),
    ],
)
def test_a_problem_says_why(error: OperationError, status: int) -> None:
    answer = not_done(error)

    assert (answer.status, json.loads(answer.body)["detail"]) == (status, str(error))
    assert answer.media_type == "application/problem+json"


def test_every_fault_of_a_body_is_named() -> None:
    body = json.loads(not_done(InvalidBodyError(["by: too long", "at: no time"])).body)

    assert (body["status"], body["errors"]) == (400, ["by: too long", "at: no time"])


@pytest.mark.parametrize(
    ("function", "allowed", "use"),
    [("show_lead", "GET, HEAD", "use GET."), ("record_follow_up", "POST", "use POST.")],
)
def test_a_wrong_method_is_told_the_right_one(function: str, allowed: str, use: str) -> None:
    answer = wrong_method(function, "PUT")

    assert (answer.status, answer.headers["Allow"]) == (405, allowed)
    assert json.loads(answer.body)["detail"].endswith(use)


def test_leads_out_of_reach_are_asked_for_again_later() -> None:
    assert (not_available().status, not_available().headers["Retry-After"]) == (503, "60")
