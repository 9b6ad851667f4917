"""Tell a web page from an answer: a login page at a wrong address also comes with status 200.

Judged by content: programs that take a lead label a bare ``OK`` as text/html, and servers label
pages as they like. Markup is a page's unless it is clearly not: a page that is taken for a program
loses a lead.
"""

import json
import re

LONGEST_ANSWER = 64 * 1024
"""Bytes: an id, or what is wrong; no more is read."""

BEFORE_TEXT = " \t\r\n\f\v\x85\xa0\u2028\u2029\u200b\ufeff\ufffd"
"""White space and what a byte order mark, in whatever encoding, is decoded to."""

ANYWHERE = re.compile(
    r"<(?:html|head|body|title|meta|script|style|noscript|iframe|frameset|form|input|button)"
    r"(?=[\s/>]|$)|http://www\.w3\.org/1999/xhtml"
)
"""What no answer of a program has in it, unless in JSON."""

DECLARED = re.compile(r"<\?xml\s.*?\?>\s*", re.DOTALL)
ELEMENT = re.compile(r"<(?:[\w.-]+:)?([a-z][\w.-]*)")

HTML = re.compile(
    "a|abbr|acronym|address|applet|area|article|aside|audio|b|base|"
    "basefont|bdi|bdo|bgsound|big|blink|blockquote|body|br|button|"
    "canvas|caption|center|cite|code|col|colgroup|data|datalist|dd|del|"
    "details|dfn|dialog|dir|div|dl|dt|em|embed|fieldset|figcaption|"
    "figure|font|footer|form|frame|frameset|h[1-6]|head|header|hgroup|"
    "hr|html|i|iframe|image|img|input|ins|isindex|kbd|keygen|label|"
    "legend|li|link|listing|main|map|mark|marquee|math|menu|menuitem|"
    "meta|meter|nav|nobr|noembed|noframes|noscript|object|ol|optgroup|"
    "option|output|p|param|picture|plaintext|pre|progress|q|rb|rp|rt|"
    "rtc|ruby|s|samp|script|search|section|select|slot|small|source|"
    "spacer|span|strike|strong|style|sub|summary|sup|svg|table|tbody|"
    "td|template|textarea|tfoot|th|thead|time|title|tr|track|tt|u|"
    "ul|var|video|wbr|xmp"
)
"""All elements, https://html.spec.whatwg.org/multipage/indices.html, and those of former times."""

OF_PROGRAMS_TOO = re.compile("code|data|details|label|object|output|param|source|summary|time")
"""Elements of HTML that XML of a program may begin with: then it has others that are not HTML's."""

OF_A_NETWORK = frozenset({"wml", "wispaccessgatewayparam"})
"""What the gateway of a network answers with, before it lets anybody through."""


def is_web_page(body: bytes) -> bool:
    """Tell whether an answer, as far as it was read, is a page or a fragment of one."""
    text = _text(body)
    is_json = _is_json(text) or is_cut_json(body)
    return not is_json and (_is_markup(text) or bool(ANYWHERE.search(text)))


def _is_markup(text: str) -> bool:
    """Tell whether a text begins with markup that is not the XML of a program.

    That has names of its own; one with a hyphen, which may also be a component of a page, needs a
    declaration before it.
    """
    declared = DECLARED.match(text)
    if not declared and text.startswith(("<!", "<?", "<%")):
        return True
    if not (declared or ELEMENT.match(text)):
        return False
    root, *others = ELEMENT.findall(text) or [""]
    if OF_PROGRAMS_TOO.fullmatch(root):
        return all(map(HTML.fullmatch, others))
    component = "-" in root and not declared
    return component or root in OF_A_NETWORK or HTML.fullmatch(root) is not None


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
