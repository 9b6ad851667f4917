"""Builds what gives the secret of lead ids."""

from collections.abc import Awaitable, Callable
from functools import cache

from shared.bootstrap.stores import table
from shared.settings import LeadIdSettings, load


def lead_id_secret(key: str) -> Callable[[], Awaitable[bytes]]:
    """Return the secret of lead ids: a configured one, or the one kept beside the leads."""
    from shared.storage.lead_id_secret import LeadIdSecret

    async def configured() -> bytes:
        return key.encode()

    return configured if key else LeadIdSecret(table("Leads"))


@cache
def secret_by_settings() -> Callable[[], Awaitable[bytes]]:
    """Return the secret of lead ids by the settings; raise ``SettingsError``."""
    return lead_id_secret(load(LeadIdSettings).lead_id_key)


async def stored_secret() -> bytes:
    """Return the secret of lead ids as it is now, b"" if there is none: a look makes none.

    Raises ``SettingsError``, ``StorageUnavailableError``.
    """
    from shared.storage.lead_id_secret import LeadIdSecret

    configured = load(LeadIdSettings).lead_id_key.encode()
    return configured or await LeadIdSecret(table("Leads")).read()
