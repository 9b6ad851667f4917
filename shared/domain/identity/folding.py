"""One spelling for texts that a reader takes for the same. Pure.

What is folded is compared and keyed, and never shown.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache, wraps

NOT_SEEN = (
    # Default_Ignorable_Code_Point of Unicode, as far as characters are assigned
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
    # the other formats (category Cf), and the blank of Braille
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\ufff9-\ufffb\U000110bd\U000110cd"
    "\U00013430-\U0001343f\u2800"
)
INVISIBLE = re.compile(f"[{NOT_SEEN}]")

APOSTROPHES = (
    "`\xb4\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u055a\u05f3\u07f4\u07f5\u1fbd\u1fbf\u1fef"
    "\u1ffd\u1ffe\u2018\u2019\u201b\u2032\u2035\ua78b\ua78c\uff07\uff40"
)
HYPHENS = (
    "\u058a\u05be\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2e17\u2e1a\u2e3a"
    "\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d\U00010d6e\U00010ead"
)
TYPOGRAPHY = str.maketrans(dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys(HYPHENS, "-"))
SPACED_HYPHEN = re.compile(r"\s*-\s*")

LEFT_OUT = ".'"
MEANT = "&@#*%"
"""Punctuation of Unicode that belongs to the name of a company."""


SHORT = 100
KEPT = 4_096
"""So many characters has a text that comes again, and so many of these are kept in a process."""


def kept_if_short[T](read: Callable[[str], T]) -> Callable[[str], T]:
    """Keep what short texts are read as: a name or an offer comes again with each row of a lead."""
    short = lru_cache(KEPT)(read)

    @wraps(read)
    def kept(text: str) -> T:
        return short(text) if len(text) <= SHORT else read(text)

    return kept


def visible(text: str) -> str:
    """Return the text without the characters that nobody sees."""
    return text if text.isascii() else INVISIBLE.sub("", text)


@kept_if_short
def folded(text: str) -> str:
    """Return the text without case, compatibility forms, typography and spacing.

    Case-fold, not lower case: Straße is Strasse, in names and in all that people write.
    """
    while (again := _folded_once(text)) != text:
        text = again
    return text


def folded_company(text: str) -> str:
    """Return the name of a company without the punctuation that people set or leave out."""
    return " ".join("".join(map(_without_punctuation, folded(text))).split())


def _folded_once(text: str) -> str:
    if text.isascii():
        plain = text.lower().replace("`", "'")
    else:
        composed = unicodedata.normalize("NFKC", visible(text).translate(TYPOGRAPHY))
        plain = unicodedata.normalize("NFKC", composed.translate(TYPOGRAPHY).casefold())
    one_hyphen = SPACED_HYPHEN.sub("-", plain) if "-" in plain else plain
    return " ".join(one_hyphen.split())


def _without_punctuation(character: str) -> str:
    if character in MEANT or not unicodedata.category(character).startswith("P"):
        return character
    return "" if character in LEFT_OUT else " "
