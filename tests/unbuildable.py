"""Destinations of which one can't be built."""

from shared.bootstrap import ConfiguredDestinations
from shared.ports.crm import Crm, Destinations


def unbuildable(error: Exception) -> Destinations:
    """Return the real destinations, with an adapter that fails, in a way nobody foresaw."""

    def build() -> Crm:
        raise error

    return ConfiguredDestinations({"crm": build})
