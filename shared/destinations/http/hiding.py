"""Values that nobody may read, found again in a text however it spells them.

What is hidden is recognised in another case, as JSON, URLs and HTML spell it, without its accents,
as a number with other spaces, and in pieces: a message may quote the beginning of a value only, or
one of its words.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import escape, unescape
from urllib.parse import quote, quote_plus

from shared.domain.identity.folding import folded

PIECE = 8
"""Characters: what words and a value have in common from this length on is taken for a quote."""

WITHIN_WORDS = 4
"""Characters: a shorter value is hidden as a word of its own, since it is part of many others."""

SINGLE_WORDS = 100
"""Characters: of values up to this length single words are hidden too, of texts their pieces."""

ESCAPE = re.compile(r"%[0-9a-f]{2}|\\(?:u[0-9a-f]{4}|.)|&#?\w+;")
"""Of URLs, JSON and HTML, in lower case."""

ONE_CHARACTER = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|\w{2,31});|.", re.DOTALL | re.IGNORECASE)
"""As HTML spells one."""

WORD, LONG_WORD = re.compile(r"[^\W_]+"), re.compile(r"[^\W_]{3,}")
AS_A_WORD = (r"(?<![^\W_])", r"(?![^\W_])")

CUT_SHORT = re.compile(r"\.{2,}|…|\*{2,}")
"""What follows the beginning of a value, or of one of its words."""

PHONE = re.compile(r"\+?\(?\d[\d ()./-]{4,}\d")
PHONE_DIGITS = 6
"""Digits in a row that make two numbers the same, whatever country code is before them."""

LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "\u0131": "i"}
)
"""Letters without accents that people spell so all the same."""


class Hidden:
    """Some values in all their spellings, which are made once for all texts of an answer."""

    def __init__(self, values: Iterable[str]) -> None:
        """Take the values."""
        given = {value for value in values if value.strip()}
        spelled = {_lower(one) for value in given for one in _spellings(value) if one.strip()}
        self._spelled = _Spelled(spelled)
        self._plain = _Spelled({plain for value in given if (plain := _plain(value)).strip()})
        phones = (value for value in given if PHONE.fullmatch(value.strip()))
        self._phones = {_digits(phone) for phone in phones}

    def quoted_in(self, words: str) -> Iterator[slice]:
        """Yield where words quote a value, or a piece of one."""
        read = _lower(words)
        yield from self._spelled.quoted_in(read)
        yield from self._spelled.quoted_in(_blanked(read))
        plain, spans = _with_spans(words)
        for found in self._plain.quoted_in(plain):
            yield slice(spans[found.start].start, spans[found.stop - 1].stop)
        for number in PHONE.finditer(words):
            if self._is_a_phone(_digits(number[0])):
                yield slice(*number.span())

    def _is_a_phone(self, digits: str) -> bool:
        parts = {digits[at : at + PHONE_DIGITS] for at in range(len(digits) - PHONE_DIGITS + 1)}
        return any(part in phone for part in parts for phone in self._phones)


class _Spelled:
    """Values in one notation."""

    def __init__(self, values: Iterable[str]) -> None:
        self._short = [value for value in values if len(value) < PIECE]
        short_enough = (value for value in values if len(value) <= SINGLE_WORDS)
        self._single = {word for v in short_enough for word in LONG_WORD.findall(v)}
        whole = (*self._single, *(value for value in values if len(value) <= SINGLE_WORDS))
        self._begun = {one[:size] for one in whole for size in range(2, PIECE)}
        ends = ((one, range(PIECE, len(one) + 1)) for one in values)
        self._pieces = {one[end - PIECE : end] for one, every in ends for end in every}

    def quoted_in(self, words: str) -> Iterator[slice]:
        for value in self._short:
            before, after = AS_A_WORD if len(value) < WITHIN_WORDS else ("", "")
            for found in re.finditer(f"{before}{re.escape(value)}{after}", words):
                yield slice(*found.span())
        for word in WORD.finditer(words):
            if word[0] in self._single:
                yield slice(*word.span())
        for end in (found.start() for found in CUT_SHORT.finditer(words)):
            sizes = range(2, min(PIECE, end + 1))
            yield from (slice(end - n, end) for n in sizes if words[end - n : end] in self._begun)
        # A longer value is made of pieces.
        for at in range(len(words) - PIECE + 1):
            if words[at : at + PIECE] in self._pieces:
                yield slice(at, at + PIECE)


@lru_cache(maxsize=4)
def hidden(values: tuple[str, ...]) -> Hidden:
    """Return what must be hidden; an answer is asked about many of its texts in turn."""
    return Hidden(values)


def _spellings(text: str) -> Iterator[str]:
    """Yield a text as it is, as JSON, URLs and HTML have it, and as UTF-8 that is misread."""
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
        utf_8 = one.encode(errors="replace")
        yield from (utf_8.decode(taken_for, "replace") for taken_for in ("latin-1", "cp1252"))


def _blanked(words: str) -> str:
    """Return words with a space for each character of an escape, which hides where words begin."""
    return ESCAPE.sub(lambda found: " " * len(found[0]), words)


def _lower(text: str) -> str:
    """Return a text in lower case, each character where it was."""
    if text.isascii():
        return text.lower()
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def _plain(text: str) -> str:
    return "".join(map(_plain_character, text))


def _with_spans(words: str) -> tuple[str, list[slice]]:
    """Return words in plain letters, and where each letter came from."""
    plain, spans = "", list[slice]()
    for found in ONE_CHARACTER.finditer(words):
        letters = _plain(unescape(found[0]))
        plain += letters
        spans += [slice(*found.span())] * len(letters)
        if spans and not letters:  # an accent of its own belongs to the letter before
            spans[-1] = slice(spans[-1].start, found.end())
    return plain, spans


@lru_cache(maxsize=4096)
def _plain_character(char: str) -> str:
    """Return a character in lower case without accents; a space if it is one, "" if unseen."""
    if char.isascii():
        return char.lower()
    if char.isspace():
        return " "
    parts = unicodedata.normalize("NFD", folded(char)).translate(LETTERS)
    return "".join(part for part in parts if not unicodedata.combining(part))


def _digits(number: str) -> str:
    return "".join(str(unicodedata.decimal(char)) for char in number if char.isdecimal())
