"""Deliver one lead to its destinations, each under its claim."""

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from route_lead.at_work import LeadAtWork, Turn
from route_lead.failing import DeliveryError, fails_for_long, failure, trouble
from route_lead.outcomes import Mine, fail, is_kept, mark, pause, progress, to_tell, with_unknown
from shared.domain.attempts import REASON_CHARACTERS
from shared.domain.delivery import UPSERT_DEADLINE
from shared.domain.errors import (
    CrmError,
    CrmOutcomeUnknownError,
    CrmRecordGoneError,
    CrmUnavailableError,
    SettingsError,
    StorageRefusedError,
    StorageUnavailableError,
    UnsentClaimError,
)
from shared.domain.joining import merge_note
from shared.domain.noting import Progress, in_turn, noted, progress_of
from shared.domain.planning import owner_in
from shared.domain.standing import standing_of
from shared.domain.troubles import cause_of
from shared.domain.unsent import claim_at
from shared.ports.crm import Changed, Crm, Destinations, Upserted
from shared.ports.index import Doing, LeadIndex, Trouble
from shared.usable import usable_noted, usable_upserted

log = logging.getLogger(__name__)

MERGED = "told that the lead is part of another"

TOO_LATE = "the claim would have run out before the destination answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverer:
    """What delivering needs beside the lead; ``deadline`` is shorter than any claim."""

    destinations: Destinations
    index: LeadIndex
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    deadline: timedelta = UPSERT_DEADLINE

    async def deliver(self, work: LeadAtWork, first: Turn) -> None:
        """Deliver until the destination has the newest version, or did not take it."""
        turn: Turn | None = first
        while turn is not None:
            try:
                done = await self._take(work, turn)
            except (CrmError, SettingsError, StorageRefusedError) as error:
                await self._fail(work, turn, error)
                return
            if not done:
                return
            if turn.delivery.failing_since is not None:
                await self.index.delete_trouble(turn.destination, Doing.DELIVER)
            async with _nothing_under_way(work, turn.destination):
                turn = await work.claim_again(turn.destination)

    async def _take(self, work: LeadAtWork, turn: Turn) -> bool:
        """Bring the record up to the version that is sent; False if there was no time for all."""
        crm = await self.destinations.get(turn.destination)
        async with _nothing_under_way(work, turn.destination):
            is_part = bool(turn.lead.merged_into) and not await work.stands_alone()
        if is_part:
            await self._tell_merged(work, turn, crm)
            return True
        changed = Changed(
            record=turn.delivery.record,
            fields=turn.delivery.to_send,
            interests=turn.interests,
            owner=owner_in(work.rules, turn.lead, turn.destination),
            owners_sent=frozenset(turn.delivery.owners_sent),
            standing=standing_of(work.rules, turn.lead),
        )
        upsert = crm.upsert(turn.lead, changed, uncertain=turn.delivery.uncertain)
        answer = await self._ask(work, turn, upsert, usable_upserted)
        upserted = with_unknown(turn.delivery, answer, crm.baseline_keys)
        done = await self._note(work, turn, crm, upserted)
        if done is None:
            now, mine = self.clock(), Mine(turn.destination, work.claim_id)
            async with _nothing_under_way(work, turn.destination):
                await work.change(lambda stored: pause(stored, mine, now))
            return False
        await self._mark(work, turn, done)
        return True

    async def _mark(self, work: LeadAtWork, turn: Turn, done: Upserted) -> None:
        now, mine = self.clock(), Mine(turn.destination, work.claim_id)
        await work.change(
            lambda stored: mark(
                stored, mine, sent=turn.lead, upserted=done, now=now, rules=work.rules
            )
        )

    async def _tell_merged(self, work: LeadAtWork, turn: Turn, crm: Crm) -> None:
        """Say on the record of a merged lead what became of it; all else goes with the other one.

        Without a record, one may be there all the same: then it is found, or made, as ever.
        """
        async with _nothing_under_way(work, turn.destination):
            others = await work.record_of(turn.lead.merged_into, turn.destination)
        record = turn.delivery.record
        remarks: tuple[str, ...] = (MERGED,)
        if record is None or not crm.keeps_notes:
            nothing = Changed(record=record, fields=turn.delivery.to_send, interests=())
            upsert = crm.upsert(turn.lead, nothing, uncertain=turn.delivery.uncertain)
            upserted = await self._ask(work, turn, upsert, usable_upserted)
            record, remarks = upserted.record, (*remarks, *upserted.remarks)
            await self._store(work, turn, upserted, Progress())
        if crm.keeps_notes and (others is None or others.id != record.id):
            note = crm.note(turn.lead, record, merge_note(turn.lead, others.url if others else ""))
            try:
                told = await self._ask(work, turn, note, usable_noted)
                remarks = (*remarks, *told.remarks)
            except CrmRecordGoneError as gone:  # nobody looks for it there
                remarks = (str(gone),)
        await self._mark(work, turn, Upserted(record=record, remarks=remarks))

    async def _note(
        self, work: LeadAtWork, turn: Turn, crm: Crm, upserted: Upserted
    ) -> Upserted | None:
        """Write what the record lacks, one by one.

        Return what became of the lead, with all remarks; None if there is no time.
        """
        kept, written = is_kept(turn.delivery, upserted), _written(turn, upserted)
        known = progress_of(turn.delivery) if kept else Progress()
        so_far = noted(known, upserted.holds, turn.interests)
        lead = to_tell(turn.lead, turn.destination, upserted, work.rules)
        standing = standing_of(work.rules, lead)
        to_note = [interest for interest in in_turn(turn.interests) if not so_far.holds(interest)]
        for number, interest in enumerate(to_note):
            if number or upserted.holds or upserted.remarks or written or not kept:
                await self._store(work, turn, upserted, so_far)
            if work.out_of_time:
                return None
            noting = crm.note(lead, upserted.record, interest, standing)
            note = await self._ask(work, turn, noting, usable_noted)
            so_far = noted(so_far, {interest.submission.submission_id}, turn.interests)
            upserted = replace(upserted, remarks=(*upserted.remarks, *note.remarks))
        return upserted

    async def _store(
        self, work: LeadAtWork, turn: Turn, upserted: Upserted, so_far: Progress
    ) -> None:
        now, mine = self.clock(), Mine(turn.destination, work.claim_id)
        await work.change(
            lambda stored: progress(
                stored,
                mine,
                sent=turn.lead,
                upserted=upserted,
                noted=so_far,
                now=now,
                rules=work.rules,
            )
        )

    async def _ask[T](
        self,
        work: LeadAtWork,
        turn: Turn,
        call: Coroutine[object, object, T],
        usable: Callable[[object], T],
    ) -> T:
        """Do one request well within the claim; whatever fails is a ``CrmError``."""
        if not work.holds(turn.destination, self.clock() + self.deadline):
            # A worker that was held up must not meet the next holder in the CRM.
            call.close()
            raise CrmUnavailableError(TOO_LATE)
        try:
            async with asyncio.timeout(self.deadline.total_seconds()):
                return usable(await call)
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
                turn.lead.lead_id,
                turn.destination,
                type(error).__name__,
                "".join(traceback.format_tb(error.__traceback__)),
            )
            bug = f"the adapter failed with {type(error).__name__}"
            raise CrmOutcomeUnknownError(bug) from error

    async def _fail(self, work: LeadAtWork, turn: Turn, error: DeliveryError) -> None:
        now = self.clock()
        delivery = work.delivery(turn.destination)
        failed = failure(error, delivery, now, self.jitter())
        mine, version = Mine(turn.destination, work.claim_id), turn.lead.version
        may_be = nullcontext() if failed.maybe_done else _nothing_under_way(work, turn.destination)
        async with may_be:
            await work.change(lambda stored: fail(stored, mine, failed, version=version, now=now))
        refusal = trouble(error)
        if refusal:
            log.error("lead %s waits for %s: %s", turn.lead.lead_id, turn.destination, refusal)
        if refusal or fails_for_long(error, delivery, now):
            await self.index.put_trouble(
                Trouble(
                    destination=turn.destination,
                    doing=Doing.DELIVER,
                    reason=failed.reason[:REASON_CHARACTERS],
                    at=now,
                    cause=cause_of(error),
                )
            )


@asynccontextmanager
async def _nothing_under_way(work: LeadAtWork, destination: str) -> AsyncIterator[None]:
    """Name the claim where storage fails: whoever finds it held would fear for its request."""
    try:
        yield
    except StorageUnavailableError as error:
        raise UnsentClaimError(str(error), claim_at(work.claim_id, destination)) from error


def _written(turn: Turn, upserted: Upserted) -> bool:
    """Tell whether the record may hold more than was known: the next request may fail."""
    delivery, lead = turn.delivery, turn.lead
    as_known = (upserted.record, lead.contact) == (delivery.record, delivery.delivered_contact)
    return not as_known or bool(delivery.to_send) or lead.do_not_contact
