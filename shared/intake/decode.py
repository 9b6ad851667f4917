"""From bytes to a JSON object, in whatever encoding it came. Pure.

Nothing that was sent is lost on the way: an object keeps all its pairs, because a key may come
twice or in two cases, and a number keeps its digits, because it may be a telephone number.
"""

import codecs
import json
import re
from dataclasses import dataclass
from email.message import Message
from types import NoneType

from shared.domain.errors import InvalidPushError
from shared.domain.lead import TEST_MARK

WRONG_CHARSET = "the content type names a charset that the body is not in; it was read as UTF-8"

PYTHON_SOURCE = frozenset({"unicode-escape", "raw-unicode-escape"})
"""Codecs that Python counts among the text encodings, though nobody sends text in them."""

FAQ_HINT = (
    "Microsoft's sample of a test lead lacks a comma after the offerTitle line: "
    "add it, and this will be accepted"
)
"""See the FAQ of
https://learn.microsoft.com/partner-center/marketplace-offers/commercial-marketplace-get-customer-leads
"""

CHARSET = re.compile("charset", re.IGNORECASE)

ESCAPE = b"\x1b"
"""What ISO 2022 switches alphabets with: the rest of it is ASCII, and so valid UTF-8."""

FORM_ENCODED = re.compile(r"\s*[\w.%+*-]+=")


@dataclass(frozen=True, slots=True)
class JsonObject:
    """A JSON object with its pairs as they came."""

    pairs: list[tuple[str, "JsonValue"]]

    def by_key(self) -> dict[str, list["JsonValue"]]:
        """Return by key, in lower case, what stands under it, any number of times, in order."""
        found: dict[str, list[JsonValue]] = {}
        for name, value in self.pairs:
            found.setdefault(name.strip().lower(), []).append(value)
        return found


class JsonNumber(str):
    """A JSON number as it was written."""

    __slots__ = ()


type JsonValue = JsonObject | list[JsonValue] | str | bool | None

KINDS = {
    list: "a JSON array",
    str: "a JSON string",
    JsonNumber: "a JSON number",
    bool: "a JSON boolean",
    NoneType: "null",
}


def read_object(body: bytes, content_type: str) -> tuple[JsonObject, tuple[str, ...]]:
    """Return the JSON object that a body holds, and what was doubtful in reading it.

    Raises ``InvalidPushError`` for anything else, ``RecursionError`` for what is nested too deeply.
    """
    text, doubts = _text(body, content_type)
    if not text.strip():
        raise InvalidPushError(["the body is empty; a JSON object is expected"])
    try:
        value = load_json(text)
    except json.JSONDecodeError as error:
        raise InvalidPushError([_fault(text, error)]) from None
    if not isinstance(value, JsonObject):
        raise InvalidPushError([f"the body is {KINDS[type(value)]}; a JSON object is expected"])
    return value, doubts


def load_json(text: str) -> JsonValue:
    """Return a JSON value; line breaks within its strings are tolerated."""
    value: JsonValue = json.loads(
        text,
        strict=False,
        parse_int=JsonNumber,
        parse_float=JsonNumber,
        parse_constant=JsonNumber,
        object_pairs_hook=JsonObject,
    )
    return value


def dump_json(value: JsonValue) -> str:
    """Return compact JSON; numbers appear as strings, so that they keep their digits."""
    return json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), default=lambda item: dict(item.pairs)
    )


def _text(body: bytes, content_type: str) -> tuple[str, tuple[str, ...]]:
    """Decode by the byte order mark or the NULs of UTF-16 and UTF-32, as UTF-8, or by the charset.

    Charsets are often named by habit, so valid UTF-8 is UTF-8 whatever the content type says.
    """
    encoding = json.detect_encoding(body)
    charset = _charset(content_type) if encoding == "utf-8" else None
    labelled = _tried(body, charset) if charset else ""
    if charset and ESCAPE in body and charset.startswith("iso2022") and _begins(labelled):
        return labelled, ()
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        if _begins(labelled):
            return labelled, ()
        where = f"byte 0x{body[error.start]:02x} at offset {error.start}"
        raise InvalidPushError([f"the body is not {encoding.upper()}: {where}"]) from None
    return text, (WRONG_CHARSET,) if charset is not None and labelled != text else ()


def _begins(text: str) -> bool:
    return text.lstrip().startswith("{")


def _charset(content_type: str) -> str | None:
    """Return Python's name of the charset, "" if it has none, None if none but UTF-8 is named."""
    if not CHARSET.search(content_type):
        return None
    header = Message()
    header["Content-Type"] = content_type
    try:
        named = header.get_content_charset("")
        charset = codecs.lookup(named).name if named else "utf-8"
    except LookupError:
        return ""
    except ValueError:  # what the header parser makes of NULs and lone surrogates
        return None
    return None if charset == "utf-8" else charset


def _tried(body: bytes, charset: str) -> str:
    """Return the text, "" if the charset does not fit."""
    try:
        return "" if charset in PYTHON_SOURCE else body.decode(charset)
    except (LookupError, ValueError):  # of a codec that makes no text, or does not fit
        return ""


def _fault(text: str, error: json.JSONDecodeError) -> str:
    """Say why a text is no JSON, by line and column and without any of it."""
    if FORM_ENCODED.match(text):
        return "the body is form-encoded; JSON is expected"
    fault = f"the body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
    faq_sample = TEST_MARK in text.upper() and "','" in error.msg
    return f"{fault}; {FAQ_HINT}" if faq_sample else fault
