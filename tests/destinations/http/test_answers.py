"""What answers mean for a delivery, and which words of them are kept."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.destinations.http.answers import (
    Request,
    json_object,
    meaning,
    retry_after,
)
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmUnavailableError,
)
from tests.fakes import START

READ = Request(method="GET", path="/thing?a=1", writes=False)
CREATE = Request(method="POST", path="/things", writes=True, json={"name": "ü"})


def answered(status: int, text: str = "", **headers: str) -> httpx.Response:
    return httpx.Response(
        status, text=text, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


@pytest.mark.parametrize(
    ("status", "read", "write"),
    [
        (302, CrmUnavailableError, CrmUnavailableError),
        (400, CrmUnavailableError, CrmUnavailableError),
        (401, CrmCredentialsError, CrmCredentialsError),
        (403, CrmCredentialsError, CrmCredentialsError),
        (404, CrmUnavailableError, CrmUnavailableError),
        (408, CrmUnavailableError, CrmOutcomeUnknownError),
        (425, CrmUnavailableError, CrmOutcomeUnknownError),
        (429, CrmUnavailableError, CrmOutcomeUnknownError),
        (500, CrmUnavailableError, CrmOutcomeUnknownError),
        (502, CrmUnavailableError, CrmOutcomeUnknownError),
        (503, CrmUnavailableError, CrmOutcomeUnknownError),
        (504, CrmUnavailableError, CrmOutcomeUnknownError),
        (599, CrmUnavailableError, CrmOutcomeUnknownError),
    ],
)
def test_an_answer_that_is_not_in_the_vendors_own_words_refuses_nothing_and_proves_nothing(
    status: int, read: type[CrmError], write: type[CrmError]
) -> None:
    body = "<html>zoe@fabrikam.example</html>"
    errors = [meaning(request, answered(status, body)) for request in (READ, CREATE)]

    assert [type(error) for error in errors] == [read, write]
    assert all(str(error).startswith(f"{status}") for error in errors)
    assert not any("fabrikam" in str(error) for error in errors)


@pytest.mark.parametrize("request_", [READ, CREATE])
@pytest.mark.parametrize("status", [400, 429, 503])
def test_the_wait_that_is_asked_for_is_kept_whatever_the_outcome(
    request_: Request, status: int
) -> None:
    error = meaning(request_, answered(status, retry_after="42"))

    assert isinstance(error, CrmUnavailableError | CrmOutcomeUnknownError)
    assert error.retry_after == timedelta(seconds=42)


def test_words_that_the_adapter_found_fit_are_told() -> None:
    assert str(meaning(READ, answered(503), "Down.")) == "503 Service Unavailable: Down."
    assert str(meaning(READ, answered(404), "None.")) == "404 Not Found: None."


def test_a_redirect_is_told_and_not_followed() -> None:
    told = meaning(READ, answered(307, location="https://login.example/?code=s3cret"))

    assert isinstance(told, CrmUnavailableError)
    assert str(told) == "307: redirected elsewhere, check the address"


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("42", timedelta(seconds=42)),
        (" 0 ", timedelta(0)),
        ("Mon, 02 Nov 2026 09:01:00 GMT", timedelta(minutes=1)),
        ("Mon, 02 Nov 2026 08:00:00 GMT", timedelta(0)),
        ("Mon, 02 Nov 2026 09:01:00", None),
        ("-1", None),
        ("soon", None),
        ("", None),
        ("9" * 40, None),
    ],
)
def test_a_wait_is_understood_in_seconds_and_as_a_date(text: str, wait: timedelta | None) -> None:
    assert retry_after(answered(429, retry_after=text), START) == wait


@given(st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"])))
def test_any_wait_is_a_duration_or_none(text: str) -> None:
    response = httpx.Response(429, headers=[(b"retry-after", text.encode("latin-1"))])
    wait = retry_after(response, datetime.now(UTC))

    assert wait is None or wait >= timedelta(0)


@pytest.mark.parametrize("text", ["", "[]", "{", "<html>", "[" * 100_000])
def test_an_answer_without_a_json_object_is_no_usable_one(text: str) -> None:
    with pytest.raises(CrmOutcomeUnknownError, match=r"^200, but the answer is no JSON object$"):
        json_object(CREATE, answered(200, text))
    with pytest.raises(CrmUnavailableError, match=r"^200, but the answer is no JSON object$"):
        json_object(READ, answered(200, text))


def test_a_json_object_is_returned() -> None:
    assert json_object(CREATE, answered(200, '{"id": 1}')) == {"id": 1}
