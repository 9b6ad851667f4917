"""A vendor's words without the customer's: errors like to repeat what was sent.

An answer is looked at with no deadline, so what is looked at is short: the beginning of a text, and
of many texts the first.
"""

import json
import re
from collections.abc import Container, Iterable, Iterator
from itertools import groupby
from urllib.parse import unquote

from shared.destinations.http.answers import Request
from shared.destinations.http.hiding import PIECE, Hidden, hidden
from shared.destinations.http.notations import readings

LONGEST_REASON = 500
CUT = "…"

MOST_TOLD = 10
"""Faults, names or texts of one answer that are told: nobody reads more."""

A_RECORD = 4
"""Values: a message that quotes so many quotes a record, and what stands between them is hidden,
too: it may be a value that the record had before."""

SENTENCES = re.compile(r"((?<=[.!?;])\s+|[\r\n]+)")

READ = 2 * LONGEST_REASON
"""Characters: no more is looked at."""


def said(request: Request, words: str, *, also: Iterable[str] = ()) -> str:
    """Return a vendor's words, clipped, without what the request sent or hides, nor ``also``."""
    names = frozenset(_names(request.json))
    ours = [*sent_by(request), *request.hidden, *also]
    return without(ours, words, names)[:LONGEST_REASON]


def unless_quoting(request: Request, words: str, contact: Iterable[str]) -> str:
    """Return a vendor's words as ``said``, or nothing of them if they quote the contact.

    What quotes one value may quote others that we don't know, such as those of an older record.
    """
    read = words[:LONGEST_REASON]
    return said(request, words) if without(contact, read) == read else CUT


def without(values: Iterable[str], words: str, shown: Container[str] = ()) -> str:
    """Return words in which each value is replaced by ``…``; words that are ``shown`` stay.

    A sentence that has a value in it once it is decoded is replaced as a whole.
    """
    known, read = hidden(tuple(values)), words[:READ]
    covered = _covered(known, read, shown)
    # A value that begins in the last few characters may be one that is cut.
    end = len(read) if len(words) <= READ else len(read) - PIECE
    marked = zip(covered[:end], words, strict=False)
    runs = groupby(marked, key=lambda one: one[0])
    left = "".join(CUT if hide else "".join(char for _, char in run) for hide, run in runs)
    parts = SENTENCES.split(left)
    return "".join(CUT if _is_encoded(known, part, shown) else part for part in parts)


def _covered(known: Hidden, read: str, shown: Container[str]) -> list[bool]:
    """Tell of each character whether it is hidden."""
    covered = [False] * len(read)
    for quoted in known.quoted_in(read):
        covered[quoted] = [True] * (quoted.stop - quoted.start)
    starts = [at for at, hide in enumerate(covered) if hide and not (at and covered[at - 1])]
    if len(starts) >= A_RECORD:
        covered[starts[0] : starts[-1]] = [True] * (starts[-1] - starts[0])
    for word in re.finditer(r"\w+", read):
        if word[0] in shown:
            covered[slice(*word.span())] = [False] * len(word[0])
    return covered


def _is_encoded(known: Hidden, sentence: str, shown: Container[str]) -> bool:
    """Tell whether a sentence has a value in it that only shows once it is decoded."""
    plain = sentence.replace(CUT, "\0")
    return any(any(_covered(known, reading, shown)) for reading in readings(plain))


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
    """Yield all texts in a JSON value, however deep, but those under a name that may be shown."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
            case dict() as parts:
                waiting += [part for name, part in parts.items() if name not in shown][::-1]
            case list() | tuple() as parts:
                waiting += parts[::-1]


def _names(value: object) -> Iterator[str]:
    """Yield the names of all fields in a JSON value: errors must be able to tell them."""
    if isinstance(value, dict):
        yield from value
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        yield from _names(part)
