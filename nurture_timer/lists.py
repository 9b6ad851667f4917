"""Tell of many leads at once: what would flood a recipient goes into one list."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from nurture_timer.due import Step
from nurture_timer.faults import Faults
from shared.committing import LeadWriter
from shared.domain.notices import SEND_DEADLINE, Occasion, to_be_listed
from shared.domain.places import MOST_SINGLE
from shared.noticing import Mine, claimed, marked, reason_of
from shared.ports.index import DueRow
from shared.ports.leads import LeadChange, StoredLead
from shared.ports.telling import Listed, ListTeller, Told

log = logging.getLogger(__name__)

MOST_URGENT_FIRST = (
    Occasion.ESCALATION,
    Occasion.OVERDUE,
    Occasion.REMINDER,
    Occasion.NO_OWNER,
    Occasion.OWNER_LEFT,
    Occasion.NEW,
    Occasion.MERGED,
    Occasion.REASSIGNED,
    Occasion.CHECK_IN,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPorts:
    """What sending lists needs."""

    writer: LeadWriter
    teller: ListTeller
    claim_id: str


async def with_lists(
    steps: Mapping[DueRow, Step], teller: ListTeller, faults: Faults
) -> Mapping[DueRow, Step]:
    """Return the steps with those notices marked for a list that would find no places."""
    recipients: dict[tuple[DueRow, str], str] = {}
    for row, step in steps.items():
        with faults.of(f"lead {row.lead_id}: what it has to tell is told by itself"):
            after = step.change.after("")
            for name, notice in step.change.notices.items():
                if notice is not None and notice.may_go(step.change.at):
                    recipients[row, name] = await teller.recipient_of(after, notice)
    many = {who for who, n in Counter(recipients.values()).items() if who and n > MOST_SINGLE}
    return {row: _listed(row, step, recipients, many) for row, step in steps.items()}


def _listed(
    row: DueRow, step: Step, recipients: Mapping[tuple[DueRow, str], str], many: set[str]
) -> Step:
    marked = {
        name: to_be_listed(notice)
        for name, notice in step.change.notices.items()
        if notice is not None and recipients.get((row, name)) in many
    }
    if not marked:
        return step
    change = replace(step.change, notices={**step.change.notices, **marked})
    return replace(step, change=change)


async def send_lists(
    dealt: Iterable[StoredLead], now: datetime, ports: ListPorts, faults: Faults
) -> None:
    """Send one list to each recipient of notices that are marked for one."""
    groups: dict[str, list[Listed]] = {}
    for stored in dealt:
        for notice in stored.notices.values():
            due = max(notice.send_from, notice.next_attempt_at or notice.send_from) <= now
            if notice.listed and due and notice.held_until(now) is None:
                with faults.of(f"lead {stored.lead.lead_id}: a notice stays unsent"):
                    who = await ports.teller.recipient_of(stored, notice)
                    groups.setdefault(who, []).append(Listed(stored=stored, notice=notice))
    latest: dict[str, StoredLead] = {}
    for who, listed in groups.items():
        try:
            if not who or await ports.teller.may_list(who):
                await _send(
                    [_as_of(one, latest) for one in _most_urgent(listed)], now, ports, latest
                )
        except Exception as error:  # noqa: BLE001 - the sweep has more to do than this
            faults.note("a list can't be sent", error)


def _most_urgent(listed: Sequence[Listed]) -> Sequence[Listed]:
    """Return those of one occasion, the most urgent; the others are told next time."""
    there = {one.notice.occasion for one in listed}
    known = (occasion for occasion in MOST_URGENT_FIRST if occasion in there)
    first = next(known, listed[0].notice.occasion)
    return [one for one in listed if one.notice.occasion == first]


def _as_of(one: Listed, latest: Mapping[str, StoredLead]) -> Listed:
    """Return a notice on its lead as the list before, to somebody else, has left it."""
    return replace(one, stored=latest.get(one.stored.lead.lead_id, one.stored))


async def _send(
    listed: Sequence[Listed], now: datetime, ports: ListPorts, latest: dict[str, StoredLead]
) -> None:
    claimed_now = [await _claimed(one, now, ports) for one in listed]
    mine = [one for one in claimed_now if one is not None]
    if not mine:
        return
    told = await _sent(mine, ports)
    for one in mine:
        marking = partial(_marked, _mine(one, ports), told, now, ports)
        after = await ports.writer.change(one.stored, marking)
        if after is not None:
            latest[after.lead.lead_id] = after


async def _claimed(one: Listed, now: datetime, ports: ListPorts) -> Listed | None:
    mine = _mine(one, ports)
    after = await ports.writer.change(
        one.stored, lambda stored: claimed(stored, mine, now, listed=True)
    )
    notice = mine.in_(after) if after else None
    return Listed(stored=after, notice=notice) if after and notice else None


async def _sent(listed: Sequence[Listed], ports: ListPorts) -> Told | Exception:
    try:
        async with asyncio.timeout(SEND_DEADLINE.total_seconds()):
            return await ports.teller.tell_list(listed)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is one failed attempt
        log.warning("%d leads can't be told in a list: %s", len(listed), reason_of(error))
        return error


def _marked(
    mine: Mine, told: Told | Exception, now: datetime, ports: ListPorts, stored: StoredLead
) -> LeadChange | None:
    return marked(stored, mine, told, now, ports.writer.jitter())


def _mine(one: Listed, ports: ListPorts) -> Mine:
    return Mine(one.notice.recipient, ports.claim_id)
