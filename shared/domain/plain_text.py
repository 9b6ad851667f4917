"""Texts of people as one line of characters that can be shown. Pure."""

import re

NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)
"""What XML refuses beside controls, as a part of a pattern, see https://www.w3.org/TR/xml/#charsets."""

UNSEEN = re.compile(f"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029{NONCHARACTERS}]")
"""What breaks JSON, XML or lines: controls, halves of pairs, separators of lines."""

DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of what follows, our words included."""

CUT = "…"


def plain(text: str) -> str:
    """Return a text without characters that can't be shown, in one line."""
    return DIRECTIONS.sub("", UNSEEN.sub(" ", text))


def plain_line(text: str, longest: int) -> str:
    """Return a text in one line without superfluous space, of at most ``longest`` characters."""
    line = " ".join(plain(text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + CUT
