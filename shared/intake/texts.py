"""The texts of a push: kept as sent, but for what no system downstream can hold. Pure."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from shared.domain.identity import has_value, written_out
from shared.domain.plain_text import NONCHARACTERS
from shared.intake.decode import JsonNumber, JsonObject, JsonValue, dump_json

NOTHING: tuple[JsonValue, ...] = (None, "", [], JsonObject([]))

LONGEST_TEXT = 1_000
MANY_LINES = "Description"
"""The one text that may have several lines, and any length that a body can give it."""

LONGEST_COLUMN = 32 * 1024
"""What a column of a table holds, in UTF-16 units; what was no text can grow beyond it as JSON."""

LINE_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
BREAK_OR_TAB = re.compile(r"[\n\t]")
NO_TEXT = re.compile(rf"[\x00-\x08\x0e-\x1f\x7f-\x9f{NONCHARACTERS}]")
"""What XML and tables refuse, see https://www.w3.org/TR/xml/#charsets."""

LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


class Text(NamedTuple):
    """What stands under a key, cleaned, and what is doubtful about it."""

    value: str
    doubts: tuple[str, ...] = ()


NO_TEXT_GIVEN = Text("")


def read_text(key: str, given: Sequence[JsonValue]) -> Text:
    """Return the last text under a key that says something."""
    if not given:
        return NO_TEXT_GIVEN
    longest = LONGEST_COLUMN if key == MANY_LINES else LONGEST_TEXT
    if len(given) == 1 and type(given[0]) is str and 2 * len(given[0]) <= longest:
        return Text(cleaned(given[0], key))  # as nearly all are
    values = [value for value in given if value not in NOTHING]
    texts = [text for value in values if (text := cleaned(_as_text(value, key), key))]
    if not texts:
        return NO_TEXT_GIVEN
    telling = [text for text in texts if has_value(text)] if len(texts) > 1 else texts
    value = (telling or texts)[-1]
    kept = _cut(value, longest)
    doubts = {
        f"{key} is not text; it is kept as JSON": any(
            isinstance(value, list | JsonObject) for value in values
        ),
        f"{key} came more than once with different values; the last is used": len(set(telling)) > 1,
        f"{key} has more than {longest:,} characters and was cut": kept != value,
    }
    return Text(kept.rstrip(), tuple(doubt for doubt, holds in doubts.items() if holds))


def cleaned(text: str, key: str) -> str:
    """Return the text without what surrounds it and what is no character."""
    if text.isprintable():
        return text.strip()
    text = LONE_SURROGATE.sub("\ufffd", LINE_BREAK.sub("\n", text))
    if key != MANY_LINES:
        text = BREAK_OR_TAB.sub(" ", text)
    return NO_TEXT.sub("", text).strip()


def _as_text(value: JsonValue, key: str) -> str:
    if isinstance(value, JsonNumber) and key == "Phone":
        return written_out(value)
    return value if isinstance(value, str) else dump_json(value)


def _cut(text: str, longest: int) -> str:
    """Cut a text by UTF-16 units, as storage counts it; half a character is none."""
    return text.encode("utf-16-le")[: 2 * longest].decode("utf-16-le", errors="ignore")
