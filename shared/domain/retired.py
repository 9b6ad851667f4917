"""Which destinations are retired: those that no setting names any more. Pure.

A lead's delivery to a retired destination stays as it is. It is not tried and gives nobody trouble;
once a setting names the destination again, it goes on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InUse:
    """The destinations that settings name; None while nobody knows, and then none is retired."""

    names: frozenset[str] | None = None

    def retired(self, destinations: Iterable[str]) -> frozenset[str]:
        """Return those of some destinations that are retired."""
        return frozenset() if self.names is None else frozenset(destinations) - self.names

    def used[T](self, deliveries: Mapping[str, T]) -> dict[str, T]:
        """Return the deliveries to destinations that are not retired."""
        retired = self.retired(deliveries)
        return {name: one for name, one in deliveries.items() if name not in retired}
