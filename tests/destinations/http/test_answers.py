"""What answers mean for a delivery, and which words of them are kept."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.destinations.http.answers import (
    Request,
    after_a_write,
    id_in,
    json_object,
    json_of,
    meaning,
    retry_after,
)
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmSettingsError,
    CrmUnavailableError,
)
from shared.domain.plain_text import readable
from tests.fakes import START

READ = Request(method="GET", path="/thing?a=1", writes=False)
CREATE = Request(method="POST", path="/things", writes=True, json={"name": "ü"})


def answered(status: int, text: str = "", **headers: str) -> httpx.Response:
    return httpx.Response(
        status, text=text, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


@pytest.mark.parametrize(
    "status", [302, 400, 401, 403, 404, 408, 409, 422, 425, 429, 451, 500, 502, 503, 504, 599]
)
def test_an_answer_that_is_not_in_the_vendors_own_words_refuses_nothing_and_proves_nothing(
    status: int,
) -> None:
    body = "<html>zoe@fabrikam.example</html>"
    read, written = (meaning(request, answered(status, body)) for request in (READ, CREATE))

    no_access = status in {401, 403}
    assert type(read) is (CrmCredentialsError if no_access else CrmUnavailableError)
    assert isinstance(written, CrmOutcomeUnknownError)
    assert written.trouble is no_access
    assert all(str(error).startswith(f"{status}") for error in (read, written))
    assert not any("fabrikam" in str(error) for error in (read, written))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, CrmOutcomeUnknownError),
        (400, CrmUnavailableError),
        (401, CrmCredentialsError),
        (403, CrmCredentialsError),
        (404, CrmUnavailableError),
        (408, CrmOutcomeUnknownError),
        (425, CrmOutcomeUnknownError),
        (429, CrmOutcomeUnknownError),
        (500, CrmOutcomeUnknownError),
    ],
)
def test_a_client_error_in_the_vendors_shape_has_done_nothing(
    status: int, error: type[CrmError]
) -> None:
    assert type(meaning(CREATE, answered(status), "No.", own=True)) is error


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (CrmUnavailableError("429", retry_after=timedelta(seconds=42)), "unknown"),
        (CrmRejectedError("400"), "unknown"),
        (CrmCredentialsError("401"), "unknown, and a trouble"),
        (CrmSettingsError("403"), "unknown, and a trouble"),
    ],
)
def test_whatever_fails_after_a_write_leaves_the_outcome_of_the_call_unknown(
    error: CrmError, outcome: str
) -> None:
    meant = after_a_write(error)

    assert (str(meant), meant.trouble) == (str(error), "trouble" in outcome)
    assert meant.retry_after == getattr(error, "retry_after", None)


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


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":"x\\ud83d"}',
        b'{"x\\ud83d":"a"}',
        b'{"a":"\xed\xa0\xbd"}',
        b'{"a":"\\u0000\\b\\f"}',
        b'{"a":"\x7f"}',
        '{"a":"\uffff"}'.encode(),
        '{"a":"\x85"}'.encode("utf-16"),
        '{"a":"\ud83d"}'.encode("utf-16-le", "surrogatepass"),
    ],
)
def test_the_texts_of_an_answer_can_be_kept_whatever_is_in_them(body: bytes) -> None:
    found = json_of(httpx.Response(200, content=body))
    [[name, text]] = found.items()

    assert (name, text) == (readable(name), readable(text))
    assert json.dumps([name, text], ensure_ascii=False).encode()


def test_tabs_and_line_ends_of_an_answer_stay() -> None:
    assert json_of(answered(200, '{"a":"é\\t\\r\\n\\ud83d\\ude42"}')) == {"a": "é\t\r\n🙂"}


@pytest.mark.parametrize(
    "found", ["a\0b", "\ufffd", "a\nb", "\u202e1", "", True, None, [], "1" * 201]
)
def test_what_may_be_something_else_is_no_id(found: object) -> None:
    assert id_in(found) == ""


def test_a_number_and_a_text_are_ids() -> None:
    assert [id_in(7), id_in("Lead 7/ü")] == ["7", "Lead 7/ü"]
