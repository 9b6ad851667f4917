"""How a fault is put into words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


def difference(what: str, wanted: Iterable[str], found: Iterable[str]) -> Iterator[str]:
    """Name what is missing in the deployment and what is there in vain."""
    for name in sorted(set(wanted) - set(found)):
        yield f"{what} {name} is missing in the deployment"
    for name in sorted(set(found) - set(wanted)):
        yield f"{what} {name} is deployed, but nothing needs it"


def unlike(what: str, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    """Name the properties that are not as they should be."""
    for name, value in wanted.items():
        if found.get(name) != value:
            yield f"{what}: {name} is {found.get(name)}, should be {value}"
