"""Send the notices of a lead, each under its claim; none holds up a delivery or another notice."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from route_lead.at_work import LeadAtWork
from shared.domain.errors import (
    ChannelError,
    ChannelRefusedError,
    ChannelUnavailableError,
    StorageError,
)
from shared.domain.notices import (
    SEND_DEADLINE,
    Notice,
    claim,
    gives_up,
    not_wanted,
    postpone,
    release,
    retry_delay,
)
from shared.ports.leads import Event, EventKind, LeadChange, StoredLead
from shared.ports.telling import Teller, Told

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What telling needs beside the lead."""

    teller: Teller
    clock: Callable[[], datetime]
    jitter: Callable[[], float]

    async def tell_all(self, work: LeadAtWork) -> None:
        """Send what may be sent now, side by side."""
        now = self.clock()
        ready = [name for name, notice in work.stored.notices.items() if notice.may_go(now)]
        await asyncio.gather(*(self._tell(work, name) for name in ready))

    async def _tell(self, work: LeadAtWork, name: str) -> None:
        await work.change(partial(self._claimed, name=name, claim_id=work.claim_id))
        notice = self._mine(work.stored, name, work.claim_id)
        if notice is None:
            return
        if notice.held_until(self.clock() + SEND_DEADLINE) is None:
            return  # the claim ends before an answer could come: the next message goes on
        told = await self._sent(work.stored, notice)
        await work.change(partial(self._marked, name=name, claim_id=work.claim_id, told=told))

    async def _sent(self, stored: StoredLead, notice: Notice) -> Told | Exception:
        try:
            async with asyncio.timeout(SEND_DEADLINE.total_seconds()):
                return await self.teller.tell(stored, notice)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is one failed attempt
            # What an unknown error says may be of the customer's.
            log.warning(
                "lead %s: %s can't be told: %s",
                stored.lead.lead_id,
                notice.recipient,
                _reason(error),
            )
            return error

    def _claimed(self, stored: StoredLead, *, name: str, claim_id: str) -> LeadChange | None:
        notice, now = stored.notices.get(name), self.clock()
        if notice is None or not notice.may_go(now):
            return None
        if why := not_wanted(notice, stored.lead):
            return _change(stored, {name: None}, now, _dropped(notice, why))
        return _change(stored, {name: claim(notice, claim_id, now)}, now)

    def _marked(
        self, stored: StoredLead, *, name: str, claim_id: str, told: Told | Exception
    ) -> LeadChange | None:
        notice, now = self._mine(stored, name, claim_id), self.clock()
        if notice is None:
            return None
        if isinstance(told, Told):
            event = Event(
                kind=EventKind.NOTIFIED if told.channel else EventKind.NOT_NOTIFIED,
                recipient=told.recipient or name,
                channel=told.channel,
                notice_id=notice.notice_id,
            )
            return _change(stored, {name: None}, now, event)
        reason = _reason(told)
        if isinstance(told, ChannelRefusedError) or gives_up(notice, now):
            return _change(stored, {name: None}, now, _dropped(notice, reason))
        asked_for = told.retry_after if isinstance(told, ChannelUnavailableError) else None
        delay = retry_delay(notice, self.jitter(), asked_for)
        return _change(stored, {name: postpone(release(notice), reason, delay, now)}, now)

    @staticmethod
    def _mine(stored: StoredLead, name: str, claim_id: str) -> Notice | None:
        notice = stored.notices.get(name)
        return notice if notice is not None and notice.claim_id == claim_id else None


def wait_for_notices(stored: StoredLead, now: datetime) -> timedelta | None:
    """Return how long a message must wait for notices whose time has come; None for none."""
    waits = [
        max(notice.next_attempt_at or now, notice.held_until(now) or now) - now
        for notice in stored.notices.values()
        if notice.send_from <= now
    ]
    return min(waits, default=None)


def _change(
    before: StoredLead, notices: Mapping[str, Notice | None], now: datetime, *events: Event
) -> LeadChange:
    return LeadChange(before=before, lead=before.lead, at=now, notices=notices, events=events)


def _dropped(notice: Notice, why: str) -> Event:
    return Event(
        kind=EventKind.NOT_NOTIFIED,
        recipient=notice.recipient,
        notice_id=notice.notice_id,
        detail=why,
    )


def _reason(error: Exception) -> str:
    match error:
        case TimeoutError():
            return f"no answer within {SEND_DEADLINE.total_seconds():.0f} s"
        case ChannelError() | StorageError():
            return str(error)
        case _:
            return f"the channel failed with {type(error).__name__}"
