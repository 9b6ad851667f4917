"""The sweep: look at every lead that is due, and queue again what would be lost.

A due row counts only if it equals ``next_due_at`` of its lead. Only the sweep deletes index rows:
those it has dealt with, and others only once they are so old that no writer can still be at work
on their lead. To delete a row "because there is no lead yet" is to forget the lead that is written
a moment later. (A worker that was not the first to create a lead deletes its own ``recent`` row,
whose time the lead does not have.)
"""

import asyncio
import logging
from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import NamedTuple

from nurture_timer.asking import Answers, ask, tell_troubles
from nurture_timer.dealing import Dealt, deal
from nurture_timer.due import Asked, Step, what_is_due
from nurture_timer.faults import Faults
from nurture_timer.known import keep_known
from nurture_timer.lists import send_lists, with_lists
from nurture_timer.ports import SweepPorts
from nurture_timer.tidying import SETTLED, tidy
from shared.committing import acts_of, rows_of
from shared.domain.errors import StorageUnavailableError, UnreadableLeadError
from shared.domain.lead import Lead
from shared.domain.planning import plan_for
from shared.domain.rules import Rules
from shared.domain.whole import ToldInterest
from shared.ports.index import DueRow, Swept
from shared.ports.leads import StoredLead
from shared.ports.queue import OutboxRow

log = logging.getLogger(__name__)

MOST_LEADS = 2_000
"""In one sweep; what is left over is due at the next one."""

MOST_LISTED = 5 * MOST_LEADS
"""With rows that do not count, and leads that only a newer version of the app can read."""

AT_A_TIME = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What a sweep is going to do; ``failed`` leads could not be read, or looked at."""

    at: datetime
    steps: Mapping[DueRow, Step]
    strays: Sequence[DueRow]
    outbox: Sequence[OutboxRow]
    answers: Answers
    rules: Rules
    failed: int
    faults: Faults


async def sweep(now: datetime, ports: SweepPorts) -> Swept:
    """Do what is due at ``now``, which may be another time than the clock's."""
    return await carry_out(await look(now, ports), ports)


async def look(now: datetime, ports: SweepPorts) -> Due:
    """Return what is due, without changing anything; CRMs are asked about follow-ups."""
    listed_at = ports.clock()
    faults = Faults()
    read = await _read_due(now, ports)
    due: dict[DueRow, StoredLead] = {}
    strays: list[DueRow] = []
    failed = 0
    for row, stored in read.items():
        if isinstance(stored, BaseException):
            failed += _failed(row, stored, faults)
        elif stored is not None and _counts(row, stored):
            due[row] = stored
        elif listed_at - row.written_at > SETTLED:
            strays.append(row)
    rules = await ports.rules()
    answers = await ask(due.values(), now, ports.destinations, ports.in_use, faults)
    steps: dict[DueRow, Step] = {}
    for row, facts in (await _facts_of_acted(due, answers, ports)).items():
        if isinstance(facts, BaseException):
            failed += _failed(row, facts, faults)
            continue
        try:
            stored = due[row]
            plan, asked = plan_for(rules, stored.lead, ports.grace), _asked(answers, stored, facts)
            steps[row] = what_is_due(stored, now, plan, asked, ports.in_use)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others have their turn
            failed += _failed(row, error, faults)
    outbox: Sequence[OutboxRow] = ()
    with faults.of("messages stay in the outbox"):
        outbox = await ports.outbox.waiting(limit=MOST_LEADS)
    return Due(
        at=now,
        steps=steps,
        strays=strays,
        outbox=outbox,
        answers=answers,
        rules=rules,
        failed=failed,
        faults=faults,
    )


class InRows(NamedTuple):
    """What a lead on which somebody acted has in rows only: interests, and ids of acts."""

    interests: Sequence[ToldInterest] = ()
    acts: Collection[str] = ()


async def _facts_of_acted(
    due: Mapping[DueRow, StoredLead], answers: Answers, ports: SweepPorts
) -> Mapping[DueRow, InRows | BaseException]:
    """Return what leads on which somebody acted have in rows only."""
    found: dict[DueRow, InRows | BaseException] = dict.fromkeys(due, InRows())
    acted = [row for row, stored in due.items() if stored.lead.lead_id in answers.seen]
    read = await _side_by_side(_in_rows(due[row].lead, answers, ports) for row in acted)
    return found | dict(zip(acted, read, strict=True))


async def _in_rows(lead: Lead, answers: Answers, ports: SweepPorts) -> InRows:
    interests = await rows_of(ports.leads, lead)
    return InRows(interests, await acts_of(ports.leads, lead, answers.seen[lead.lead_id]))


async def _read_due(
    now: datetime, ports: SweepPorts
) -> Mapping[DueRow, StoredLead | BaseException | None]:
    """Return what is read of the leads that are due, the earliest first.

    What stays listed without a look must not keep the others from their turn.
    """
    read: dict[DueRow, StoredLead | BaseException | None] = {}
    limit = MOST_LEADS
    while limit <= MOST_LISTED:
        rows = await ports.index.due(now, limit=limit)
        new = [row for row in rows if row not in read]
        leads = await _side_by_side(ports.leads.read(row.lead_id) for row in new)
        read |= zip(new, leads, strict=True)
        idle = sum(_takes_no_turn(row, found) for row, found in read.items())
        if len(rows) < limit or limit == MOST_LEADS + idle:
            break
        limit = MOST_LEADS + idle
    return read


def _takes_no_turn(row: DueRow, read: StoredLead | BaseException | None) -> bool:
    """Tell whether no look comes of a row: it is out of date, or this version never can look."""
    if isinstance(read, BaseException):
        may_pass = isinstance(read, StorageUnavailableError)
        return isinstance(read, UnreadableLeadError) or not may_pass
    return read is None or not _counts(row, read)


def _counts(row: DueRow, stored: StoredLead) -> bool:
    return stored.lead.next_due_at == row.due_at


def _asked(answers: Answers, stored: StoredLead, facts: InRows) -> Asked:
    lead_id = stored.lead.lead_id
    return Asked(
        seen=answers.seen.get(lead_id, ()),
        rows=facts.interests,
        known=facts.acts,
        checked=lead_id not in answers.unchecked,
        owners=answers.owners.get(lead_id, {}),
        ask_again=not answers.telling.isdisjoint(stored.deliveries),
    )


async def carry_out(due: Due, ports: SweepPorts) -> Swept:
    """Do what is due; a lead that can't be dealt with stays due and keeps no other waiting."""
    faults = due.faults
    from_outbox = await _queue_outbox(due.outbox, ports, faults)
    told = count()
    steps = await with_lists(due.steps, ports.teller, faults)
    dealt = await _side_by_side(
        deal(row, step, ports, due.rules, told, faults) for row, step in steps.items()
    )
    cleared = await _side_by_side(ports.index.delete(row) for row in due.strays)
    rows = [*due.steps, *due.strays]
    failed = sum(
        _failed(row, error, faults)
        for row, error in zip(rows, [*dealt, *cleared], strict=True)
        if isinstance(error, BaseException)
    )
    dealt_with = [each for each in dealt if isinstance(each, Dealt)]
    done = [each.step for each in dealt_with]
    listed_at = max(due.at, ports.clock())
    await send_lists([each.after for each in dealt_with], listed_at, ports.lists, faults)
    now = ports.clock()
    with faults.of("troubles with asking about follow-ups are not told"):
        await tell_troubles(due.answers, ports.index, now, ports.in_use)
    with faults.of("the destinations are not noted"):
        await keep_known(due.steps.values(), ports.index, ports.in_use)
    tidied_to = await tidy(ports.leads, ports.index, now, ports.in_use, due.rules, faults)
    swept = Swept(
        looked_at=len(rows) + due.failed,
        flagged=sum(step.flagged for step in done),
        followed_up=sum(step.followed_up for step in done),
        requeued=sum(step.requeue for step in done),
        parked=sum(len(step.parked) for step in done),
        from_outbox=from_outbox,
        cleared=len(due.strays),
        failed=due.failed + failed,
        faults=faults.count,
    )
    await ports.index.put_heartbeat(now, swept, tidied_to)
    return swept


async def _queue_outbox(rows: Sequence[OutboxRow], ports: SweepPorts, faults: Faults) -> int:
    """Queue what waits; while the queue takes nothing, leads must not wait for it as well."""
    queued = 0
    try:
        for row in rows:
            with faults.of(f"message {row.key} stays in the outbox"):
                await ports.queue.send(row.message)
                await ports.outbox.delete(row)
                queued += 1
    except StorageUnavailableError as error:
        log.warning("%d messages stay in the outbox: %s", len(rows) - queued, error)
    return queued


async def _side_by_side[T](calls: Iterable[Awaitable[T]]) -> list[T | BaseException]:
    """Await all, some at a time; what one raises is its result."""
    turns = asyncio.Semaphore(AT_A_TIME)

    async def in_turn(call: Awaitable[T]) -> T:
        async with turns:
            return await call

    return await asyncio.gather(*(in_turn(call) for call in calls), return_exceptions=True)


def _failed(row: DueRow, error: BaseException, faults: Faults) -> bool:
    """Log why a lead stays due, whatever it is; raise what ends a process."""
    if not isinstance(error, Exception):
        raise error
    faults.note(f"lead {row.lead_id} stays due", error)
    return True
