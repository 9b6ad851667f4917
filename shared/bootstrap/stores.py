"""Builds what keeps leads: tables and queues of the storage account.

Only the storage settings can be at fault.
"""

from functools import cache
from typing import TYPE_CHECKING

from shared.ports.index import LeadIndex
from shared.ports.leads import LeadStore
from shared.ports.quarantine import Quarantine
from shared.ports.queue import POISON_QUEUE, QUEUE, Outbox, PushQueue
from shared.ports.reading import (
    Backup,
    LeadHistories,
    LeadLists,
    QuarantineEntries,
    QueueLengths,
)
from shared.ports.teams import Teams
from shared.settings import StorageSettings, load
from shared.storage.account import Storage, Table

if TYPE_CHECKING:
    from shared.ports.rules import RulesStore
    from shared.storage.announcements import TableAnnouncements


@cache
def storage() -> Storage:
    """Return the storage account; only the storage settings can be at fault."""
    return Storage(_settings())


def table(name: str) -> Table:
    """Return one of our tables by its name without the prefix."""
    return storage().table(_settings().table_prefix + name)


@cache
def _settings() -> StorageSettings:
    return load(StorageSettings)


@cache
def quarantine() -> Quarantine:
    """Return the quarantine; only the storage settings can be at fault."""
    from shared.storage.quarantine import TableQuarantine

    return TableQuarantine(table("Quarantine"))


@cache
def queue() -> PushQueue:
    """Return the queue that leads wait on."""
    return _queue(QUEUE)


@cache
def poison_queue() -> PushQueue:
    """Return the queue that the host puts poison messages on."""
    return _queue(POISON_QUEUE)


def _queue(name: str) -> PushQueue:
    from shared.storage.queue import StoragePushQueue

    return StoragePushQueue(storage().queue(name))


@cache
def outbox() -> Outbox:
    """Return what the queue did not take."""
    from shared.storage.outbox import TableOutbox

    return TableOutbox(table("Outbox"))


@cache
def leads() -> LeadStore:
    """Return the leads."""
    from shared.storage.leads import TableLeadStore

    return TableLeadStore(table("Leads"))


@cache
def index() -> LeadIndex:
    """Return the index of leads."""
    from shared.storage.lead_index import TableLeadIndex

    return TableLeadIndex(table("LeadIndex"))


@cache
def announcements() -> "TableAnnouncements":
    """Return what the sweep tells by itself, and what it has told."""
    from shared.storage.announcements import TableAnnouncements

    return TableAnnouncements(table("LeadIndex"))


@cache
def rules_store() -> "RulesStore":
    """Return where the rules in force are kept; only the storage settings can be at fault."""
    from shared.storage.rules import TableRulesStore

    return TableRulesStore(table("Teams"))


@cache
def teams() -> Teams:
    """Return whose turn it is, and who is away."""
    from shared.storage.teams import TableTeams

    return TableTeams(table("Teams"))


@cache
def lead_lists() -> LeadLists:
    """Return the lists of leads."""
    from shared.storage.lead_lists import TableLeadLists

    return TableLeadLists(table("LeadIndex"))


@cache
def lead_histories() -> LeadHistories:
    """Return what only people read of leads."""
    from shared.storage.lead_histories import TableLeadHistories

    return TableLeadHistories(table("Leads"))


@cache
def quarantine_entries() -> QuarantineEntries:
    """Return the quarantine as people work on it."""
    from shared.storage.quarantine_entries import TableQuarantineEntries

    return TableQuarantineEntries(table("Quarantine"))


@cache
def queue_lengths() -> QueueLengths:
    """Return how long our queues are."""
    from shared.storage.queue import StorageQueueLengths

    return StorageQueueLengths(storage().queue)


@cache
def backup() -> Backup:
    """Return every row of our tables."""
    from shared.storage.backup import TableBackup

    return TableBackup(table)
