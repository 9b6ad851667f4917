"""The sweep: look at every lead that is due, and queue again what would be lost.

A due row counts only if it equals ``next_due_at`` of its lead. Only the sweep deletes index rows:
those it has dealt with, and others only once they are so old that no writer can still be at work
on their lead. To delete a row "because there is no lead yet" is to forget the lead that is written
a moment later.
"""

import asyncio
import logging
import random
import uuid
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import NamedTuple

from nurture_timer.asking import Answers, ask, tell_troubles
from nurture_timer.due import Asked, Step, what_is_due
from nurture_timer.giving_up import note_given_up
from nurture_timer.known import keep_known
from nurture_timer.lists import ListPorts, send_lists, with_lists
from nurture_timer.tidying import SETTLED, tidy
from shared.committing import LeadWriter, commit
from shared.domain.envelope import Deliver
from shared.domain.errors import (
    StaleLeadError,
    StorageRefusedError,
    StorageUnavailableError,
    UnreadableLeadError,
)
from shared.domain.ladder import GRACE
from shared.domain.planning import plan_for
from shared.domain.retired import InUse
from shared.domain.rules import Rules
from shared.owning import handed_over, lacks_owner
from shared.ports.announcing import NoteGivenUp, note_nothing
from shared.ports.crm import Destinations
from shared.ports.index import DueRow, LeadIndex, Swept
from shared.ports.leads import LeadChange, LeadStore, StoredLead
from shared.ports.owners import NoOwners, Owners
from shared.ports.queue import Outbox, OutboxRow, PushQueue
from shared.ports.rules import no_rules
from shared.ports.telling import ListTeller, NobodyToTell

log = logging.getLogger(__name__)

MOST_LEADS = 2_000
"""In one sweep; what is left over is due at the next one."""

MOST_LISTED = 5 * MOST_LEADS
"""With those that only a newer version of the app can read."""

AT_A_TIME = 16

A_SECOND = timedelta(seconds=1)
MOST_SECONDS = 20 * 60
"""Messages for notices are queued one a second, so that a channel is not flooded."""


def _new_id() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepPorts:
    """What the sweep needs from the world, and the destinations that the settings name.

    ``rules`` reads the rules in force.
    """

    leads: LeadStore
    index: LeadIndex
    queue: PushQueue
    outbox: Outbox
    destinations: Destinations
    clock: Callable[[], datetime]
    in_use: InUse = field(default_factory=InUse)
    rules: Callable[[], Awaitable[Rules]] = no_rules
    grace: timedelta = GRACE
    owners: Owners = field(default_factory=NoOwners)
    teller: ListTeller = field(default_factory=NobodyToTell)
    given_up: NoteGivenUp = note_nothing
    new_id: Callable[[], str] = _new_id
    jitter: Callable[[], float] = random.random

    @property
    def lists(self) -> ListPorts:
        """Return what sending lists needs."""
        writer = LeadWriter(leads=self.leads, index=self.index, jitter=self.jitter)
        return ListPorts(writer=writer, teller=self.teller, claim_id=self.new_id())


class Dealt(NamedTuple):
    """A step that was taken, and the lead after it."""

    step: Step
    after: StoredLead


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What a sweep is going to do; ``failed`` leads could not be read."""

    at: datetime
    steps: Mapping[DueRow, Step]
    strays: Sequence[DueRow]
    outbox: Sequence[OutboxRow]
    answers: Answers
    rules: Rules
    failed: int


async def sweep(now: datetime, ports: SweepPorts) -> Swept:
    """Do what is due at ``now``, which may be another time than the clock's."""
    return await carry_out(await look(now, ports), ports)


async def look(now: datetime, ports: SweepPorts) -> Due:
    """Return what is due, without changing anything; CRMs are asked about follow-ups."""
    listed_at = ports.clock()
    read = await _read_due(now, ports)
    due: dict[DueRow, StoredLead] = {}
    strays: list[DueRow] = []
    failed = 0
    for row, stored in read.items():
        if isinstance(stored, BaseException):
            failed += _failed(row, stored)
        elif stored is not None and stored.lead.next_due_at == row.due_at:
            due[row] = stored
        elif listed_at - row.written_at > SETTLED:
            strays.append(row)
    rules = await ports.rules()
    answers = await ask(due.values(), now, ports.destinations, ports.in_use)
    steps = {
        row: what_is_due(
            stored,
            now,
            plan_for(rules, stored.lead, ports.grace),
            _asked(answers, stored),
            ports.in_use,
        )
        for row, stored in due.items()
    }
    outbox = await ports.outbox.waiting(limit=MOST_LEADS)
    return Due(
        at=now,
        steps=steps,
        strays=strays,
        outbox=outbox,
        answers=answers,
        rules=rules,
        failed=failed,
    )


async def _read_due(
    now: datetime, ports: SweepPorts
) -> Mapping[DueRow, StoredLead | BaseException | None]:
    """Return what is read of the leads that are due, the earliest first.

    Those that only a newer version can read stay due, and must not keep the others from their turn.
    """
    read: dict[DueRow, StoredLead | BaseException | None] = {}
    limit = MOST_LEADS
    while limit <= MOST_LISTED:
        rows = await ports.index.due(now, limit=limit)
        new = [row for row in rows if row not in read]
        leads = await _side_by_side(ports.leads.read(row.lead_id) for row in new)
        read |= zip(new, leads, strict=True)
        unreadable = sum(isinstance(lead, UnreadableLeadError) for lead in read.values())
        if len(rows) < limit or limit == MOST_LEADS + unreadable:
            break
        limit = MOST_LEADS + unreadable
    return read


def _asked(answers: Answers, stored: StoredLead) -> Asked:
    lead_id = stored.lead.lead_id
    return Asked(
        seen=answers.seen.get(lead_id, ()),
        checked=lead_id not in answers.unchecked,
        ask_again=not answers.telling.isdisjoint(stored.deliveries),
    )


async def carry_out(due: Due, ports: SweepPorts) -> Swept:
    """Do what is due; a lead that can't be dealt with stays due and keeps no other waiting."""
    from_outbox = await _queue_outbox(due.outbox, ports)
    told = count()
    steps = await with_lists(due.steps, ports.teller)
    dealt = await _side_by_side(
        _deal(row, step, ports, due.rules, told) for row, step in steps.items()
    )
    cleared = await _side_by_side(ports.index.delete(row) for row in due.strays)
    rows = [*due.steps, *due.strays]
    failed = sum(
        _failed(row, error)
        for row, error in zip(rows, [*dealt, *cleared], strict=True)
        if isinstance(error, BaseException)
    )
    dealt_with = [each for each in dealt if isinstance(each, Dealt)]
    done = [each.step for each in dealt_with]
    await send_lists([each.after for each in dealt_with], due.at, ports.lists)
    swept = Swept(
        looked_at=len(rows) + due.failed,
        flagged=sum(step.flagged for step in done),
        followed_up=sum(step.followed_up for step in done),
        requeued=sum(step.requeue for step in done),
        parked=sum(len(step.parked) for step in done),
        from_outbox=from_outbox,
        cleared=len(due.strays),
        failed=due.failed + failed,
    )
    now = ports.clock()
    await tell_troubles(due.answers, ports.index, now, ports.in_use)
    await keep_known(due.steps.values(), ports.index, ports.in_use)
    tidied_to = await tidy(ports.leads, ports.index, now, ports.in_use)
    await ports.index.put_heartbeat(now, swept, tidied_to)
    return swept


def has_news(change: LeadChange) -> bool:
    """Tell whether a change has a notice that is to be sent now."""
    return any(
        notice is not None and notice.send_from <= change.at for notice in change.notices.values()
    )


async def _queue_outbox(rows: Sequence[OutboxRow], ports: SweepPorts) -> int:
    """Queue what waits; while the queue takes nothing, leads must not wait for it as well."""
    queued = 0
    try:
        for row in rows:
            await ports.queue.send(row.message)
            await ports.outbox.delete(row)
            queued += 1
    except StorageUnavailableError as error:
        log.warning("%d messages stay in the outbox: %s", len(rows) - queued, error)
    return queued


async def _deal(
    row: DueRow, step: Step, ports: SweepPorts, rules: Rules, told: Iterator[int]
) -> Dealt | None:
    """Take one step; None if somebody else wrote the lead meanwhile: it stays due.

    ``told`` numbers the leads of a sweep that have notices to be sent.
    """
    if step.requeue:
        await ports.queue.send(Deliver(lead_id=row.lead_id).to_text())
    try:
        change = await _handed_over(step, ports, rules)
        await note_given_up(change, rules, ports.given_up)
        after = await commit(ports.leads, ports.index, change)
    except StaleLeadError:
        return None
    if after.lead.next_due_at != row.due_at:
        await ports.index.delete(row)
    if has_news(change) and not step.requeue:
        delay = A_SECOND * min(next(told), MOST_SECONDS)
        await ports.queue.send(Deliver(lead_id=row.lead_id, attempt=1).to_text(), delay)
    return Dealt(step, after)


async def _handed_over(step: Step, ports: SweepPorts, rules: Rules) -> LeadChange:
    """Return the change of a step, with another owner if the step, or a leaver, asks for one."""
    change, taken = step.change, step.taken
    asks = taken is not None and taken.reassign
    leaver = bool(change.lead.owner) and lacks_owner(change.lead, rules)
    if not asks and not leaver:
        return change
    owned = await ports.owners.find(change.lead, rules)
    return handed_over(change, owned, rules)


async def _side_by_side[T](calls: Iterable[Awaitable[T]]) -> list[T | BaseException]:
    """Await all, some at a time; what one raises is its result."""
    turns = asyncio.Semaphore(AT_A_TIME)

    async def in_turn(call: Awaitable[T]) -> T:
        async with turns:
            return await call

    return await asyncio.gather(*(in_turn(call) for call in calls), return_exceptions=True)


def _failed(row: DueRow, error: BaseException) -> bool:
    """Log what our storage did not do; raise what is no fault of storage."""
    if not isinstance(error, StorageUnavailableError | StorageRefusedError):
        raise error
    log.warning("lead %s stays due: %s", row.lead_id, error)
    return True
