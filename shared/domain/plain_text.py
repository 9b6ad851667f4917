"""Texts of people as one line of characters that can be shown. Pure."""

import re

NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)
"""What XML refuses beside controls, as a part of a pattern, see https://www.w3.org/TR/xml/#charsets."""

UNSEEN = re.compile(f"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029{NONCHARACTERS}]")
"""What breaks JSON, XML or lines: controls, halves of pairs, separators of lines."""

LINE_ENDS = re.compile(r"[\x0b\x0c\x85\u2028\u2029]")
"""Those that few know."""

NO_CHARACTER = re.compile(rf"(?![\t\n\r]){UNSEEN.pattern}")
"""What no store, no XML and no JSON is sure to take."""

HALVES = re.compile("[\ud800-\udfff]")
"""Of UTF-16 pairs, which nothing can write."""

REPLACEMENT = "\ufffd"

DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of what follows, our words included."""

CUT = "…"


def readable(text: str) -> str:
    """Return a text that can be kept anywhere; what is no character is marked as such."""
    return text if text.isprintable() else NO_CHARACTER.sub(REPLACEMENT, LINE_ENDS.sub("\n", text))


def encodable(text: str) -> str:
    """Return a text that can be written; half of a pair is marked as no character."""
    return text if text.isascii() else HALVES.sub(REPLACEMENT, text)


def is_whole(text: str) -> bool:
    """Tell whether a text is of characters that can be shown in one line, and none was lost."""
    return text.isprintable() and REPLACEMENT not in text


def plain(text: str) -> str:
    """Return a text without characters that can't be shown, in one line."""
    return DIRECTIONS.sub("", UNSEEN.sub(" ", text))


def plain_line(text: str, longest: int) -> str:
    """Return a text in one line without superfluous space, of at most ``longest`` characters."""
    line = " ".join(plain(text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + CUT
