"""Builds the adapters of destinations, each when a lead first needs it."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from importlib import import_module

from shared.bootstrap.stores import storage
from shared.domain.errors import SettingsError
from shared.domain.retired import InUse
from shared.ports.crm import Crm
from shared.settings import CRMS, AzureTableSettings, DestinationSettings, load


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
            raise SettingsError([_unknown(name, self._adapters)])
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


def _unknown(name: str, known: Iterable[str]) -> str:
    return f"CRM: names {name!r}; the destinations are: {', '.join(known)}"


def destination_names() -> tuple[str, ...]:
    """Return what the setting CRM names; raise ``SettingsError`` if any of it is unknown."""
    names = load(DestinationSettings).destinations
    if unknown := [_unknown(name, ADAPTERS) for name in names if name not in ADAPTERS]:
        raise SettingsError(unknown)
    return names


def in_use() -> InUse:
    """Return the destinations that the settings name; wrong ones retire none."""
    try:
        return InUse(frozenset(load(DestinationSettings).destinations))
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
