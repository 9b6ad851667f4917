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
    without_values,
)
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmUnavailableError,
)
from tests.fakes import START

READ = Request(method="GET", path="/thing?a=1", repeatable=True)
CREATE = Request(method="POST", path="/things", repeatable=False, json={"name": "ü"})


def answered(status: int, text: str = "", **headers: str) -> httpx.Response:
    return httpx.Response(
        status, text=text, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


@pytest.mark.parametrize(
    ("status", "read", "create"),
    [
        (400, CrmRejectedError, CrmRejectedError),
        (401, CrmCredentialsError, CrmCredentialsError),
        (403, CrmCredentialsError, CrmCredentialsError),
        (404, CrmRejectedError, CrmRejectedError),
        (408, CrmUnavailableError, CrmUnavailableError),
        (425, CrmUnavailableError, CrmUnavailableError),
        (429, CrmUnavailableError, CrmUnavailableError),
        (500, CrmUnavailableError, CrmOutcomeUnknownError),
        (502, CrmUnavailableError, CrmOutcomeUnknownError),
        (503, CrmUnavailableError, CrmUnavailableError),
        (504, CrmUnavailableError, CrmOutcomeUnknownError),
        (599, CrmUnavailableError, CrmOutcomeUnknownError),
    ],
)
def test_an_answer_means_what_its_status_says(
    status: int, read: type[CrmError], create: type[CrmError]
) -> None:
    errors = [meaning(request, answered(status, "words")) for request in (READ, CREATE)]

    assert [type(error) for error in errors] == [read, create]
    assert all(str(error).startswith(f"{status} ") for error in errors)
    assert all(str(error).endswith(": words") for error in errors)


def test_a_redirect_is_told_and_not_followed() -> None:
    told = meaning(READ, answered(307, location="https://login.example/?code=s3cret"))

    assert isinstance(told, CrmUnavailableError)
    assert str(told) == "307: redirected elsewhere, check the address"


def test_what_is_secret_is_left_out_of_an_answers_words() -> None:
    told = meaning(READ, answered(400, "no: s3cret, s3cret!"), secrets=["s3cret", ""])

    assert str(told) == "400 Bad Request: no: …, …!"


def test_an_answers_words_are_clipped() -> None:
    assert len(str(meaning(READ, answered(400, "x" * 10_000)))) < 600


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


def test_a_customers_values_are_left_out_of_a_vendors_words() -> None:
    sent = ["Zoë", "O'Hara", "Zoë O'Hara", "de", True, 7, None, ""]

    told = without_values("Duplicate: ZOË O'HARA (Zoëtrope, zoë) in de, 7", sent)

    assert told == "Duplicate: … (Zoëtrope, …) in de, 7"
    assert len(without_values("x" * 10_000, [])) == 500
