"""Values cut to the CRM's lengths.

A CRM refuses a value that is too long, or cuts it in silence. We cut it ourselves, and say so in
the audit trail; the whole text goes where the CRM has room for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

CUT = "…"


@dataclass(frozen=True, slots=True)
class Fitted:
    """Values that the CRM takes, and a remark for each that was cut."""

    values: dict[str, str]
    remarks: tuple[str, ...]


def for_empty(values: Mapping[str, str], held: Mapping[str, object]) -> dict[str, str]:
    """Return the values for fields in which the CRM holds nothing: what sales wrote stays."""
    return {name: value for name, value in values.items() if held.get(name) in (None, "")}


def fitted(values: Mapping[str, str], lengths: Mapping[str, int]) -> Fitted:
    """Cut each value to the CRM's length for its field; empty ones are left out.

    Lengths count as UTF-16 does, where 🙂 is two: a CRM that counts it as one takes the value too.
    """
    given = {name: value for name, value in values.items() if value}
    long = {
        name: lengths[name]
        for name, value in given.items()
        if name in lengths and _length(value) > lengths[name]
    }
    cut = {name: _cut(given[name], length) for name, length in long.items()}
    remarks = tuple(f"{name} cut to {length} characters" for name, length in long.items())
    return Fitted({**given, **cut}, remarks)


def is_cut(text: str, length: int) -> bool:
    """Tell whether a text was cut to a length: it ends so, and there is no room for more."""
    return text.rstrip().endswith(CUT) and _length(text) >= length - 1


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str, length: int) -> str:
    """Cut a text, never within a character."""
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * (length - len(CUT))]
    return units.decode("utf-16-le", "ignore") + CUT
