"""The composition root: builds adapters, at the first call, once per process; knows no function."""

import logging
import os
import random
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from shared.channels import ConfiguredChannels
from shared.domain.errors import RelayError, SettingsError
from shared.domain.retired import InUse
from shared.ports.crm import Crm
from shared.ports.index import LeadIndex
from shared.ports.leads import LeadStore, StoredLead
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
from shared.settings import (
    CRMS,
    DESTINATIONS,
    AzureTableSettings,
    LeadIdSettings,
    RouteSettings,
    StorageSettings,
    load,
)
from shared.storage.account import Storage, Table

if TYPE_CHECKING:
    from shared.assignment.owners import OwnersByTurns
    from shared.notices.teller import NoticeTeller
    from shared.ports.rules import RulesStore
    from shared.rules_in_force import RulesInForce, RuleSources
    from shared.storage.announcements import TableAnnouncements

log = logging.getLogger(__name__)

DEPLOYED_RULES = Path(__file__).resolve().parent.parent / "routing.toml"
"""At the top level of the app, if there is any."""


def utc_now() -> datetime:
    """Return the time, aware, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return 32 hex digits that nobody else has."""
    return uuid.uuid4().hex


@cache
def quarantine() -> Quarantine:
    """Return the quarantine; only the storage settings can be at fault."""
    from shared.storage.quarantine import TableQuarantine

    return TableQuarantine(table("Quarantine"))


def lead_id_secret(key: str) -> Callable[[], Awaitable[bytes]]:
    """Return the secret of lead ids: a configured one, or the one kept beside the leads."""
    from shared.storage.lead_id_secret import LeadIdSecret

    async def configured() -> bytes:
        return key.encode()

    return configured if key else LeadIdSecret(table("Leads"))


async def link_to_act(stored: StoredLead, recipient: str) -> str:
    """Return the link by which a recipient acts on a lead; "" if the app's address is not known.

    Raises ``SettingsError``, ``StorageUnavailableError``.
    """
    from shared.acting.links import link_to_act as signed
    from shared.acting_settings import public_url

    if not (url := public_url()):
        return ""
    return signed(stored.lead.lead_id, recipient, url, await _secret()(), utc_now())


@cache
def _secret() -> Callable[[], Awaitable[bytes]]:
    return lead_id_secret(load(LeadIdSettings).lead_id_key)


async def stored_secret() -> bytes:
    """Return the secret of lead ids as it is now, b"" if there is none: a look makes none.

    Raises ``SettingsError``, ``StorageUnavailableError``.
    """
    from shared.storage.lead_id_secret import LeadIdSecret

    configured = load(LeadIdSettings).lead_id_key.encode()
    return configured or await LeadIdSecret(table("Leads")).read()


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
            except RelayError:
                raise
            except Exception as error:
                fault = f"its adapter can't be built, by {type(error).__name__}: check its settings"
                raise SettingsError([f"{name}: {fault}"]) from error
        return self._built[name]

    async def close(self) -> None:
        """Close what was built."""
        while self._built:
            await self._built.popitem()[1].close()


@cache
def channels() -> ConfiguredChannels:
    """Return all notice channels there are; nothing of one is imported before it is used."""
    return ConfiguredChannels(os.environ)


@cache
def rules_in_force(*, as_app: bool = True) -> "RulesInForce":
    """Return what reads the rules in force; only the storage settings can be at fault.

    The command is not the app: a file beside it is not deployed, and is not put in force.
    """
    from shared.rules_in_force import RulesInForce

    sources = rule_sources()
    return RulesInForce(sources if as_app else replace(sources, deployed=None), utc_now)


@cache
def rules_store() -> "RulesStore":
    """Return where the rules in force are kept; only the storage settings can be at fault."""
    from shared.storage.rules import TableRulesStore

    return TableRulesStore(table("Teams"))


def teller(*, as_app: bool = True) -> "NoticeTeller":
    """Return what tells people; only the storage settings can be at fault."""
    from shared.notice_settings import NoticeSettings
    from shared.notices.teller import NoticeTeller
    from shared.storage.places import TablePlaces

    try:
        details = load(NoticeSettings).details == "full"
    except SettingsError:
        details = False
    return NoticeTeller(
        rules=rules_in_force(as_app=as_app).current,
        channels=channels(),
        destinations=destinations(),
        leads=leads(),
        clock=utc_now,
        places=TablePlaces(table("LeadIndex")),
        link=link_to_act,
        given_up=note_given_up,
        details=details,
        in_use=in_use(),
    )


def in_use() -> InUse:
    """Return the destinations that the settings name; wrong ones retire none."""
    try:
        return InUse(frozenset(load(RouteSettings).destinations))
    except SettingsError:
        return InUse()


@cache
def announcements() -> "TableAnnouncements":
    """Return what the sweep tells by itself, and what it has told."""
    from shared.storage.announcements import TableAnnouncements

    return TableAnnouncements(table("LeadIndex"))


async def note_given_up(channel: str, reason: str) -> None:
    """Note that a notice was given up that a channel could not tell."""
    from shared.ports.announcing import GivenUp

    await announcements().put_given_up(GivenUp(channel=channel, reason=reason, at=utc_now()))


def rule_sources() -> "RuleSources":
    """Return where rules are from; a wrong default channel is none."""
    from shared.domain.rules import rules_without_file
    from shared.notice_settings import NoticeSettings, default_channel
    from shared.rules_in_force import RuleSources

    try:
        channel = default_channel(load(NoticeSettings))
    except SettingsError as error:
        log.warning("nobody is told where the rules name no channel: %s", error)
        channel = None
    return RuleSources(
        store=rules_store(),
        deployed=DEPLOYED_RULES.read_text("utf-8-sig", "replace")
        if DEPLOYED_RULES.exists()
        else "",
        by_settings=rules_without_file(channel),
        destinations=DESTINATIONS,
        left=teams().left,
    )


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


@cache
def storage() -> Storage:
    """Return the storage account; only the storage settings can be at fault."""
    return Storage(load(StorageSettings))


async def close() -> None:
    """Close what was built, in a process that ends; a function app never does."""
    if destinations.cache_info().currsize:
        await destinations().close()
    if channels.cache_info().currsize:
        await channels().close()
    if storage.cache_info().currsize:
        await storage().close()


def table(name: str) -> Table:
    """Return one of our tables by its name without the prefix."""
    return storage().table(load(StorageSettings).table_prefix + name)


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
def teams() -> Teams:
    """Return whose turn it is, and who is away."""
    from shared.storage.teams import TableTeams

    return TableTeams(table("Teams"))


@cache
def owners() -> "OwnersByTurns":
    """Return what chooses owners; only the storage settings can be at fault."""
    from shared.assignment.assigning import Assigner
    from shared.assignment.owners import OwnersByTurns

    assigner = Assigner(teams=teams(), clock=utc_now, jitter=random.random)

    async def secret() -> bytes:
        return await _secret()()

    return OwnersByTurns(assigner=assigner, secret=secret)


@cache
def lead_lists() -> LeadLists:
    """Return the lists of leads."""
    from shared.storage.lead_lists import TableLeadLists

    return TableLeadLists(table("LeadIndex"))


@cache
def lead_histories() -> LeadHistories:
    """Return what only people read of leads."""
    from shared.storage.lead_lists import TableLeadHistories

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
