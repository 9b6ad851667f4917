"""What operations work on, and the leads that they name."""

import asyncio
import random
import re
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.committing import LeadWriter
from shared.domain.errors import UnreadableLeadError
from shared.domain.identity import (
    LEAD_ID_DIGITS,
    DedupeKey,
    dedupe_key,
    e164_phone,
    former_keys,
    lead_id,
    normalized_email,
)
from shared.domain.lead import Contact, Submission
from shared.domain.retired import InUse
from shared.following import followed
from shared.operations.errors import NotFoundError, UsageError
from shared.operations.phone_search import LOOKS_LIKE_A_PHONE, leads_by_phone
from shared.ports.index import LeadIndex
from shared.ports.leads import LeadStore, StoredLead
from shared.ports.queue import Outbox, PushQueue
from shared.ports.reading import (
    Backup,
    Entry,
    LeadHistories,
    LeadLists,
    LeadRecord,
    QuarantineEntries,
    QueueLengths,
)
from shared.ports.rules import RulesStore
from shared.ports.teams import Teams

MOST_OF_A_PHONE = 20
"""Leads of one phone number that are named."""

AT_A_TIME = 32
"""Leads read side by side."""

HEX = re.compile("[0-9a-f]{6,32}")
"""A lead id, or enough of it: lists show 8 digits."""

ENTRY_ID = re.compile("[0-9A-Za-z-]{6,}")
"""A quarantine id, or enough of it: lists show 8 digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """The stores of one app, and the clock.

    ``secret`` reads the secret of lead ids and never makes one, as the app does: a look must not
    change anything. b"" if there is none. ``unread`` are ids of leads that were left out so far,
    since only a newer version of the app can read them.
    """

    leads: LeadStore
    index: LeadIndex
    queue: PushQueue
    outbox: Outbox
    lists: LeadLists
    histories: LeadHistories
    quarantine: QuarantineEntries
    queues: QueueLengths
    rules: RulesStore
    teams: Teams
    backup: Backup
    secret: Callable[[], Awaitable[bytes]]
    clock: Callable[[], datetime]
    unread: set[str] = field(default_factory=set)

    async def lead(self, who: str, *, last_name: str = "") -> StoredLead:
        """Return a lead by its id or how it begins, by e-mail address, or by any phone it gave.

        Raises ``NotFoundError``, or ``UsageError`` if ``who`` is none of these or names several.
        """
        for key in await self._lead_ids(who.strip(), last_name):
            if found := await self.leads.read(key):
                return found
        if LOOKS_LIKE_A_PHONE.fullmatch(who.strip()):
            return await self._by_phone(who.strip(), last_name)
        raise NotFoundError(f"there is no lead {who!r}")

    async def lead_now(self, who: str, *, last_name: str = "") -> StoredLead:
        """Return a lead likewise, or the one that it has become part of (A6)."""
        named = await self.lead(who, last_name=last_name)
        lead_id, stored = await followed(self.leads, named)
        if stored is None:
            gone = f"lead {named.lead.lead_id} was merged into lead {lead_id}, which is gone"
            raise NotFoundError(gone)
        return stored

    async def _by_phone(self, phone: str, last_name: str) -> StoredLead:
        """Return the lead that gave a phone number in any of its submissions."""
        ids = await leads_by_phone(phone, self.histories.phones())
        wanted = last_name.strip().casefold()
        found = [
            stored
            for stored in await self.read(list(ids)[:MOST_OF_A_PHONE])
            if not wanted or stored.lead.contact.last_name.casefold() == wanted
        ]
        there = {stored.lead.lead_id for stored in found}
        found = [stored for stored in found if stored.lead.merged_into not in there]
        if len(found) == 1:
            return found[0]
        if found:
            named = ", ".join(sorted(stored.lead.lead_id[:8] for stored in found))
            raise UsageError(
                f"several leads gave the phone number {phone}: {named}; name one by its id, or say"
                " the last name, too"
            )
        called = f" and is called {last_name}" if wanted else ""
        raise NotFoundError(f"no lead gave the phone number {phone}{called}")

    @property
    def writer(self) -> LeadWriter:
        """Return what writes leads."""
        return LeadWriter(leads=self.leads, index=self.index, jitter=random.random)

    async def in_use(self) -> InUse:
        """Return the destinations that the app's settings name, as of its last sweep."""
        known = await self.index.known_destinations()
        return InUse(known.in_use if known else None)

    async def entry(self, start: str) -> Entry:
        """Return the entry of the quarantine whose id begins like this, with its body.

        Raises ``NotFoundError``, or ``UsageError`` if there are several.
        """
        usable = ENTRY_ID.fullmatch(start)
        found = await self.quarantine.like(start, most=2) if usable else ()
        if not found:
            raise NotFoundError(f"nothing in quarantine is called {start}")
        if len(found) > 1:
            raise UsageError(f"several entries begin with {start}: write more of the id")
        return found[0]

    async def _lead_ids(self, who: str, last_name: str) -> Sequence[str]:
        if HEX.fullmatch(who.lower()) and (found := await self._ids_like(who.lower())):
            return found
        contact = _contact(who, last_name)
        if contact.phone and not last_name.strip():
            return []
        secret = await self.secret()
        return [lead_id(key, secret) for key in self._keys(contact)] if secret else []

    def _keys(self, contact: Contact) -> Iterator[DedupeKey]:
        """Yield the keys of a customer and of the test lead of that name, the newest rule first."""
        for test in (False, True):
            told = Submission(
                submission_id="", received_at=self.clock(), contact=contact, test=test
            )
            yield from (dedupe_key(told), *former_keys(told))

    async def _ids_like(self, start: str) -> Sequence[str]:
        if len(start) == LEAD_ID_DIGITS:
            return [start]
        found = await self.histories.ids(start, most=2)
        if len(found) > 1:
            raise UsageError(f"several leads begin with {start}: write more of the id")
        return found

    async def read_all(
        self, ids: AsyncIterable[str], *, at_a_time: int = AT_A_TIME
    ) -> AsyncIterator[StoredLead]:
        """Yield the leads of these ids in order, some read at once; one that is gone is left out.

        No more are read than ``at_a_time`` beyond what is asked for.
        """
        some: list[str] = []
        async for one in ids:
            some.append(one)
            if len(some) == at_a_time:
                for stored in await self.read(some):
                    yield stored
                some = []
        for stored in await self.read(some):
            yield stored

    async def read(self, ids: Sequence[str]) -> list[StoredLead]:
        """Return the leads of these ids that are there and can be read, side by side."""
        found = await asyncio.gather(*(self._read(one) for one in ids))
        return [stored for stored in found if stored is not None]

    async def _read(self, lead_id: str) -> StoredLead | None:
        try:
            return await self.leads.read(lead_id)
        except UnreadableLeadError:
            self.unread.add(lead_id)
            return None

    def every(self) -> AsyncIterator[StoredLead]:
        """Yield all leads in no order."""
        return self.histories.every(self.unread.add)

    def records(self) -> AsyncIterator[LeadRecord]:
        """Yield all leads with what happened, in no order."""
        return self.histories.records(self.unread.add)

    def told(self) -> AsyncIterator[tuple[str, Submission]]:
        """Yield every submission with the id of its lead, those of one lead together."""
        return self.histories.told(self.unread.add)


def _contact(who: str, last_name: str) -> Contact:
    if normalized_email(who):
        return Contact(email=who)
    phone = e164_phone(who, "")
    if phone or LOOKS_LIKE_A_PHONE.fullmatch(who):
        return Contact(phone=who, last_name=last_name)
    raise UsageError(
        f"{who!r} is not a lead id (its first 6 characters are enough), an e-mail address"
        " or a phone number"
    )
