"""Tell a web page from an answer: a login page at a wrong address also comes with status 200.

Judged by content: programs that take a lead label a bare ``OK`` as text/html, and servers label
pages as they like.
"""

import json
import re

LONGEST_ANSWER = 64 * 1024
"""Bytes: an id, or what is wrong; no more is read."""

BEFORE_TEXT = " \t\r\n\f\v\ufeff\ufffd"
"""White space and what a byte order mark, in whatever encoding, is decoded to."""

ANYWHERE = re.compile(
    r"<(?:html|head|body|title|meta|script|style|noscript|iframe|frameset|form|input|button)"
    r"(?=[\s/>]|$)"
)
FIRST = re.compile(
    r"<(?:!doctype\s+html|!--|(?:a|b|br|center|div|font|h[1-6]|header|hr|i|img|link|main|nav|p|"
    r"section|span|svg|table|ul)(?=[\s/>]|$))"
)
"""Tags that are found in other answers too: they make a page of one that begins with them."""


def is_web_page(body: bytes) -> bool:
    """Tell whether an answer, as far as it was read, is a page or a fragment of one."""
    text = _text(body)
    is_json = _is_json(text) or is_cut_json(body)
    return not is_json and bool(FIRST.match(text) or ANYWHERE.search(text))


def is_cut_json(body: bytes) -> bool:
    """Tell whether an answer is JSON of which only the beginning was read."""
    text = _text(body)
    return len(body) >= LONGEST_ANSWER and text.startswith(("{", "[")) and not _is_json(text)


def _text(body: bytes) -> str:
    # Without its zero bytes, ASCII in UTF-16 or UTF-32 is ASCII, with a byte order mark or without.
    return body.replace(b"\0", b"").decode("utf-8", "replace").strip(BEFORE_TEXT).lower()


def _is_json(text: str) -> bool:
    """Tell whether a text is JSON, which may have markup in its values."""
    try:
        json.loads(text)
    except ValueError:
        return False
    except RecursionError:
        return True
    return True
