"""Put together what the commands work on, from the app's own settings."""

from dataclasses import replace

from cli import console
from cli.command import unread_leads
from cli.where import find_storage, storage_name
from shared import bootstrap
from shared.domain.rules import Rules, rules_without_file
from shared.operations.errors import RefusedError
from shared.operations.stores import Stores
from shared.rules_in_force import as_stored
from shared.settings import DueSettings, StorageSettings, load


async def open_stores() -> Stores:
    """Build the stores, say which they are, and return them if the app has used them.

    Raises ``SettingsError`` or ``UsageError`` if none is named, ``RefusedError`` if our tables are
    not there.
    """
    stores = open_empty_stores()
    if not await stores.backup.exists():
        prefix = load(StorageSettings).table_prefix
        named = f"the prefix TABLE_PREFIX={prefix}" if prefix else "no TABLE_PREFIX"
        raise RefusedError(
            f"the storage at {storage_name()} has no tables of this app with {named}:"
            " is it the app's? The app makes them with its first lead or sweep"
        )
    return stores


def name_storage() -> None:
    """Find the storage, and say which it is; raise ``UsageError`` if none is named."""
    find_storage()
    console.note(f"storage: {storage_name()}")


def open_empty_stores() -> Stores:
    """Build stores that may have no tables yet, and say which they are."""
    name_storage()
    return build_stores()


def build_stores() -> Stores:
    """Build the stores of the storage that was named."""
    return Stores(
        leads=bootstrap.leads(),
        index=bootstrap.index(),
        queue=bootstrap.queue(),
        outbox=bootstrap.outbox(),
        lists=bootstrap.lead_lists(),
        histories=bootstrap.lead_histories(),
        quarantine=bootstrap.quarantine_entries(),
        queues=bootstrap.queue_lengths(),
        rules=bootstrap.rules_store(),
        teams=bootstrap.teams(),
        backup=bootstrap.backup(),
        secret=bootstrap.stored_secret,
        clock=bootstrap.utc_now,
        unread=unread_leads(),
    )


NO_SETTINGS = rules_without_file()


async def rules_as_stored(stores: Stores, by_settings: Rules = NO_SETTINGS) -> Rules:
    """Return the rules in force; looking at them counts no deployed file.

    What the settings say where the rules say nothing is not needed for most commands, which must
    not fail over a wrong one: those that need it load it and give it.
    """
    return await as_stored(replace(bootstrap.rule_sources(by_settings), store=stores.rules))


def due_by_settings() -> Rules:
    """Return what FOLLOW_UP_WITHIN says where the rules say nothing; raise ``SettingsError``."""
    return rules_without_file(follow_up_within=load(DueSettings).follow_up_within)
