"""A channel from what the rules say of it, and from the settings that these name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

from shared.domain.errors import ChannelSettingsError
from shared.domain.rules import ChannelKind, ChannelRef
from shared.ports.channels import Channel
from shared.settings import UNRESOLVED

KINDS = tuple(kind for kind in ChannelKind if kind is not ChannelKind.CRM)
"""Each has a package; a task in the CRM is left by the adapter of the CRM."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the environment gives for a channel."""

    ref: ChannelRef
    environ: Mapping[str, str]

    def value(self, setting: str) -> str:
        """Return a setting's value without white space around it, "" if it is not set."""
        return self.environ.get(setting, "").strip() if setting else ""

    def unresolved(self, *settings: str) -> list[str]:
        """Return a fault for each setting that is a reference Azure could not resolve."""
        return [
            f"{setting}: is a Key Vault reference that Azure could not resolve: check the secret's"
            " address and the app's role"
            for setting in settings
            if self.value(setting).startswith(UNRESOLVED)
        ]


def build_channel(ref: ChannelRef, environ: Mapping[str, str]) -> Channel:
    """Build a channel; what its settings lack is told by ``lacks`` and by each send.

    Raises ``ChannelSettingsError`` for a kind that has no package, such as one of a newer version.
    """
    if ref.kind not in KINDS:
        known = ", ".join(KINDS)
        raise ChannelSettingsError(f"channel {ref.name}: is {str(ref.kind)!r}; there are: {known}")
    adapter = import_module(f"shared.channels.{ref.kind}.adapter")
    create: Callable[[Given], Channel] = adapter.create
    return create(Given(ref, environ))


class ConfiguredChannels:
    """The port ``Channels``: each is built when a message first needs it, and kept."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Take the settings that channels name."""
        self._environ = environ
        self._built: dict[ChannelRef, Channel] = {}

    async def get(self, ref: ChannelRef) -> Channel:
        """Return a channel; raise ``ChannelSettingsError`` for a kind that is not known."""
        if ref not in self._built:
            self._built[ref] = build_channel(ref, self._environ)
        return self._built[ref]

    async def close(self) -> None:
        """Close what was built."""
        while self._built:
            await self._built.popitem()[1].close()
