"""A vendor's words without the customer's: errors like to repeat what was sent.

What was sent is recognised in another case, as JSON, URLs and HTML spell it, and in pieces: a
message may quote the beginning of a value only, or one of its words.
"""

import json
import re
from collections.abc import Container, Iterable, Iterator
from html import escape, unescape
from itertools import groupby
from urllib.parse import quote, quote_plus, unquote

from shared.destinations.http.answers import Request

LONGEST_REASON = 500
CUT = "…"

PIECE = 8
"""Characters: what words and a value have in common from this length on is taken for a quote."""

WITHIN_WORDS = 4
"""Characters: a shorter value is hidden as a word of its own, since it is part of many others."""

SINGLE_WORDS = 100
"""Characters: of values up to this length single words are hidden too, of texts their pieces."""

A_RECORD = 4
"""Values: a message that quotes so many quotes a record, and what stands between them is hidden,
too: it may be a value that the record had before."""

ESCAPE = re.compile(r"%[0-9a-f]{2}|\\(?:u[0-9a-f]{4}|.)|&#?\w+;")
"""Of URLs, JSON and HTML, in lower case."""

READ = 2 * LONGEST_REASON
"""Characters: no more is looked at."""


def said(request: Request, words: str, *, also: Iterable[str] = ()) -> str:
    """Return a vendor's words, clipped, without what the request sent or hides, nor ``also``."""
    names = frozenset(_names(request.json))
    hidden = [*sent_by(request), *request.hidden, *also]
    return without(hidden, words, names)[:LONGEST_REASON]


def unless_quoting(request: Request, words: str, contact: Iterable[str]) -> str:
    """Return a vendor's words as ``said``, or nothing of them if they quote the contact.

    What quotes one value may quote others that we don't know, such as those of an older record.
    """
    read = words[:LONGEST_REASON]
    return said(request, words) if without(contact, read) == read else CUT


def without(values: Iterable[str], words: str, shown: Container[str] = ()) -> str:
    """Return words in which each value is replaced by ``…``; words that are ``shown`` stay."""
    spelled = {_lower(one) for value in values for one in _spellings(value) if one.strip()}
    read = _lower(words[:READ])
    covered = [False] * len(read)
    for quoted in (*_quotes(read, spelled), *_quotes(_blanked(read), spelled)):
        covered[quoted] = [True] * (quoted.stop - quoted.start)
    starts = [at for at, hide in enumerate(covered) if hide and not (at and covered[at - 1])]
    if len(starts) >= A_RECORD:
        covered[starts[0] : starts[-1]] = [True] * (starts[-1] - starts[0])
    for word in re.finditer(r"\w+", words[:READ]):
        if word[0] in shown:
            covered[slice(*word.span())] = [False] * len(word[0])
    # A value that begins in the last few characters may be one that is cut.
    end = len(read) if len(words) <= READ else len(read) - PIECE
    marked = zip(covered[:end], words, strict=False)
    runs = groupby(marked, key=lambda one: one[0])
    return "".join(CUT if hide else "".join(char for _, char in run) for hide, run in runs)


def sent_by(request: Request) -> list[str]:
    """Return the texts that a request sent, without those that may be shown."""
    path, _, query = request.path.partition("?")
    in_path = [unquote(part) for part in path.split("/") if "%" in part or "@" in part]
    form = (request.form or {}).values()
    params = [v for name, v in (request.params or {}).items() if name not in request.shown]
    body = [*texts_in(request.json, request.shown), *texts_in(_content(request), request.shown)]
    return [*in_path, *([query] if query else []), *form, *params, *body]


def _content(request: Request) -> object:
    try:
        return json.loads(request.content) if request.content else None
    except ValueError:
        return (request.content or b"").decode(errors="replace")


def texts_in(value: object, shown: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield all texts in a JSON value but those under a name that may be shown."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            if name not in shown:
                yield from texts_in(part, shown)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from texts_in(part, shown)


def _names(value: object) -> Iterator[str]:
    """Yield the names of all fields in a JSON value: errors must be able to tell them."""
    if isinstance(value, dict):
        yield from value
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        yield from _names(part)


def _spellings(text: str) -> Iterator[str]:
    """Yield a text as it is and as JSON, URLs and HTML have it."""
    if text.isascii() and text.isalnum():
        yield text
        return
    for one in dict.fromkeys((text, text.strip(), unescape(text))):
        yield one
        yield json.dumps(one)[1:-1]
        yield json.dumps(one, ensure_ascii=False)[1:-1]
        yield quote(one, safe="", errors="replace")
        yield quote_plus(one, errors="replace")
        yield escape(one)


def _quotes(words: str, spelled: Iterable[str]) -> Iterator[slice]:
    """Yield where words quote a value, or a piece of one."""
    single: set[str] = set()
    for value in spelled:
        edge = r"(?<!\w)", r"(?!\w)"
        before, after = edge if len(value) < WITHIN_WORDS else ("", "")
        if len(value) <= SINGLE_WORDS:
            single.update(re.findall(r"\w{3,}", value))
        for found in re.finditer(f"{before}{re.escape(value)}{after}", words):
            yield slice(*found.span())
    yield from (slice(*word.span()) for word in re.finditer(r"\w+", words) if word[0] in single)
    everything = "\n".join(spelled)
    for at in range(len(words) - PIECE + 1):
        if words[at : at + PIECE] in everything:
            yield slice(at, at + PIECE)


def _blanked(words: str) -> str:
    """Return words with a space for each character of an escape, which hides where words begin."""
    return ESCAPE.sub(lambda found: " " * len(found[0]), words)


def _lower(text: str) -> str:
    """Return a text in lower case, each character where it was."""
    if text.isascii():
        return text.lower()
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)
