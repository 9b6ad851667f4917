"""How a fault is put into words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tests.infra.bicep import Resource


def difference(what: str, wanted: Iterable[str], found: Iterable[str]) -> Iterator[str]:
    """Name what is missing in main.bicep and what is there in vain."""
    for name in sorted(set(wanted) - set(found)):
        yield f"{what} {name} is missing in main.bicep"
    for name in sorted(set(found) - set(wanted), key=str):
        yield f"{what} {name} is in main.bicep, but nothing needs it"


def unlike(
    resource: Resource, found: Mapping[str, Any], wanted: Mapping[str, Any]
) -> Iterator[str]:
    """Name the properties of a resource that are not as they should be."""
    for name, value in wanted.items():
        if found.get(name) != value:
            yield f"{resource.symbol}: {name} is {found.get(name)}, should be {value}"
