"""Write what was decided, and decide anew where somebody else wrote first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from route_lead.changes import RouteRules, record, take_claims
from shared.domain.envelope import Push
from shared.domain.errors import AlreadyRecordedError, StaleLeadError, StorageUnavailableError
from shared.domain.identity import DedupeKey, former_keys, is_of, lead_id
from shared.domain.lead import Submission
from shared.ports.index import LeadIndex
from shared.ports.leads import LeadChange, LeadStore, RecordedInterest, StoredLead

MOST_TRIES = 64
"""As many as deliver leads of one customer at once, each of which makes the others try again."""

MOST_LOST_ANSWERS = 2


class _Tries:
    """How often one write was tried; each method raises when it has been enough."""

    def __init__(self) -> None:
        self._stale = 0
        self._lost = 0

    def stale(self) -> None:
        self._stale += 1
        if self._stale >= MOST_TRIES:
            contended = f"somebody else wrote first, {MOST_TRIES} times in a row"
            raise StorageUnavailableError(contended)

    def lost(self, error: StorageUnavailableError) -> None:
        self._lost += 1
        if self._lost > MOST_LOST_ANSWERS:
            raise error


async def change_lead(
    leads: LeadStore,
    stored: StoredLead,
    decide: Callable[[StoredLead], LeadChange | None],
) -> StoredLead | None:
    """Write what ``decide`` makes of the lead as it is stored; None if the lead is gone.

    After a lost answer, ``decide`` sees the lead with its own change in it, and says None.
    """
    tries = _Tries()
    current: StoredLead | None = stored
    while current is not None:
        change = decide(current)
        if change is None:
            return current
        try:
            return await leads.commit(change)
        except StaleLeadError:
            tries.stale()
        except StorageUnavailableError as error:
            tries.lost(error)
        current = await leads.read(stored.lead.lead_id)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A submission on its way into its lead, with the claim that is taken along with it."""

    push: Push
    submission: Submission
    key: DedupeKey
    secret: bytes
    claim_id: str

    @property
    def lead_id(self) -> str:
        """Return the id that a new lead gets."""
        return lead_id(self.key, self.secret)


async def record_lead(
    leads: LeadStore,
    index: LeadIndex,
    recording: Recording,
    rules: RouteRules,
    clock: Callable[[], datetime],
) -> tuple[StoredLead, RecordedInterest | None]:
    """Record a submission once, however often it comes; return the lead, and what is new on it.

    The index rows come first: a row without a lead is cleared away, a lead without a row forgotten.
    """
    tries = _Tries()
    while True:
        before = await _known(leads, recording)
        change = _recorded_and_claimed(before, recording, rules, clock())
        try:
            await _put_index(index, change)
            return await leads.commit(change), change.interest
        except AlreadyRecordedError:
            # The store compares the lead's ETag first, so `before` is the lead as it is stored.
            if before is not None:
                return before, None
            tries.stale()
        except StaleLeadError:
            tries.stale()
        except StorageUnavailableError as error:
            tries.lost(error)


async def _known(leads: LeadStore, recording: Recording) -> StoredLead | None:
    """Return the customer's lead: by the newest identity rule, else the oldest by a former one."""
    if found := await leads.read(recording.lead_id):
        return found
    submission = recording.submission
    former = [await leads.read(lead_id(k, recording.secret)) for k in former_keys(submission)]
    return oldest_of(former, submission)


def oldest_of(found: Iterable[StoredLead | None], submission: Submission) -> StoredLead | None:
    """Return the oldest of the leads that former keys found, if it is the customer's own."""
    same = (stored for stored in found if stored and is_of(stored.lead, submission))
    return min(same, key=lambda stored: stored.lead.created_at, default=None)


async def _put_index(index: LeadIndex, change: LeadChange) -> None:
    lead = change.lead
    if lead.next_due_at is None:
        return
    if change.before is None:
        await index.put_new(
            lead.lead_id, due_at=lead.next_due_at, created_at=lead.created_at, test=lead.test
        )
    elif lead.next_due_at != change.before.lead.next_due_at:
        await index.put_due(lead.lead_id, lead.next_due_at)


def _recorded_and_claimed(
    before: StoredLead | None, recording: Recording, rules: RouteRules, now: datetime
) -> LeadChange:
    change = record(
        before,
        recording.submission,
        lead_id=recording.lead_id,
        key=recording.key,
        body=recording.push.body,
        content_type=recording.push.content_type,
        rules=rules,
        now=now,
    )
    return take_claims(change, recording.claim_id, now, not_before_due=False)
