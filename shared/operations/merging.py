"""``leads merge``: two leads turn out to be one customer (rule A6).

B is written first, and only then A, which is as it was when its things were read: so whatever is
recorded on A meanwhile is taken along before A is closed. B is written each time, even if it has
all: of two people who merge A into B and B into A at once, one finds the other's lead changed.
Broken off anywhere, it is done by doing it again; done again, it changes nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.committing import LeadWriter
from shared.domain.acts import Act
from shared.domain.envelope import Deliver
from shared.domain.errors import StaleLeadError, StorageUnavailableError
from shared.domain.joining import earlier_act, has_more, parted
from shared.domain.merging import MergeRules
from shared.domain.retired import InUse
from shared.domain.rules import Rules
from shared.domain.whole import ToldInterest
from shared.following import followed
from shared.operations.errors import NotFoundError, RefusedError
from shared.operations.merge_changes import (
    closing,
    parting,
    portions,
    taken_in,
    with_somebody,
)
from shared.ports.leads import LeadFacts, LeadStore, RecordedInterest, StoredLead
from shared.ports.owners import Owners
from shared.ports.queue import PushQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePorts:
    """What merging needs from the world, with the rules in force."""

    leads: LeadStore
    facts: LeadFacts
    writer: LeadWriter
    queue: PushQueue
    owners: Owners
    clock: Callable[[], datetime]
    rules: Rules
    merging: MergeRules
    in_use: InUse = field(default_factory=InUse)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A lead, the one that it becomes part of, and what that one lacks of it.

    ``there`` is what that one has itself.
    """

    lead: StoredLead
    into: StoredLead
    acts: Sequence[Act] = ()
    recorded: Sequence[RecordedInterest] = ()
    there: Sequence[RecordedInterest] = ()

    @property
    def is_done(self) -> bool:
        """Tell whether there is nothing left to do."""
        return not (self.acts or self.recorded or self.is_open)

    @property
    def is_open(self) -> bool:
        """Tell whether the lead is still to be closed."""
        lead = self.lead.lead
        return not lead.merged_into or has_more(lead)


async def look(ports: MergePorts, lead_id: str, into_id: str) -> Merge:
    """Return what merging one lead into another comes to. Nothing is changed.

    Raises ``NotFoundError``, or ``RefusedError`` if they can't be merged.
    """
    lead, into = await _pair(ports.leads, lead_id, into_id)
    facts = ports.facts
    recorded, there, acts, known = await asyncio.gather(
        facts.recorded(lead.lead.lead_id),
        facts.recorded(into.lead.lead_id),
        facts.acts(lead.lead.lead_id),
        facts.acts(into.lead.lead_id),
    )
    has = {row.interest.submission.submission_id for row in there}
    done = {act.act_id for act in known}
    earlier = earlier_act(lead.lead)
    told = [*acts, *([earlier] if earlier else [])]
    return Merge(
        lead=lead,
        into=into,
        acts=[act for act in told if act.act_id not in done],
        recorded=[r for r in recorded if r.interest.submission.submission_id not in has],
        there=there,
    )


async def merge(ports: MergePorts, lead_id: str, into_id: str) -> Merge:
    """Merge one lead into another; return what that came to.

    Raises what ``look`` raises, and ``StorageUnavailableError``: doing it again finishes it.
    """
    tries = ports.writer.tries()
    found = first = await look(ports, lead_id, into_id)
    while not found.is_done:
        try:
            await _carry_out(ports, found)
        except StaleLeadError:
            await tries.stale()
        except StorageUnavailableError as error:
            tries.lost(error)
        found = await look(ports, lead_id, into_id)
    await _ask_for_delivery(ports, found)
    return replace(first, lead=found.lead, into=found.into)


async def part(ports: MergePorts, lead_id: str) -> bool:
    """Make a lead one of its own again if the one that it became part of is gone; tell if it is.

    An older version of the app has recorded something on it since, and somebody must answer. A push
    that finds no such lead begins it again likewise.
    """
    lead = await _read(ports.leads, lead_id)
    _, there = await followed(ports.leads, lead)
    if there is None:
        await ports.writer.change(lead, lambda stored: parting(stored, ports.clock()))
    return there is None


async def _pair(leads: LeadStore, lead_id: str, into_id: str) -> tuple[StoredLead, StoredLead]:
    """Return two leads that can be merged; the second is where all of that customer is by now."""
    lead, given = await asyncio.gather(_read(leads, lead_id), _read(leads, into_id))
    end_id, into = await followed(leads, given)
    if into is None:
        raise NotFoundError(f"lead {into_id} was merged into lead {end_id}, which is gone")
    if lead.lead.merged_into:
        now_in, there = await followed(leads, lead)
        if there is None:
            lead = replace(lead, lead=parted(lead.lead))
        elif now_in != end_id:
            raise RefusedError(f"lead {lead_id} was merged into lead {now_in} already")
    elif end_id == lead_id:
        why = "they are the same" if into_id == lead_id else f"lead {into_id} is part of it already"
        raise RefusedError(f"lead {lead_id} can't be merged into lead {into_id}: {why}")
    if lead.lead.test is not into.lead.test:
        raise RefusedError("one of the two is a test lead, the other is not: they stay apart")
    return lead, into


async def _read(leads: LeadStore, lead_id: str) -> StoredLead:
    found = await leads.read(lead_id)
    if found is None:
        raise NotFoundError(f"there is no lead {lead_id}")
    return found


async def _carry_out(ports: MergePorts, found: Merge) -> None:
    into, there = found.into, [_told(row) for row in found.there]
    for acts, recorded in portions(found.acts, found.recorded):
        change = taken_in(
            into,
            found.lead,
            acts,
            recorded,
            there=there,
            now=ports.clock(),
            rules=ports.rules,
            merging=ports.merging,
            in_use=ports.in_use,
        )
        owned = await with_somebody(change, found.lead.lead, ports.owners, ports.rules)
        into = await ports.writer.commit(owned)
        there += [_told(row) for row in change.taken_in]
    await ports.writer.commit(closing(found.lead, into.lead.lead_id, ports.clock()))


def _told(row: RecordedInterest) -> ToldInterest:
    return ToldInterest(interest=row.interest, due_at=row.due_at)


async def _ask_for_delivery(ports: MergePorts, done: Merge) -> None:
    """Have both leads delivered: one has more to tell, the other's record is told what it is."""
    now = ports.clock()
    for stored in (done.into, done.lead):
        used = ports.in_use.used(stored.deliveries).values()
        behind = any(delivery.is_behind(stored.lead.version) for delivery in used)
        if behind or any(notice.may_go(now) for notice in stored.notices.values()):
            await ports.queue.send(Deliver(lead_id=stored.lead.lead_id).to_text())
