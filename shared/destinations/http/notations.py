"""What a text reads as once it is decoded: vendors encode what they quote in many ways, and twice.

Where a decoded text came from is not known any more, so that nothing can be cut out of it.
"""

import binascii
import re
import unicodedata
from base64 import b64decode
from collections.abc import Iterator
from html import unescape

ROUNDS = 3
"""How often something may be encoded that is still found."""

BYTES = re.compile(r"(?:(?:%|=|\\x)[0-9A-Fa-f]{2})+")
"""As URLs, quoted-printable and programs spell them."""

UNITS = re.compile(r"(?:\\u[0-9A-Fa-f]{4})+")
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
BASE64 = re.compile(r"[A-Za-z0-9+/]{4,}={0,2}")
PUNYCODE = re.compile(r"xn--([a-z0-9-]+)", re.IGNORECASE)
LETTERS_APART = re.compile(r"(?<![^\W_])([^\W_])[\s._-]+(?=[^\W_](?![^\W_]))")


def readings(text: str) -> Iterator[str]:
    """Yield what a text may be read as, other than as it stands."""
    seen, now = {text}, text
    for _ in range(ROUNDS):
        now = _decoded(now)
        seen.add(now)
    whole = unicodedata.normalize("NFKC", now)
    repaired = (_repaired(whole, taken_for) for taken_for in ("latin-1", "cp1252"))
    seen |= {whole, *repaired, LETTERS_APART.sub(r"\1", whole)}
    yield from seen - {text}


def _decoded(text: str) -> str:
    """Return a text with one layer of each notation taken off."""
    text = BYTES.sub(lambda found: _of_hex(re.sub(r"%|=|\\x", "", found[0]), "utf-8"), text)
    text = UNITS.sub(lambda found: _of_hex(found[0].replace("\\u", ""), "utf-16-be"), text)
    text = BASE64.sub(lambda found: _of_base64(found[0]), ESCAPED.sub(r"\1", unescape(text)))
    return PUNYCODE.sub(lambda found: _of_punycode(found[1]), text)


def _of_hex(digits: str, encoding: str) -> str:
    return bytes.fromhex(digits).decode(encoding, "replace")


def _of_base64(text: str) -> str:
    """Return what a text encodes, itself if that is no text."""
    try:
        return b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return text


def _of_punycode(label: str) -> str:
    try:
        return label.encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _repaired(text: str, taken_for: str) -> str:
    """Return a text whose UTF-8 was taken for another encoding."""
    return text.encode(taken_for, "replace").decode("utf-8", "replace")
