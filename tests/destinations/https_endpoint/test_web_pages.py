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
    "<pre>Cannot POST /leads</pre>",
    "<strong>Access denied</strong>",
    "<EM>Blocked",
    "<article><h2>Maintenance</h2></article>",
    "<ol><li>Sign in</li></ol>",
    "<dl><dt>Status</dt><dd>Denied</dd></dl>",
    "<label>Password</label>",
    "<textarea>",
    "<select><option>EN</option></select>",
    "<object data='login.swf'></object>",
    "<app-root></app-root>",
    "<my-login-1 lang=en></my-login-1>",
    "<h:html xmlns:h='http://www.w3.org/1999/xhtml'><h:p>Sign in</h:p></h:html>",
    "<?xml version='1.0'?><x:p xmlns:x='http://www.w3.org/1999/xhtml'>Sign in</x:p>",
    "<?xml version='1.0'?><!DOCTYPE wml PUBLIC '-//WAPFORUM//DTD WML 1.1//EN'><wml><card/></wml>",
    "<?xml version='1.0'?><p>Sign in</p>",
    "<WISPAccessGatewayParam><Redirect><LoginURL>x</LoginURL></Redirect></WISPAccessGatewayParam>",
    "<?xml version='1.0'?>\n<WISPAccessGatewayParam xmlns:xsi='x'/>",
    "<%@ page language='java' %>Sign in",
    "<?php login(); ?>",
    "\u0085<big>Blocked</big>",
    "<marquee>Blocked</marquee>",
    "<!DOCTYPE svg>",
    "<div><app-login></app-login></div>",
    "<svg><path d='M0'/></svg>",
    "<?xml version='1.0'?><div><app-login/></div>",
    "<data>Sign in</data>",
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
    "<data><id>R-1</id></data>",
    "<object><status>created</status></object>",
    "<?xml version='1.0'?><lead-response><lead-id>R-1</lead-id></lead-response>",
    "<?xml version='1.0'?><!-- made by a program --><response/>",
    "<?xml version='1.0'?>",
    "<3",
    "<< taken >>",
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
