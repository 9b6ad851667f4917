"""Follow a test lead from the endpoint through the tables to its destinations."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from cli import send_test_text as text
from cli.send import Sent, partner_center_test
from shared.domain.delivery import Delivery
from shared.operations.errors import OperationError
from shared.operations.stores import Stores
from shared.ports.crm import CheckResult
from shared.ports.leads import StoredLead
from shared.ports.reading import Listing

POLL_SECONDS = 0.5
SKEW = timedelta(days=1)
"""Test leads are listed by the app's clock, which may be wrong, or ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How a test lead is sent, where it must show, and how long that may take.

    ``endpoint`` and ``storage`` are what is said of them. ``proven`` are the destinations that
    passed their own check: if they fail at first, the next attempt is waited for. ``note`` is told
    of such failures at once.
    """

    push: Callable[[bytes], Awaitable[Sent]]
    endpoint: str
    stores: Stores
    storage: str
    proven: frozenset[str]
    within: timedelta
    note: Callable[[str], None]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """The time that there is."""

    trial: Trial
    sent_at: datetime
    until: datetime

    async def again(self) -> bool:
        """Pause before another look; tell whether there is time for one."""
        left = (self.until - self.trial.stores.clock()).total_seconds()
        if left <= 0:
            return False
        await self.trial.sleep(min(left, POLL_SECONDS))
        return True

    @property
    def seconds(self) -> int:
        """Return how long ago the lead was sent."""
        passed = self.trial.stores.clock() - self.sent_at
        return max(1, ceil(passed.total_seconds()))

    def covers_next_attempt(self, delivery: Delivery) -> bool:
        """Tell whether a delivery that failed may still succeed in this time."""
        next_at = delivery.next_attempt_at
        proven = delivery.destination in self.trial.proven
        return proven and next_at is not None and next_at < self.until


async def follow(trial: Trial) -> AsyncIterator[CheckResult]:
    """Send a test lead, and yield what became of it as soon as it is known.

    Raises ``StorageUnavailableError`` if the tables can't be read.
    """
    sent_at = trial.stores.clock()
    try:
        sent = await trial.push(partner_center_test(sent_at))
    except OperationError as error:
        yield CheckResult(what="the endpoint answers", mend=str(error))
        return
    yield text.answered(sent, trial.endpoint)
    submission_id = text.accepted_id(sent)
    if not submission_id:
        return
    waiting = _Waiting(trial=trial, sent_at=sent_at, until=trial.stores.clock() + trial.within)
    stored = await _recorded(trial.stores, submission_id, waiting)
    if stored is None:
        yield text.not_recorded(trial.within, trial.storage)
        return
    yield text.recorded(stored.lead, waiting.seconds)
    if not stored.deliveries:
        yield text.kept_from_destinations()
    async for result in _deliveries(stored, waiting):
        yield result


async def _recorded(stores: Stores, submission_id: str, waiting: _Waiting) -> StoredLead | None:
    """Return the lead of a submission once it is there, None if time runs out."""
    others: set[str] = set()
    while True:
        async for lead_id in stores.lists.ids(Listing.TEST, since=waiting.sent_at - SKEW):
            if lead_id in others:
                continue
            # A lead is listed a moment before it can be read.
            for stored in await stores.read([lead_id]):
                if _holds(stored, submission_id):
                    return stored
                others.add(lead_id)
        if not await waiting.again():
            return None


def _holds(stored: StoredLead, submission_id: str) -> bool:
    return submission_id in (one.first.submission_id for one in stored.lead.interests)


async def _deliveries(stored: StoredLead, waiting: _Waiting) -> AsyncIterator[CheckResult]:
    """Yield what becomes of each delivery, until all are settled or time runs out."""
    left = sorted(stored.deliveries)
    noted: set[str] = set()
    over = False
    while left:
        for name in left.copy():
            result = _outcome(stored, name, waiting, over=over)
            if result is not None:
                left.remove(name)
                yield result
        _note_failures([stored.deliveries[name] for name in left], noted, waiting.trial.note)
        over = bool(left) and not await waiting.again()
        stored = await waiting.trial.stores.leads.read(stored.lead.lead_id) or stored


def _outcome(stored: StoredLead, name: str, waiting: _Waiting, *, over: bool) -> CheckResult | None:
    """Say what became of a delivery; None if it is worth waiting for."""
    delivery = stored.deliveries[name]
    if result := text.arrived(delivery, stored.lead):
        return result
    if _failed(delivery) and (over or not waiting.covers_next_attempt(delivery)):
        return text.postponed(delivery, proven=name in waiting.trial.proven)
    return text.still_under_way(delivery, stored.lead, waiting.trial.within) if over else None


def _note_failures(
    deliveries: Sequence[Delivery], noted: set[str], note: Callable[[str], None]
) -> None:
    """Tell of each failed attempt once."""
    for failure in map(text.failed_attempt, filter(_failed, deliveries)):
        if failure not in noted:
            note(f"{failure}; waiting for it")
            noted.add(failure)


def _failed(delivery: Delivery) -> bool:
    return delivery.failing_since is not None
