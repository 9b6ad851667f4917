"""The way to a CRM: time-outs, tokens, and what an answer means; and the values it is given."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.crm_values import (
    CUT,
    checked_mapping,
    fitted,
    interest_text,
    mapped,
    mark,
)
from shared.adapters.http_client import (
    HttpClient,
    Request,
    Token,
    Tokens,
    checked_url,
    json_object,
    meaning,
    retry_after,
)
from shared.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmUnavailableError,
    SettingsError,
)
from tests.examples import interest, lead
from tests.fakes import START, Clock

READ = Request(method="GET", path="/thing?a=1", repeatable=True)
CREATE = Request(method="POST", path="/things", repeatable=False, json={"name": "ü"})
LONG = timedelta(hours=1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)

type Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Served:
    """A server that answers with what it is given, in turn, and keeps what it was asked."""

    answers: list[bytes]
    asked: list[str] = field(default_factory=list)
    url: str = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (
                int(n.split(b":")[1])
                for n in head.splitlines()
                if n.lower().startswith(b"content-l")
            ),
            0,
        )
        self.asked.append((head + await reader.readexactly(length)).decode())
        writer.write(self.answers.pop(0))
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def serving(*answers: bytes) -> AsyncIterator[Served]:
    served = Served(list(answers))
    async with await asyncio.start_server(served.answer, "127.0.0.1", 0) as server:
        served.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield served


@asynccontextmanager
async def client(url: str, tokens: Tokens | None = None) -> AsyncIterator[HttpClient]:
    http = HttpClient(url, tokens=tokens)
    try:
        yield http
    finally:
        await http.close()


def said(status: int, body: str = "", *headers: str) -> bytes:
    """Write out an answer."""
    raw = body.encode()
    lines = [f"HTTP/1.1 {status} -", f"Content-Length: {len(raw)}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + raw


def answered(status: int, text: str = "", **headers: str) -> httpx.Response:
    return httpx.Response(
        status, text=text, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


class Issuer:
    """Gives tokens that are numbered."""

    def __init__(self, clock: Clock, lasts: timedelta = LONG) -> None:
        self.clock = clock
        self.lasts = lasts
        self.given = 0

    async def __call__(self) -> Token:
        await asyncio.sleep(0)
        self.given += 1
        return Token(f"t{self.given}", self.clock() + self.lasts)


async def test_a_request_goes_out_as_it_was_given() -> None:
    async with (
        serving(said(200, "ok"), said(201, "{}")) as served,
        client(f"{served.url}/") as http,
    ):
        read = await http.call(replace(READ, headers={"If-Match": "*"}))
        created = await http.call(CREATE)

    assert (read.text, created.status_code) == ("ok", 201)
    assert served.asked[0].startswith("GET /thing?a=1 HTTP/1.1\r\n")
    assert "\r\nIf-Match: *\r\n" in served.asked[0]
    assert "authorization" not in served.asked[0].lower()
    assert served.asked[1].endswith('{"name":"ü"}')


async def test_an_answer_that_is_no_success_is_returned_where_it_was_expected() -> None:
    async with serving(said(404, "none")) as served, client(served.url) as http:
        found = await http.call(READ, accept=frozenset({404}))

    assert found.status_code == 404


async def test_a_token_is_fetched_once_for_many_and_sent_as_a_bearer() -> None:
    issuer = Issuer(Clock())
    async with (
        serving(*[said(200)] * 5) as served,
        client(served.url, Tokens(issuer, issuer.clock)) as http,
    ):
        await asyncio.gather(*(http.call(READ) for _ in range(5)))

    assert issuer.given == 1
    assert all("\r\nAuthorization: Bearer t1\r\n" in asked for asked in served.asked)


async def test_a_token_that_is_refused_is_fetched_anew_once() -> None:
    issuer = Issuer(Clock())
    answers = [said(401), said(200), said(401), said(401, "who are you?")]
    async with (
        serving(*answers) as served,
        client(served.url, Tokens(issuer, issuer.clock)) as http,
    ):
        await http.call(CREATE)
        with pytest.raises(CrmCredentialsError, match=r"^401 Unauthorized: who are you\?$"):
            await http.call(CREATE)

    assert issuer.given == 3
    assert len(served.asked) == 4


async def test_a_token_is_renewed_before_it_ends_once_for_many_that_wait() -> None:
    clock = Clock()
    issuer = Issuer(clock)
    tokens = Tokens(issuer, clock)
    assert await tokens.get() == "t1"
    clock.advance(LONG - timedelta(minutes=5))
    assert await tokens.get() == "t1"
    clock.advance(timedelta(seconds=1))

    assert set(await asyncio.gather(*(tokens.get() for _ in range(9)))) == {"t2"}
    assert set(await asyncio.gather(*(tokens.get(instead_of="t2") for _ in range(9)))) == {"t3"}


async def test_a_client_that_was_never_used_needs_no_closing() -> None:
    async with client("http://127.0.0.1:1") as http:
        await http.close()


async def test_a_refused_connection_has_done_nothing() -> None:
    async with serving() as served:
        url = served.url
    async with client(url) as http:
        with pytest.raises(CrmUnavailableError, match=r"^127\.0\.0\.1:\d+ can't be reached: "):
            await http.call(CREATE)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 -\r\nContent-Length: 9\r\n\r\nhalf", b"??"])
async def test_a_lost_answer_is_unknown_unless_the_request_may_be_sent_twice(answer: bytes) -> None:
    async with serving(answer, answer) as served, client(served.url) as http:
        with pytest.raises(CrmOutcomeUnknownError, match=r"gave no whole answer: Remote"):
            await http.call(CREATE)
        with pytest.raises(CrmUnavailableError, match=r"gave no whole answer: Remote"):
            await http.call(READ)


async def test_a_slow_answer_is_a_lost_one() -> None:
    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(never, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        http = HttpClient(f"http://127.0.0.1:{port}", timeout=httpx.Timeout(5, read=0.05))
        with pytest.raises(CrmOutcomeUnknownError, match="gave no whole answer: ReadTimeout"):
            await http.call(CREATE)
        await http.close()


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


@pytest.mark.parametrize(
    "url",
    [
        "https://crm.example",
        "https://crm.example:8443/a?b=%2F&sig=c#d",
        "https://münchen.example/",
        "http://localhost:1",
        "http://127.0.0.1",
        "http://[::1]:8080/",
    ],
)
def test_an_address_that_may_be_called_is_returned_as_it_is(url: str) -> None:
    assert checked_url("CRM_URL", url) == url


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", "is not set"),
        ("crm.example", "is '://'"),
        ("http://crm.example/s3cret", "is 'http://crm.example'"),
        ("ftp://crm.example", "is 'ftp://crm.example'"),
        ("https:///s3cret", "is 'https://'"),
        ("https://[::1", "is no address"),
        ("https://crm.example\n/s3cret", "is no address"),
        (f"https://{'a' * 64}.example/s3cret", "is no address"),
        ("https://crm.example:99999", "has a port that can't be"),
        ("https://s3cret@crm.example", "has a user or password in it"),
    ],
)
def test_an_address_that_may_not_be_called_is_told_without_what_may_be_secret(
    url: str, fault: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        checked_url("CRM_URL", url)

    assert caught.value.faults == (f"CRM_URL: {fault}; should be an https address",)


def test_a_value_that_is_too_long_is_cut_and_remarked() -> None:
    found = fitted({"a": "12345", "b": "123456", "c": "", "d": "1" * 99}, {"a": 5, "b": 5})

    assert found.values == {"a": "12345", "b": "1234…", "d": "1" * 99}
    assert found.remarks == ("b cut to 5 characters",)


@given(TEXT, st.integers(1, 40))
def test_a_cut_value_fits_however_the_crm_counts_characters(text: str, length: int) -> None:
    value = fitted({"a": text}, {"a": length}).values.get("a", "")

    assert len(value.encode("utf-16-le")) // 2 <= length
    if value != text:
        assert text.startswith(value.removesuffix(CUT))
        assert len(value.encode("utf-16-le")) // 2 >= length - 1


def test_an_interest_reads_as_what_the_customer_did() -> None:
    assert interest_text(interest(1, description="Hello\nthere")) == (
        "Microsoft marketplace: Get it now, Things, AzureMarketplace, 2026-11-02 09:01 UTC\n"
        "Offer: fabrikam.things\n"
        "Hello\nthere"
    )
    assert mark(interest(1)) == "[submission submission-1]"


def test_an_interest_without_anything_reads_as_a_lead() -> None:
    bare = replace(
        interest(1).submission, source="", action="", publisher="", offer="", offer_title=""
    )

    assert interest_text(replace(interest(1), submission=bare)) == (
        "Microsoft marketplace: a lead, 2026-11-02 09:01 UTC"
    )


def test_own_fields_are_filled_in_from_lead_and_interest() -> None:
    mapping = {"A__c": "{offer_title} for {company}", "B__c": "fixed {{}}", "C__c": "{action:>5}"}

    assert checked_mapping("X_FIELDS", mapping) == mapping
    assert mapped(mapping, lead(), interest(1)) == {
        "A__c": "Things for Fabrikam, Gräf & Söhne 株式会社 🙂",
        "B__c": "fixed {}",
        "C__c": "  INS",
    }
    assert mapped({"A__c": "{offer}"}, lead(), None) == {"A__c": ""}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{offr}", r"names \{offr\}; there are: action, "),
        ("{}", r"names \{\}; there are: "),
        ("{0}", r"names \{0\}; there are: "),
        ("{offer.__class__}", r"names \{offer.__class__\}; there are: "),
        ("{offer[0]}", r"names \{offer\[0\]\}; there are: "),
        ("{offer", "is no text that can be filled in: "),
        ("{offer:d}", "is no text that can be filled in: "),
        ("{offer:{width}}", "is no text that can be filled in: "),
    ],
)
def test_a_text_that_can_not_be_filled_in_is_told(text: str, fault: str) -> None:
    with pytest.raises(SettingsError, match=f"X_FIELDS: 'A__c' {fault}"):
        checked_mapping("X_FIELDS", {"A__c": text, "B__c": "{offer}"})
