"""Where an ``@odata.bind`` value leads, by OData's grammar of addresses and keys, taken literally.

A service cuts off fragment and query, splits the path at its slashes and only then decodes percent
signs, so that what was not escaped names something else than its writer meant. See
https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html#sec_URLParsing
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from local.fakes.dynamics.answers import BadAddressError

SERVICE = re.compile(r"^https?://[^/]+/api/data/v[\d.]+(?=/)")
GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
SEGMENT = re.compile(r"(\w+)\((.*)\)", re.DOTALL)
PAIR = re.compile(r"(\w+)=('(?:[^']|'')*'|[\w.:+-]+)(?:,|$)", re.DOTALL)
BROKEN_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A row: its table, and its primary key or the values of an alternate one."""

    table: str
    row_id: str = ""
    key: Mapping[str, str] = field(default_factory=dict)


def parse(address: str) -> Address:
    """Return what an address names; raise ``BadAddressError`` for what is none."""
    path = SERVICE.sub("", address.partition("#")[0].partition("?")[0])
    segment, *others = [_decoded(part) for part in path.strip("/").split("/")]
    if others:
        raise BadAddressError(f"Resource not found for the segment '{others[0]}'.")
    parts = SEGMENT.fullmatch(segment)
    if parts is None:
        raise BadAddressError("Bad Request - Error in query syntax.")
    table, inside = parts.groups()
    if GUID.fullmatch(inside):
        return Address(table=table, row_id=inside.lower())
    return Address(table=table, key=_pairs(inside))


def matching(
    address: Address, rows: Mapping[str, Mapping[str, object]], keys: Collection[frozenset[str]]
) -> str:
    """Return the id of the row that is named, "" if there is none; ``keys`` are alternate ones."""
    if address.row_id:
        return address.row_id if address.row_id in rows else ""
    if frozenset(address.key) not in keys:
        unknown = ", ".join(address.key)
        raise BadAddressError(f"The key property '{unknown}' is not a key of '{address.table}'.")
    wanted = {name: value.casefold() for name, value in address.key.items()}
    same = (
        row_id
        for row_id, row in rows.items()
        if all(str(row.get(name, "")).casefold() == value for name, value in wanted.items())
    )
    return next(same, "")


def _decoded(segment: str) -> str:
    if BROKEN_PERCENT.search(segment):
        raise BadAddressError("Bad Request - Error in query syntax.")
    try:
        return unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        raise BadAddressError("Bad Request - Error in query syntax.") from None


def _pairs(inside: str) -> dict[str, str]:
    """Return names and values of a key; what is left over is a fault of syntax."""
    found, rest = list(PAIR.finditer(inside)), PAIR.sub("", inside)
    if rest or not found or inside.endswith(","):
        raise BadAddressError("Bad Request - Error in query syntax.")
    return {name: _value(literal) for name, literal in (pair.groups() for pair in found)}


def _value(literal: str) -> str:
    return literal[1:-1].replace("''", "'") if literal.startswith("'") else literal
