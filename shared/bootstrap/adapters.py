"""Builds the adapters of destinations, each when a lead first needs it."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import import_module

from shared.bootstrap.stores import storage
from shared.domain.errors import SettingsError
from shared.domain.retired import InUse
from shared.ports.crm import Crm
from shared.settings import CRMS, AzureTableSettings, RouteSettings, load


@cache
def destinations() -> "ConfiguredDestinations":
    """Return all destinations there are."""
    return ConfiguredDestinations(ADAPTERS)


class ConfiguredDestinations:
    """The port ``Destinations``: adapters are imported and built when a lead first needs them."""

    def __init__(self, adapters: Mapping[str, Callable[[], Crm]]) -> None:
        """Take how each adapter is built; a builder raises ``SettingsError``."""
        self._adapters = adapters
        self._built: dict[str, Crm] = {}

    async def get(self, name: str) -> Crm:
        """Return the adapter of a destination.

        Whatever keeps it from being built is a fault of its settings, which may be in its words:
        only the kind of an error that is not ours is told.
        """
        if name not in self._adapters:
            known = ", ".join(self._adapters)
            raise SettingsError([f"CRM: names {name!r}; the destinations are: {known}"])
        if name not in self._built:
            try:
                self._built[name] = self._adapters[name]()
            except SettingsError:
                raise
            except Exception as error:
                fault = f"its adapter can't be built, by {type(error).__name__}: check its settings"
                raise SettingsError([f"{name}: {fault}"]) from error
        return self._built[name]

    async def close(self) -> None:
        """Close what was built."""
        while self._built:
            await self._built.popitem()[1].close()


def in_use() -> InUse:
    """Return the destinations that the settings name; wrong ones retire none."""
    try:
        return InUse(frozenset(load(RouteSettings).destinations))
    except SettingsError:
        return InUse()


def _azure_table() -> Crm:
    from shared.destinations.azure_table.adapter import AzureTableCrm

    return AzureTableCrm(storage().table(load(AzureTableSettings).table))


def _crm(name: str) -> Crm:
    """Build the adapter of a CRM: its module's ``create`` reads its own settings."""
    create: Callable[[], Crm] = import_module(f"shared.destinations.{name}.adapter").create
    return create()


ADAPTERS: Mapping[str, Callable[[], Crm]] = {
    "azure_table": _azure_table,
    **{name: partial(_crm, name) for name in CRMS},
}
