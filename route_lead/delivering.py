"""Deliver one lead to its destinations, each under its claim."""

import asyncio
import logging
import traceback
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from route_lead.changes import Failure, fail, mark, progress
from route_lead.storing import change_lead
from shared.domain.delivery import (
    REASON_CHARACTERS,
    UNCERTAIN,
    UPSERT_DEADLINE,
    Delivery,
    delay_asked_for,
    gives_up,
    retry_delay,
)
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmSettingsError,
    CrmUnavailableError,
    CrmUncertainError,
    SettingsError,
)
from shared.domain.lead import CONTACT_FIELDS, Contact, Interest
from shared.ports.crm import Changed, Destinations, Upserted
from shared.ports.index import Doing, LeadIndex, Trouble
from shared.ports.leads import LeadChange, LeadStore, RecordedInterest, StoredLead

log = logging.getLogger(__name__)

PAST_THE_CLAIM = timedelta(seconds=1)
TOO_LATE = "the claim would have run out before the destination answered"

REFUSALS: Mapping[type[CrmError], str] = {
    CrmCredentialsError: "it refuses our credentials",
    CrmSettingsError: "our settings do not fit it",
}
"""What a log line says: the destination's own words stay with the index."""


class LeadAtWork:
    """One lead as one message knows it; its deliveries run side by side and write in turn."""

    def __init__(
        self, leads: LeadStore, stored: StoredLead, claim_id: str, new: RecordedInterest | None
    ) -> None:
        """Take the lead as last read or written, and what this message added to it."""
        self.stored = stored
        self.claim_id = claim_id
        self._leads = leads
        self._new = new.interest if new and not new.interest.repeat_of else None
        self._writing = asyncio.Lock()
        self._gone = False

    def holds(self, destination: str, *, until: datetime | None = None) -> bool:
        """Tell whether the claim on a delivery is this message's, and runs ``until`` then."""
        delivery = self.delivery(destination)
        runs = until is None or delivery.held_until(until) is not None
        return runs and not self._gone and delivery.claim_id == self.claim_id

    def delivery(self, destination: str) -> Delivery:
        """Return the delivery as last known."""
        return self.stored.deliveries[destination]

    async def change(self, decide: Callable[[StoredLead], LeadChange | None]) -> None:
        """Write what ``decide`` makes of the lead as it is stored by now."""
        async with self._writing:
            after = await change_lead(self._leads, self.stored, decide)
            self._gone = after is None
            self.stored = after or self.stored

    async def interests(self, after_version: int, version: int) -> Sequence[Interest]:
        """Return the interests of some versions, without a read if they came with this message."""
        if self._new and after_version + 1 == version == self._new.version:
            return [self._new]
        found = await self._leads.interests(self.stored.lead.lead_id, after_version=after_version)
        return [interest for interest in found if interest.version <= version]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverer:
    """What delivering needs beside the lead; ``deadline`` is shorter than any claim."""

    destinations: Destinations
    index: LeadIndex
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    deadline: timedelta = UPSERT_DEADLINE

    async def deliver(self, work: LeadAtWork, destination: str) -> None:
        """Deliver until the destination has the newest version, or did not take it."""
        while work.holds(destination):
            sent = work.stored
            try:
                upserted = await self._send(work, sent, destination)
            except (CrmError, SettingsError) as error:
                await self._fail(work, sent, destination, error)
                return
            marked = partial(
                mark,
                destination=destination,
                claim_id=work.claim_id,
                sent=sent,
                upserted=upserted,
                now=self.clock(),
            )
            await work.change(marked)
            if sent.deliveries[destination].failing_since is not None:
                await self.index.delete_trouble(destination, Doing.DELIVER)

    async def _send(self, work: LeadAtWork, sent: StoredLead, destination: str) -> Upserted:
        """Bring the record up to the version that is sent, and its notes one by one."""
        delivery = sent.deliveries[destination]
        crm = await self.destinations.get(destination)
        interests = await work.interests(delivery.delivered_version, sent.lead.version)
        changed = Changed(
            record=delivery.record,
            fields=_changed_fields(delivery, sent.lead.contact, interests),
            interests=interests,
        )
        upsert = crm.upsert(sent.lead, changed, uncertain=delivery.uncertain)
        upserted = await self._ask(work, destination, upsert)
        crm_record, remarks = upserted.record, upserted.remarks
        known = delivery.record is not None and delivery.record.id == crm_record.id
        kept = known and not upserted.created
        noted = (*(delivery.noted if kept else ()), *sorted(upserted.holds))
        to_note = [i for i in interests if i.submission.submission_id not in noted]
        for number, interest in enumerate(to_note):
            if number or not kept:
                stored = partial(
                    progress,
                    destination=destination,
                    claim_id=work.claim_id,
                    sent=sent,
                    crm_record=crm_record,
                    noted=noted,
                    now=self.clock(),
                )
                await work.change(stored)
            note = await self._ask(work, destination, crm.note(sent.lead, crm_record, interest))
            noted = (*noted, interest.submission.submission_id)
            remarks += note.remarks
        return replace(upserted, remarks=remarks)

    async def _ask[T](
        self, work: LeadAtWork, destination: str, call: Coroutine[object, object, T]
    ) -> T:
        """Do one request well within the claim; whatever fails is a ``CrmError``."""
        if not work.holds(destination, until=self.clock() + self.deadline):
            # A worker that was held up must not meet the next holder in the CRM.
            call.close()
            raise CrmUnavailableError(TOO_LATE)
        try:
            async with asyncio.timeout(self.deadline.total_seconds()):
                return await call
        except CrmError:
            raise
        except TimeoutError:
            late = f"no answer within {self.deadline.total_seconds():.0f} s"
            raise CrmOutcomeUnknownError(late) from None
        except Exception as error:
            # A fault of the adapter is no fault of the lead: it keeps its schedule, and the
            # message does not go to poison. What the error says may be personal data.
            log.error(  # noqa: TRY400
                "lead %s: the adapter for %s failed with %s\n%s",
                work.stored.lead.lead_id,
                destination,
                type(error).__name__,
                "".join(traceback.format_tb(error.__traceback__)),
            )
            bug = f"the adapter failed with {type(error).__name__}"
            raise CrmOutcomeUnknownError(bug) from error

    async def _fail(
        self,
        work: LeadAtWork,
        sent: StoredLead,
        destination: str,
        error: CrmError | SettingsError,
    ) -> None:
        now = self.clock()
        delivery = work.delivery(destination)
        failure = _failure(error, delivery, now, self.jitter())
        if failure.delay is None or gives_up(delivery, now):
            await self.index.put_parked(sent.lead.lead_id, destination, now)
        failed = partial(
            fail,
            destination=destination,
            claim_id=work.claim_id,
            failure=failure,
            version=sent.lead.version,
            now=now,
        )
        await work.change(failed)
        if isinstance(error, CrmCredentialsError | CrmSettingsError | SettingsError):
            refusal = error if isinstance(error, SettingsError) else REFUSALS[type(error)]
            log.error("lead %s waits for %s: %s", sent.lead.lead_id, destination, refusal)
            reason = failure.reason[:REASON_CHARACTERS]
            trouble = Trouble(destination=destination, doing=Doing.DELIVER, reason=reason, at=now)
            await self.index.put_trouble(trouble)


def _changed_fields(
    delivery: Delivery, contact: Contact, interests: Sequence[Interest]
) -> frozenset[str]:
    """Return the fields that may differ from what the destination was given.

    A request without an answer may have left a value there that has changed back since.
    """
    before = delivery.delivered_contact
    unanswered = [i.submission.contact for i in interests] if delivery.uncertain else []
    return frozenset(
        name
        for name in CONTACT_FIELDS
        if any(getattr(c, name) not in ("", getattr(before, name)) for c in (contact, *unanswered))
    )


def _failure(
    error: CrmError | SettingsError, delivery: Delivery, now: datetime, jitter: float
) -> Failure:
    delay = retry_delay(delivery, now, jitter)
    match error:
        case CrmRejectedError():
            return Failure(reason=str(error), delay=None)
        case CrmUncertainError():
            return Failure(reason=f"{UNCERTAIN}{error}", delay=None)
        case CrmOutcomeUnknownError():
            past = (delivery.claim_ends_at or now) - now + PAST_THE_CLAIM
            return Failure(reason=str(error), delay=max(delay, past), maybe_done=True)
        case CrmUnavailableError(retry_after=asked_for, daily_quota=quota):
            delay = delay_asked_for(delay, asked_for, daily_quota=quota)
            return Failure(reason=str(error), delay=delay)
        case _:
            return Failure(reason=str(error), delay=delay)
