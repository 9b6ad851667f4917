"""The rules in force: the last good ones, whoever put them in force (rule C8).

``leads routing apply`` and a deployed ``routing.toml`` do, each content once: an older file does
not come back because an instance starts that still has it. A wrong file is told of and changes
nothing. Without any, the settings decide.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.errors import StorageError
from shared.domain.leaving import without_members
from shared.domain.rules import Rules
from shared.ports.rules import DeployedFile, RulesStore, StoredRules, content_id
from shared.ports.teams import StoredTeams

log = logging.getLogger(__name__)

KEPT_FOR = timedelta(minutes=1)
"""How long rules that were applied may not be noticed."""

BY_DEPLOYMENT = "a deployment"


async def nobody() -> StoredTeams:
    """Return nothing: without teams nobody is away, and nobody leaves."""
    return StoredTeams()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSources:
    """Where rules are from; ``deployed`` is the text of the deployed file, "" for none.

    It is None in a process that is not the app, which puts nothing in force. ``people`` tells who
    is away, and who has left, whatever the rules say of them.
    """

    store: RulesStore
    deployed: str | None
    by_settings: Rules
    destinations: Collection[str] = ()
    people: Callable[[], Awaitable[StoredTeams]] = nobody


class RulesInForce:
    """Reads the rules that are in force now; one for each process."""

    def __init__(self, sources: RuleSources, clock: Callable[[], datetime]) -> None:
        """Take where rules are from."""
        self._sources = sources
        self._clock = clock
        self._rules = sources.by_settings
        self._text = ""
        self._people = StoredTeams()
        self._read_at: datetime | None = None
        self._has_offered = False
        self._turn = asyncio.Lock()

    async def current(self) -> Rules:
        """Return the rules; those of a minute ago will do, or older ones if storage is down.

        Raises ``StorageUnavailableError`` while they have never been read.
        """
        async with self._turn:  # one reads for all who ask meanwhile
            now = self._clock()
            if self._read_at is None or now >= self._read_at + KEPT_FOR:
                await self._read_again(now)
        return _with_people(self._rules, self._people)

    async def _read_again(self, now: datetime) -> None:
        try:
            await self._read(now)
        except StorageError:
            if self._read_at is None:
                raise
            log.warning("the rules in force could not be read; those of before still count")

    async def _read(self, now: datetime) -> None:
        deployed = self._sources.deployed
        if not self._has_offered and deployed is not None:
            await offer_deployed(self._sources, deployed, now)
            self._has_offered = True
        stored = await self._sources.store.in_force()
        if stored is not None and stored.text != self._text:
            self._rules = readable(stored, self._sources)
            self._text = stored.text
        self._people = await self._sources.people()
        self._read_at = now


def _with_people(rules: Rules, people: StoredTeams) -> Rules:
    """Return the rules as they are for those who are there."""
    staying = without_members(rules, people.left)
    return replace(staying, absences=tuple(people.absences)) if people.absences else staying


async def offer_deployed(sources: RuleSources, text: str, now: datetime) -> None:
    """Put the deployed file in force if it is right and never was; else say that it is not."""
    in_force = await sources.store.in_force()
    content = content_id(text)
    if not text or (in_force and in_force.content_id == content):
        await _report(sources.store, None)
    elif await sources.store.has_counted(content):
        await _report(sources.store, DeployedFile(content_id=content, seen_at=now))
    else:
        await _put_in_force(sources, text, in_force, now)


async def _put_in_force(
    sources: RuleSources, text: str, before: StoredRules | None, now: datetime
) -> None:
    from shared.routing.parsing import check_rules  # noqa: PLC0415 - 0.2 s, for those with rules

    store = sources.store
    checked = check_rules(text, destinations=sources.destinations)
    if checked.faults:
        faults = tuple(map(str, checked.faults))
        log.error("routing.toml is wrong and not in force: %s", "; ".join(faults))
        await _report(store, DeployedFile(content_id=content_id(text), seen_at=now, faults=faults))
        return
    rules = StoredRules(text=text, applied_at=now, applied_by=BY_DEPLOYMENT)
    if await store.put_in_force(rules, before=before):
        log.info("the rules of routing.toml are in force: %s", rules.content_id)
        await _report(store, None)


async def _report(store: RulesStore, file: DeployedFile | None) -> None:
    known = await store.not_in_force()
    told = (known.content_id, *known.faults) if known else None
    if told != ((file.content_id, *file.faults) if file else None):
        await store.report(file)


async def as_stored(sources: RuleSources) -> Rules:
    """Return the rules in force; looking at them puts no deployed file in force."""
    stored = await sources.store.in_force()
    return readable(stored, sources) if stored else sources.by_settings


def readable(stored: StoredRules, sources: RuleSources) -> Rules:
    """Return stored rules, which were right; what this version can't read of them is left out.

    A package may have renamed a region, or a newer version of the app put a key in: leads go on.
    What is a fault only since then still counts, such as a team with more members than are allowed.
    """
    from shared.routing.parsing import check_rules  # noqa: PLC0415 - as above

    source = f"rules of {stored.applied_at:%Y-%m-%d %H:%M} UTC, by {stored.applied_by}"
    checked = check_rules(stored.text, destinations=sources.destinations, source=source)
    if checked.faults:
        faults = "; ".join(map(str, checked.faults))
        log.error("rules in force have faults; what can't be read is left out: %s", faults)
    return _with_settings(checked.readable or sources.by_settings, sources.by_settings)


def _with_settings(rules: Rules, by_settings: Rules) -> Rules:
    """Return rules that fall back on the settings: on their channel where they name none."""
    known = replace(rules, follow_up_within=by_settings.follow_up_within)
    if rules.default_channel:
        return known
    channels = {**by_settings.channels, **rules.channels}
    return replace(known, channels=channels, default_channel=by_settings.default_channel)
