"""What the commands work on, built from the app's own settings."""

import asyncio
import re
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from ops.errors import NotFoundError, UsageError
from ops.lead_tables import LeadHistory, LeadLists
from ops.quarantine_desk import QuarantineDesk
from ops.where import find_storage
from shared import bootstrap
from shared.identity import (
    LEAD_ID_DIGITS,
    DedupeKey,
    e164_phone,
    lead_id,
    normalized_email,
    normalized_text,
)
from shared.lead import KeyKind
from shared.ports import LeadIndex, LeadStore, PushQueue, StoredLead
from shared.settings import RouteSettings, load

AT_A_TIME = 32
"""Leads read side by side."""

HEX = re.compile("[0-9a-f]{6,32}")
"""A lead id, or enough of it: `leads list` shows 8 digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The stores behind ``LeadStorage``, and the clock."""

    leads: LeadStore
    index: LeadIndex
    queue: PushQueue
    lists: LeadLists
    history: LeadHistory
    quarantine: QuarantineDesk
    clock: Callable[[], datetime]

    @classmethod
    def open(cls) -> Self:
        """Build the stores; raise ``SettingsError`` or ``UsageError`` if none is named."""
        find_storage()
        return cls(
            leads=bootstrap.leads(),
            index=bootstrap.index(),
            queue=bootstrap.queue(),
            lists=LeadLists(bootstrap.table("LeadIndex")),
            history=LeadHistory(bootstrap.table("Leads")),
            quarantine=QuarantineDesk(bootstrap.table("Quarantine")),
            clock=bootstrap.utc_now,
        )

    async def lead(self, who: str, *, last_name: str = "") -> StoredLead:
        """Return a lead by its id or how it begins, e-mail address, or phone and last name.

        Raises ``NotFoundError``, or ``UsageError`` if ``who`` is none of these.
        """
        for key in await self._lead_ids(who, last_name):
            if found := await self.leads.read(key):
                return found
        raise NotFoundError(f"there is no lead {who!r}")

    async def _lead_ids(self, who: str, last_name: str) -> Sequence[str]:
        if HEX.fullmatch(who) and (found := await self._ids_like(who)):
            return found
        secret = await bootstrap.lead_id_secret(load(RouteSettings).lead_id_key)()
        kind, parts = _key(who, last_name)
        return [lead_id(DedupeKey(kind, parts, test=test), secret) for test in (False, True)]

    async def _ids_like(self, start: str) -> Sequence[str]:
        if len(start) == LEAD_ID_DIGITS:
            return [start]
        found = await self.history.ids(start, most=2)
        if len(found) > 1:
            raise UsageError(f"several leads begin with {start}: write more of the id")
        return found

    async def read_all(self, ids: AsyncIterable[str]) -> AsyncIterator[StoredLead]:
        """Yield the leads of these ids in order, some read ahead; one that is gone is left out."""
        ahead: list[asyncio.Task[StoredLead | None]] = []
        try:
            async for one in ids:
                ahead.append(asyncio.create_task(self._read(one)))
                if len(ahead) >= AT_A_TIME and (found := await ahead.pop(0)):
                    yield found
            while ahead:
                if found := await ahead.pop(0):
                    yield found
        finally:
            for task in ahead:
                task.cancel()

    async def _read(self, one: str) -> StoredLead | None:
        return await self.leads.read(one)


def _key(who: str, last_name: str) -> tuple[KeyKind, tuple[str, ...]]:
    if email := normalized_email(who):
        return KeyKind.EMAIL, (email,)
    phone = e164_phone(who, "")
    if phone and last_name:
        return KeyKind.PHONE, (phone, normalized_text(last_name))
    if phone:
        raise UsageError("a lead is known by phone and last name together: add --last-name NAME")
    raise UsageError(f"{who!r} is no lead id, no e-mail address and no phone number like +4930…")
