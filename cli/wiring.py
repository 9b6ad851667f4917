"""Put together what the commands work on, from the app's own settings."""

from cli.where import find_storage
from shared import bootstrap
from shared.operations.stores import Stores
from shared.settings import RouteSettings, load


def open_stores() -> Stores:
    """Build the stores; raise ``SettingsError`` or ``UsageError`` if none is named."""
    find_storage()
    return Stores(
        leads=bootstrap.leads(),
        index=bootstrap.index(),
        queue=bootstrap.queue(),
        outbox=bootstrap.outbox(),
        lists=bootstrap.lead_lists(),
        histories=bootstrap.lead_histories(),
        quarantine=bootstrap.quarantine_entries(),
        queues=bootstrap.queue_lengths(),
        backup=bootstrap.backup(),
        secret=_secret,
        clock=bootstrap.utc_now,
    )


async def _secret() -> bytes:
    configured = load(RouteSettings).lead_id_key.encode()
    return configured or await bootstrap.backup().stored_secret()
