"""Under which address people reach the app: it is in the links of notices."""

import re

from pydantic import Field

from shared.settings import Settings, load

LOCAL = re.compile(r"(localhost|127\.0\.0\.1|0\.0\.0\.0)(:|$)")
"""What Core Tools set as the host name, where there is no TLS."""


class ActingSettings(Settings):
    """What is needed to make a link to act."""

    public_url: str = Field(
        "",
        validation_alias="PUBLIC_URL",
        pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$",
        description="address of the app in the links of notices, such as"
        " `https://leads.example.com`; empty: the app's own host name",
    )


class PlatformSettings(Settings):
    """What the platform says of the app."""

    host_name: str = Field(
        "",
        validation_alias="WEBSITE_HOSTNAME",
        description="the app's own host name; the platform sets it",
    )


def public_url() -> str:
    """Return the app's address as the environment gives it; raise ``SettingsError``."""
    return address(load(ActingSettings), load(PlatformSettings))


def address(settings: ActingSettings, platform: PlatformSettings) -> str:
    """Return the app's address without a slash at its end, "" if it is not known."""
    host = platform.host_name
    scheme = "http" if LOCAL.match(host) else "https"
    return settings.public_url.rstrip("/") or (f"{scheme}://{host}" if host else "")
