"""A channel from its setup and the settings that it names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Literal, get_args

from shared.domain.errors import ChannelSettingsError
from shared.ports.channels import Channel
from shared.settings import UNRESOLVED

type Kind = Literal["email", "https_endpoint", "slack", "teams"]

KINDS: tuple[Kind, ...] = get_args(Kind.__value__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSetup:
    """A channel as the rules name it; secrets are in settings, of which it has the names.

    ``url`` names the setting with the address of ``teams``, ``slack`` and ``https_endpoint``,
    ``secret`` that with the key by which posts to ``https_endpoint`` are signed. ``address`` is
    the mailbox of a team, for ``email``.
    """

    name: str
    kind: Kind
    url: str = ""
    secret: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What the environment gives for a setup."""

    setup: ChannelSetup
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


def build_channel(setup: ChannelSetup, environ: Mapping[str, str]) -> Channel:
    """Build a channel; what its settings lack is told by ``lacks`` and by each send.

    Raises ``ChannelSettingsError`` for a kind that this version does not know.
    """
    if setup.kind not in KINDS:
        known = ", ".join(KINDS)
        raise ChannelSettingsError(f"channel {setup.name}: is {setup.kind!r}; there are: {known}")
    adapter = import_module(f"shared.channels.{setup.kind}.adapter")
    create: Callable[[Given], Channel] = adapter.create
    return create(Given(setup, environ))
