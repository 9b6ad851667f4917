"""Send the notices of a lead, each under its claim; none holds up a delivery or another notice."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from route_lead.at_work import LeadAtWork
from shared.domain.notices import SEND_DEADLINE, Notice
from shared.noticing import Mine, claimed, marked, reason_of, with_channel
from shared.ports.leads import StoredLead
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
        await work.change(lambda stored: with_channel(stored, work.rules, now))
        ready = [name for name, notice in work.stored.notices.items() if notice.may_go(now)]
        tells = (self._tell(work, Mine(name, work.claim_id)) for name in ready)
        for failed in await asyncio.gather(*tells, return_exceptions=True):
            if failed is not None:
                raise failed

    async def _tell(self, work: LeadAtWork, mine: Mine) -> None:
        await work.change(lambda stored: claimed(stored, mine, self.clock()))
        notice = mine.in_(work.stored)
        if notice is None or notice.held_until(self.clock() + SEND_DEADLINE) is None:
            return  # a claim that ends before an answer could come is left to the next message
        told = await self._sent(work.stored, notice)
        await work.change(
            lambda stored: marked(stored, mine, told, self.clock(), self.jitter()),
        )

    async def _sent(self, stored: StoredLead, notice: Notice) -> Told | Exception:
        try:
            async with asyncio.timeout(SEND_DEADLINE.total_seconds()):
                return await self.teller.tell(stored, notice)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is one failed attempt
            lead_id, recipient = stored.lead.lead_id, notice.recipient
            log.warning("lead %s: %s can't be told: %s", lead_id, recipient, reason_of(error))
            return error


def wait_for_notices(stored: StoredLead, now: datetime) -> timedelta | None:
    """Return how long a message must wait for notices whose time has come; None for none."""
    waits = [
        max(notice.next_attempt_at or now, notice.held_until(now) or now) - now
        for notice in stored.notices.values()
        if notice.send_from <= now and not notice.listed
    ]
    return min(waits, default=None)
