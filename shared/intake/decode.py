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

FORM_ENCODED = re.compile(r"\s*[\w.%+*-]+=")


@dataclass(frozen=True, slots=True)
class JsonObject:
    """A JSON object with its pairs as they came."""

    pairs: list[tuple[str, "JsonValue"]]

    def all(self, key: str) -> list["JsonValue"]:
        """Return what stands under a key, in any case and any number of times, in order."""
        return [value for name, value in self.pairs if name.strip().lower() == key.lower()]


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
    """Decode by the byte order mark or the NULs of UTF-16 and UTF-32, the charset, or as UTF-8."""
    detected = json.detect_encoding(body)
    charset = _charset(content_type) if detected == "utf-8" else ""
    if not charset:
        return _decoded(body, detected), ()
    text = _tried(body, charset)
    if text.lstrip().startswith("{"):
        return text, ()
    return _decoded(body, detected), (WRONG_CHARSET,)


def _charset(content_type: str) -> str:
    header = Message()
    header["Content-Type"] = content_type
    try:
        return header.get_content_charset("")
    except ValueError:  # what the header parser makes of NULs and lone surrogates
        return ""


def _tried(body: bytes, charset: str) -> str:
    """Return the text, "" if the charset does not exist or does not fit."""
    try:
        known = codecs.lookup(charset).name not in PYTHON_SOURCE
        return body.decode(charset) if known else ""
    except (LookupError, ValueError):
        return ""


def _decoded(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        where = f"byte 0x{body[error.start]:02x} at offset {error.start}"
        raise InvalidPushError([f"the body is not {encoding.upper()}: {where}"]) from None


def _fault(text: str, error: json.JSONDecodeError) -> str:
    """Say why a text is no JSON, by line and column and without any of it."""
    if FORM_ENCODED.match(text):
        return "the body is form-encoded; JSON is expected"
    fault = f"the body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
    faq_sample = TEST_MARK in text.upper() and "','" in error.msg
    return f"{fault}; {FAQ_HINT}" if faq_sample else fault
