"""A web page is no success, however it begins; whatever else is answered is one."""

import pytest

from shared.destinations.http.web_page import LONGEST_ANSWER, is_web_page

PAGE = "<html><body>Please log in</body></html>"

PAGES = [
    PAGE,
    PAGE.upper(),
    f"\ufeff{PAGE}",
    f"\r\n\t {PAGE}",
    f"<!DOCTYPE html>\n{PAGE}",
    f"<!doctype HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'>{PAGE}",
    "<!DocType html>",
    f"<?xml version='1.0' encoding='UTF-8'?>\n{PAGE}",
    f"<?XML version='1.0'?><!DOCTYPE html>{PAGE}",
    f"<!-- served by a proxy -->\n{PAGE}",
    "<!-- nothing else -->",
    '<form action="/login" method="post"><input name="user"></form>',
    "<FORM\naction='/login'>",
    "<form",
    "{ maintenance }<html>",
    "[login]<form>",
    "<script>location = '/login'</script>",
    "<script src=/login.js></script>",
    '<meta http-equiv="refresh" content="0; url=/login">',
    "<title>Sign in</title>",
    "<body onload='go()'>",
    "<div>Sign in</div>",
    "<h1>Sign in</h1>",
    "<br/>Sign in",
    "<p>Your session has expired.",
    "<app-root></app-root><script src=main.js></script>",
    "Redirecting… <a href=/login>here</a><form method=post>",
    "Sign in <iframe src=/login></iframe>",
]
OTHERS = [
    "",
    " \r\n",
    "OK",
    "ok: <accepted>",
    "5 < 6",
    "Thank you, we've got it.",
    "null",
    "true",
    "42",
    '"R-1"',
    '"<html>"',
    "{}",
    "[]",
    '{"id": "R-1"}',
    '\ufeff{"id": "R-1"}',
    '{"id": "R-1", "page": "<html><form>"}',
    '[{"note": "<script>"}]',
    "<?xml version='1.0'?><response><id>R-1</id></response>",
    "<response><headline>OK</headline></response>",
    "<soap:Envelope><soap:Body/></soap:Envelope>",
    "<ok/>",
]
ENCODINGS = ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_page_is_recognised_however_it_begins_and_is_encoded(encoding: str) -> None:
    assert [page for page in PAGES if not is_web_page(page.encode(encoding))] == []


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_whatever_is_no_page_is_not_taken_for_one(encoding: str) -> None:
    assert [other for other in OTHERS if is_web_page(other.encode(encoding))] == []


def test_bytes_that_are_no_text_are_no_page() -> None:
    assert not is_web_page(b"\x1f\x8b\x08\x00\xff\xfe\x00\x01")


def test_json_that_was_cut_is_no_page() -> None:
    long = '{"page": "<form>", "more": "' + "x" * LONGEST_ANSWER

    assert not is_web_page(long.encode()[:LONGEST_ANSWER])


def test_json_that_is_nested_too_deeply_is_no_page() -> None:
    assert not is_web_page(b"[" * 200_000)
