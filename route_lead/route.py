"""Record a lead and deliver it: the protocol between a message, the lead's rows and the CRM.

::

    record    read, merge, index row, then interest + lead + claims in one transaction
    claim     where more is to be sent than this one interest: read it first, then claim
    deliver   for each destination: upsert under the claim, then mark, park or postpone
    tell      once that is done, or takes long: each notice under its claim
    postpone  one message, for the earliest of what is left

Every write is decided on a state that was read, and decided anew if that is no longer what is
stored. So a worker may die between any two lines, and a lost answer is found out by reading.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from route_lead.at_work import LeadAtWork, Turn
from route_lead.changes import RouteRules, release, untouched, without_claims
from route_lead.delivering import Deliverer
from route_lead.storing import Recording, record_lead
from route_lead.telling import Telling, wait_for_notices
from shared.committing import LeadWriter, Turns
from shared.domain.attempts import exponential
from shared.domain.delivery import FIRST_HELD_DELAY, Delivery
from shared.domain.envelope import Deliver, Message, Push
from shared.domain.errors import StorageUnavailableError, UnsentClaimError
from shared.domain.identity import dedupe_key
from shared.domain.rules import Rules
from shared.intake.parse import parse
from shared.ports.crm import Destinations
from shared.ports.index import LeadIndex
from shared.ports.leads import LeadChange, LeadStore, RecordedInterest, StoredLead
from shared.ports.owners import NoOwners, Owners
from shared.ports.queue import PushQueue
from shared.ports.rules import no_rules
from shared.ports.telling import NobodyToTell, Teller

AT_ONCE = timedelta(seconds=1)

LONGEST_FOR_LINK = timedelta(seconds=20)
"""A notice links to the record in the CRM, but does not wait for it for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePorts:
    """What routing needs from the world.

    ``jitter`` gives 0–1, ``secret`` makes lead ids, ``sleep`` waits for seconds, and notices wait
    ``for_link``.
    """

    leads: LeadStore
    index: LeadIndex
    queue: PushQueue
    destinations: Destinations
    secret: Callable[[], Awaitable[bytes]]
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    new_id: Callable[[], str]
    teller: Teller = field(default_factory=NobodyToTell)
    rules: Callable[[], Awaitable[Rules]] = no_rules
    owners: Owners = field(default_factory=NoOwners)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    turns: Turns = field(default_factory=Turns)
    for_link: timedelta = LONGEST_FOR_LINK

    @property
    def writer(self) -> LeadWriter:
        """Return what writes leads."""
        return LeadWriter(
            leads=self.leads,
            index=self.index,
            jitter=self.jitter,
            sleep=self.sleep,
            turns=self.turns,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """What became of a message; ``lead_id`` is "" if its lead is gone."""

    lead_id: str = ""
    version: int = 0
    delivered: tuple[str, ...] = ()
    parked: tuple[str, ...] = ()
    postponed: timedelta | None = None

    def __str__(self) -> str:
        """Return a line for the log; it holds ids and names of destinations only."""
        if not self.lead_id:
            return "the lead is gone"
        told = [f"lead {self.lead_id}, version {self.version}"]
        told += [f"delivered to {name}" for name in self.delivered]
        told += [f"parked for {name}" for name in self.parked]
        told += [f"postponed by {self.postponed.total_seconds():.0f} s"] if self.postponed else []
        return ", ".join(told)


async def route(message: Message, ports: RoutePorts, rules: RouteRules) -> Routed:
    """Do what a message asks for; what can't be done now is postponed.

    Raises ``InvalidPushError`` for a push that is no lead (any more), ``StorageRefusedError`` if it
    can't be stored, and ``StorageUnavailableError`` if our own storage is at fault: the caller
    postpones the message as it is.
    """
    claim_id = ports.new_id()
    rules = replace(rules, routing=await ports.rules())
    taken = await _take_up(message, claim_id, ports, rules)
    if taken is None:
        return Routed()
    work, turns = taken
    deliverer = Deliverer(
        destinations=ports.destinations, index=ports.index, clock=ports.clock, jitter=ports.jitter
    )
    delivering = asyncio.gather(
        *(deliverer.deliver(work, turn) for turn in turns), return_exceptions=True
    )
    failures: list[BaseException] = []
    try:
        if work.stored.notices:
            await asyncio.wait([delivering], timeout=ports.for_link.total_seconds())
            telling = Telling(teller=ports.teller, clock=ports.clock, jitter=ports.jitter)
            await telling.tell_all(work)
    except StorageUnavailableError as error:
        failures.append(error)
    finally:
        failures += filter(None, await delivering)
    if failures:
        raise _all_in_one(failures)
    delay = _wait(work.stored, message.attempt, ports.clock(), rules)
    if delay is not None:
        left = Deliver.next_of(message, work.stored.lead.lead_id)
        await ports.queue.send(left.to_text(), delay)
    return _routed(work, [turn.destination for turn in turns], delay)


def _all_in_one(failures: Sequence[BaseException]) -> BaseException:
    """Return what to raise: any other fault first, else storage's, with all claims to let go."""
    for failure in failures:
        if not isinstance(failure, StorageUnavailableError):
            return failure
    claims = [c for each in failures if isinstance(each, UnsentClaimError) for c in each.claims]
    return UnsentClaimError(str(failures[0]), *claims) if claims else failures[0]


async def _take_up(
    message: Message, claim_id: str, ports: RoutePorts, rules: RouteRules
) -> tuple[LeadAtWork, Sequence[Turn]] | None:
    """Record or read the lead, and claim what is behind."""
    new: RecordedInterest | None = None
    stored: StoredLead | None
    if isinstance(message, Push):
        stored, new = await _record(message, claim_id, ports, rules)
    else:
        stored = await ports.leads.read(message.lead_id)
    if stored is None:
        return None
    work = LeadAtWork(ports.writer, stored, claim_id, ports.clock, rules.routing)
    turns: Sequence[Turn] = []
    if new is not None:
        turns = work.turns([] if new.interest.repeat_of else [new.interest])
    return work, [*turns, *await _claim(message, work, ports.clock, rules, read_only=new is None)]


async def _record(
    push: Push, claim_id: str, ports: RoutePorts, rules: RouteRules
) -> tuple[StoredLead, RecordedInterest | None]:
    submission = parse(
        push.body,
        push.content_type,
        submission_id=push.submission_id,
        received_at=push.received_at,
    )
    recording = Recording(
        push=push,
        submission=submission,
        key=dedupe_key(submission),
        secret=await ports.secret(),
        claim_id=claim_id,
        owners=ports.owners,
    )
    return await record_lead(ports.writer, recording, rules, ports.clock)


async def _claim(
    message: Message,
    work: LeadAtWork,
    clock: Callable[[], datetime],
    rules: RouteRules,
    *,
    read_only: bool,
) -> Sequence[Turn]:
    """Claim what is behind and not claimed yet, after releasing what the message names."""
    unsent = {*(message.unsent_claims or ()), *([work.claim_id] if read_only else [])}

    def prepare(stored: StoredLead) -> LeadChange:
        now = clock()
        in_use = rules.in_use
        asked = message if isinstance(message, Deliver) and message.release_version else None
        change = release(stored, asked, now, in_use) if asked else untouched(stored, now, in_use)
        return without_claims(change, unsent)

    early = isinstance(message, Deliver) and message.attempt > 0
    try:
        return await work.claim(prepare, not_before_due=early)
    except StorageUnavailableError as error:
        if not work.may_hold:
            raise
        raise UnsentClaimError(str(error), work.claim_id) from error


def _wait(stored: StoredLead, attempt: int, now: datetime, rules: RouteRules) -> timedelta | None:
    """Return how long the message must wait for what is left; None if nothing is."""
    used = rules.in_use.used(stored.deliveries).values()
    behind = (delivery for delivery in used if delivery.is_behind(stored.lead.version))
    waits = [_wait_for(d, attempt, now) for d in behind]
    if (for_notices := wait_for_notices(stored, now)) is not None:
        waits.append(max(for_notices, AT_ONCE))
    return min(waits, default=None)


def _wait_for(delivery: Delivery, attempt: int, now: datetime) -> timedelta:
    if delivery.next_attempt_at is not None and now < delivery.next_attempt_at:
        return delivery.next_attempt_at - now
    held_until = delivery.held_until(now)
    if held_until is None:
        return AT_ONCE
    return exponential(FIRST_HELD_DELAY, attempt, held_until - now)


def _routed(work: LeadAtWork, ours: Sequence[str], delay: timedelta | None) -> Routed:
    version = work.stored.lead.version
    mine = [work.delivery(name) for name in ours]
    return Routed(
        lead_id=work.stored.lead.lead_id,
        version=version,
        delivered=tuple(d.destination for d in mine if d.delivered_version == version),
        parked=tuple(d.destination for d in mine if d.parked_version == version),
        postponed=delay,
    )
