"""One lead as one message knows it: what it holds, and what it is going to send."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from route_lead.changes import claimable, take_claims, untouched
from shared.committing import LeadWriter
from shared.domain.delivery import CrmRecord, Delivery
from shared.domain.joining import has_more
from shared.domain.lead import Interest, Lead
from shared.domain.retired import InUse
from shared.domain.rules import Rules
from shared.following import followed
from shared.ports.leads import LeadChange, StoredLead

WORK_FOR = timedelta(minutes=6)
"""With one more request and what is written after it, less than ``functionTimeout``, 10 minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The lead as it goes to one destination under a claim, with all that is to be sent at hand."""

    destination: str
    lead: Lead
    delivery: Delivery
    interests: Sequence[Interest]


type Prepare = Callable[[StoredLead], LeadChange]
"""What to change on a lead before it is claimed."""


class LeadAtWork:
    """One lead as one message knows it; its deliveries run side by side and write in turn."""

    def __init__(
        self,
        writer: LeadWriter,
        stored: StoredLead,
        claim_id: str,
        clock: Callable[[], datetime],
        rules: Rules,
    ) -> None:
        """Take the lead as last read or written, and the rules in force."""
        self.stored = stored
        self.claim_id = claim_id
        self.rules = rules
        self.may_hold = False
        self._writer = writer
        self._clock = clock
        self._ends_at = clock() + WORK_FOR
        self._writing = asyncio.Lock()
        self._gone = False

    @property
    def out_of_time(self) -> bool:
        """Tell whether the message has been worked on for so long that another should go on."""
        return self._clock() >= self._ends_at

    def holds(self, destination: str, until: datetime) -> bool:
        """Tell whether the claim on a delivery is this message's and runs until a time."""
        delivery = self.delivery(destination)
        runs = delivery.held_until(until) is not None
        return runs and not self._gone and delivery.claim_id == self.claim_id

    def delivery(self, destination: str) -> Delivery:
        """Return the delivery as last known."""
        return self.stored.deliveries[destination]

    async def change(self, decide: Callable[[StoredLead], LeadChange | None]) -> None:
        """Write what ``decide`` makes of the lead as it is stored by now."""
        async with self._writing:
            after = await self._writer.change(self.stored, decide)
            self._gone = after is None
            self.stored = after or self.stored

    async def claim_again(self, destination: str) -> Turn | None:
        """Claim a delivery that is behind again after it was delivered; None if it is not."""
        if self.out_of_time:
            return None
        turns = await self.claim(
            lambda stored: untouched(stored, self._clock(), InUse()), destination
        )
        return turns[0] if turns else None

    async def claim(
        self, prepare: Prepare, *only: str, not_before_due: bool = False
    ) -> Sequence[Turn]:
        """Claim what is behind and free; the claim is the last thing before its request.

        What has to be read for it is read before: so no fault of our own storage can leave a claim
        without a request, which would look like one without an answer.
        """
        if self._gone:
            return []
        seen = prepare(self.stored)
        lacking = claimable(seen, self._clock(), not_before_due=not_before_due)
        lacking = {name: has for name, has in lacking.items() if not only or name in only}
        if not lacking and not seen.deliveries:
            return []
        interests = await self._interests(min(lacking.values())) if lacking else []
        self.may_hold = True
        await self.change(partial(self._claimed, prepare=prepare, lacking=lacking, sent=seen.lead))
        return [
            self._turn(name, seen.lead, interests)
            for name in lacking
            if self.holds(name, self._clock())
        ]

    def turns(self, interests: Sequence[Interest]) -> list[Turn]:
        """Return the turns of what is held, if ``interests`` are all that any of them lacks."""
        now = self._clock()
        held = [name for name in self.stored.deliveries if self.holds(name, now)]
        self.may_hold = bool(held)
        return [self._turn(name, self.stored.lead, interests) for name in held]

    def _claimed(
        self, stored: StoredLead, prepare: Prepare, lacking: Mapping[str, int], sent: Lead
    ) -> LeadChange | None:
        now = self._clock()
        change = take_claims(
            prepare(stored), self.claim_id, now, lacking=lacking, sent=sent, rules=self.rules
        )
        return change if change.deliveries else None

    async def stands_alone(self) -> bool:
        """Tell whether more was recorded on a merged lead, and the one that it is part of is gone.

        The sweep makes it one of its own again.
        """
        if not has_more(self.stored.lead):
            return False
        return (await followed(self._writer.leads, self.stored)).stored is None

    async def record_of(self, lead_id: str, destination: str) -> CrmRecord | None:
        """Return the record of another lead in the same place, None if it has none."""
        stored = await self._writer.leads.read(lead_id)
        delivery = stored.deliveries.get(destination) if stored else None
        return delivery.record if delivery else None

    async def _interests(self, after_version: int) -> Sequence[Interest]:
        lead_id = self.stored.lead.lead_id
        return await self._writer.leads.interests(lead_id, after_version=after_version)

    def _turn(self, destination: str, lead: Lead, interests: Sequence[Interest]) -> Turn:
        delivery = self.delivery(destination)
        new = [i for i in interests if delivery.delivered_version < i.version <= lead.version]
        return Turn(destination=destination, lead=lead, delivery=delivery, interests=new)
