"""Write changes of leads: once, and never without the index rows that they are found by."""

import asyncio
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from weakref import WeakValueDictionary

from shared.domain.acts import Act, is_left_out
from shared.domain.errors import ContendedLeadError, StaleLeadError, StorageUnavailableError
from shared.domain.follow_up import LadderKind
from shared.domain.lead import Lead
from shared.domain.notices import Notice
from shared.domain.whole import MOST_ROWS, ToldInterest, keeps_all
from shared.ports.index import LeadIndex
from shared.ports.leads import LeadChange, LeadStore, StoredLead

MOST_TRIES = 64
"""As many as deliver leads of one customer at once, each of which makes the others try again."""

MOST_LOST_ANSWERS = 2

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 1.5
"""Seconds, of which ``jitter`` takes a part: who tries again at once only gets in the way."""

LONGEST_TURN = 20
"""Seconds that one waits for the others while storage does not answer them."""


class Turns:
    """Who writes a lead in this process: one after the other, so that only other processes race.

    Nothing depends on it but time: whoever waits too long goes on, and the ETag decides.
    """

    def __init__(self) -> None:
        """Begin with nobody at work."""
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, lead_id: str) -> AsyncIterator[bool]:
        """Wait for one's turn, and tell whether somebody else had one meanwhile."""
        lock = self._locks.setdefault(lead_id, asyncio.Lock())
        waited = lock.locked()
        try:
            async with asyncio.timeout(LONGEST_TURN):
                await lock.acquire()
        except TimeoutError:
            yield waited
            return
        try:
            yield waited
        finally:
            lock.release()


class Tries:
    """How often one write was tried; each method raises when it has been enough."""

    def __init__(
        self, jitter: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        """Take how long a pause is, of 0 to 1, and how to wait for seconds."""
        self._jitter = jitter
        self._sleep = sleep
        self._stale = 0
        self._lost = 0

    async def stale(self) -> None:
        """Count that somebody else wrote first, and let them finish."""
        self._stale += 1
        if self._stale >= MOST_TRIES:
            contended = f"another process changed the lead first, {MOST_TRIES} times in a row"
            raise ContendedLeadError(contended)
        longest = min(FIRST_PAUSE * 2**self._stale, LONGEST_PAUSE)
        await self._sleep(longest * self._jitter())

    def lost(self, error: StorageUnavailableError) -> None:
        """Count that no answer came."""
        self._lost += 1
        if self._lost > MOST_LOST_ANSWERS:
            raise error


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadWriter:
    """Writes leads; whoever changes one goes this way. ``jitter`` gives 0–1, ``sleep`` waits."""

    leads: LeadStore
    index: LeadIndex
    jitter: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    turns: Turns = field(default_factory=Turns)

    async def commit(self, change: LeadChange) -> StoredLead:
        """Write a change with its index rows, once."""
        return await commit(self.leads, self.index, change)

    async def change(
        self, stored: StoredLead, decide: Callable[[StoredLead], LeadChange | None]
    ) -> StoredLead | None:
        """Write what ``decide`` makes of the lead as it is stored; None if the lead is gone."""
        lead_id = stored.lead.lead_id
        async with self.turns.of(lead_id) as waited:
            return await self._change(await self.leads.read(lead_id) if waited else stored, decide)

    async def _change(
        self, current: StoredLead | None, decide: Callable[[StoredLead], LeadChange | None]
    ) -> StoredLead | None:
        tries = self.tries()
        tried: list[LeadChange] = []
        while current is not None:
            change = decide(current)
            if change is None:
                return current
            tried.append(change)
            try:
                return await self.commit(change)
            except StaleLeadError:
                await tries.stale()
            except StorageUnavailableError as error:
                tries.lost(error)
            current = await self.leads.read(change.lead.lead_id)
            if current is not None and any(one.is_in(current) for one in tried):
                return current
        return None

    def tries(self) -> Tries:
        """Return a count for one write."""
        return Tries(self.jitter, self.sleep)


async def rows_of(leads: LeadStore, lead: Lead) -> Sequence[ToldInterest]:
    """Return the interests of a lead that does not keep them all itself; none of any other."""
    return [] if keeps_all(lead) else await leads.interest_rows(lead.lead_id, most=MOST_ROWS)


async def acts_of(leads: LeadStore, lead: Lead, new: Iterable[Act]) -> Collection[str]:
    """Return the ids of a lead's acts where what it keeps itself does not tell if one is new."""
    left_out = any(is_left_out(act, lead.acts) for act in new)
    return await leads.act_ids(lead.lead_id) if left_out else ()


async def commit(leads: LeadStore, index: LeadIndex, change: LeadChange) -> StoredLead:
    """Write the index rows of a change, then the change; raise what the store raises.

    A row without a lead is cleared away, a lead without a row is forgotten.
    """
    await _put_look(index, change)
    await _put_states(index, change)
    return await leads.commit(change)


async def _put_look(index: LeadIndex, change: LeadChange) -> None:
    lead, before = change.stored_lead, change.before
    if lead.next_due_at is None:
        return
    if before is None:
        await index.put_new(
            lead.lead_id, due_at=lead.next_due_at, created_at=lead.created_at, test=lead.test
        )
    elif lead.next_due_at != before.lead.next_due_at:
        await index.put_due(lead.lead_id, lead.next_due_at)


async def _put_states(index: LeadIndex, change: LeadChange) -> None:
    lead_id = change.lead.lead_id
    parked_at, flagged_at = _since(change.before) if change.before else ({}, None)
    for name, delivery in change.deliveries.items():
        if delivery.parked_at and delivery.parked_at != parked_at.get(name):
            await index.put_parked(lead_id, name, delivery.parked_at)
    if has_to_come(change.lead, change.all_notices) and not (
        change.before and has_to_come(change.before.lead, change.before.notices)
    ):
        await index.put_checkin(lead_id)
    now_flagged = change.lead.follow_up.flagged_at
    if now_flagged and now_flagged != flagged_at:
        await index.put_overdue(lead_id, now_flagged)


def has_to_come(lead: Lead, notices: Mapping[str, Notice]) -> bool:
    """Tell whether a lead has a step or a notice to come."""
    clock = lead.follow_up
    return bool(notices) or (
        clock.run_kind is not LadderKind.NONE and clock.next_step_at is not None
    )


def _since(stored: StoredLead) -> tuple[Mapping[str, datetime | None], datetime | None]:
    """Return since when which deliveries are parked, and since when the lead is flagged."""
    parked = {name: delivery.parked_at for name, delivery in stored.deliveries.items()}
    return parked, stored.lead.follow_up.flagged_at
