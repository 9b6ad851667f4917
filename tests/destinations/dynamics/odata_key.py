"""Addresses of records, read as OData's grammar has them: for tests of what is bound to what.

Segments are divided before they are decoded, see
https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html#sec_URLParsing
and the key by the rules ``keyPredicate`` and ``string`` of
https://docs.oasis-open.org/odata/odata/v4.01/os/abnf/odata-abnf-construction-rules.txt
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

URL = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*")
ENTITY = re.compile(r"(\w+)\(")
PAIR = re.compile(r"(\w+)=")
STRING = re.compile(r"'((?:[^']|'')*)'")
GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Address:
    """One record: its table, and its key by columns; ``""`` is the primary one."""

    table: str
    key: dict[str, str]


def read(address: str) -> Address:
    """Read an address; raise ``ValueError`` if it is none, or of more than one record."""
    if not URL.fullmatch(address):
        raise ValueError(f"no URL: {address!r}")
    segments = address.removeprefix("/").split("/")
    if len(segments) != 1:
        raise ValueError(f"{len(segments)} segments: {address!r}")
    text = unquote(segments[0], errors="strict")
    entity = ENTITY.match(text)
    if entity is None:
        raise ValueError(f"no key: {text!r}")
    key, at = _key(text, entity.end())
    if text[at:] != ")":
        raise ValueError(f"more than a key: {text!r}")
    return Address(entity[1], key)


def _key(text: str, at: int) -> tuple[dict[str, str], int]:
    key: dict[str, str] = {}
    while True:
        pair = PAIR.match(text, at)
        at = pair.end() if pair else at
        value = STRING.match(text, at) or GUID.match(text, at)
        if value is None:
            raise ValueError(f"no value of a key at {at}: {text!r}")
        quoted = value.re is STRING
        key[pair[1] if pair else ""] = value[1].replace("''", "'") if quoted else value[0]
        at = value.end()
        if pair is None or text[at : at + 1] != ",":
            return key, at
        at += 1
