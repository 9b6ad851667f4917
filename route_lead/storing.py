"""Record a submission, once, and claim what it can be delivered to without another read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from route_lead.changes import RouteRules, claimable, record, take_claims
from route_lead.deciding import news
from shared.committing import LeadWriter, rows_of
from shared.domain.envelope import Push
from shared.domain.errors import (
    AlreadyRecordedError,
    StaleLeadError,
    StorageUnavailableError,
    UnsentClaimError,
)
from shared.domain.follow_up import LadderKind, without_run
from shared.domain.identity import DedupeKey, former_keys, is_of, lead_id
from shared.domain.lead import Lead, Submission
from shared.domain.rules import Rules
from shared.domain.whole import ToldInterest
from shared.following import Followed, followed
from shared.owning import first_owned, handed_over, lacks_owner, with_owner
from shared.ports.index import LeadIndex
from shared.ports.leads import LeadChange, LeadStore, RecordedInterest, StoredLead
from shared.ports.owners import NoOwners, Owners


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A submission on its way into its lead, with the claim that is taken along with it."""

    push: Push
    submission: Submission
    key: DedupeKey
    secret: bytes
    claim_id: str
    owners: Owners = field(default_factory=NoOwners)

    @property
    def lead_id(self) -> str:
        """Return the id that a new lead gets."""
        return lead_id(self.key, self.secret)


async def record_lead(
    writer: LeadWriter, recording: Recording, rules: RouteRules, clock: Callable[[], datetime]
) -> tuple[StoredLead, RecordedInterest | None]:
    """Record a submission once, however often it comes; return the lead, and what is new on it.

    Raises ``UnsentClaimError`` if it may be recorded, and claimed, all the same.
    """
    async with writer.turns.of(recording.lead_id):
        return await _recorded(writer, recording, rules, clock)


async def _recorded(
    writer: LeadWriter, recording: Recording, rules: RouteRules, clock: Callable[[], datetime]
) -> tuple[StoredLead, RecordedInterest | None]:
    tries = writer.tries()
    known = await _known(writer.leads, recording)
    try:
        while True:
            rows = await rows_of(writer.leads, known.stored.lead) if known.stored else ()
            change = _recorded_now(known, rows, recording, rules, clock())
            change = await _owned(change, recording.owners, rules.routing)
            change = _told_and_claimed(change, recording.claim_id, rules.routing)
            try:
                return await writer.commit(change), change.interest
            except AlreadyRecordedError:
                # The store compares the lead's ETag first, so this is the lead as it is stored.
                if known.stored is not None:
                    return known.stored, None
                await tries.stale()
            except StaleLeadError:
                await tries.stale()
            except StorageUnavailableError as error:
                tries.lost(error)
            known = await _known(writer.leads, recording)
            await _forget_rows(writer.index, change, known.stored)
    except StorageUnavailableError as error:
        raise UnsentClaimError(str(error), recording.claim_id) from error


async def _forget_rows(index: LeadIndex, change: LeadChange, stored: StoredLead | None) -> None:
    """Delete the rows of a lead that somebody else was the first to create, at another time."""
    lead = change.lead
    if change.before is not None or stored is None or stored.lead.lead_id != lead.lead_id:
        return
    if stored.lead.created_at != lead.created_at:
        await index.delete_new(lead.lead_id, lead.created_at)


async def _known(leads: LeadStore, recording: Recording) -> Followed:
    """Return where the customer's things are: on the lead that theirs has become part of (A6).

    Where that one was erased, it begins again.
    """
    found = await _by_key(leads, recording)
    return await followed(leads, found) if found else Followed(recording.lead_id, None)


async def _by_key(leads: LeadStore, recording: Recording) -> StoredLead | None:
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


def _recorded_now(
    known: Followed,
    rows: Sequence[ToldInterest],
    recording: Recording,
    rules: RouteRules,
    now: datetime,
) -> LeadChange:
    return record(
        known.stored,
        recording.submission,
        rows=rows,
        lead_id=known.lead_id,
        key=recording.key,
        body=recording.push.body,
        content_type=recording.push.content_type,
        rules=rules,
        now=now,
    )


async def _owned(change: LeadChange, owners: Owners, rules: Rules) -> LeadChange:
    """Give the lead an owner if it has none and must be answered; it takes one turn for good."""
    if not lacks_owner(change.lead, rules):
        return change
    owned = await owners.find(change.lead, rules)
    if owned is None:
        return change
    recorded = change.interest
    if recorded is None or not recorded.interest.repeat_of:
        return with_owner(change, owned)
    # Nobody is told of a repeat, and no CRM: of the owner they are.
    return (handed_over if change.lead.owner else first_owned)(change, owned, rules)


def _told_and_claimed(change: LeadChange, claim_id: str, rules: Rules) -> LeadChange:
    notices = {**change.notices, **news(change, rules)}
    told = replace(change, lead=_run_again(change), notices=notices)
    lacking = _lacking_this_only(told, told.at)
    return take_claims(told, claim_id, told.at, lacking=lacking, sent=told.lead, rules=rules)


def _run_again(change: LeadChange) -> Lead:
    """Begin the run again where its ladder has ended, and somebody asks once more."""
    lead, recorded = change.lead, change.interest
    ended = lead.follow_up.run_kind is LadderKind.OVERDUE and lead.follow_up.next_step_at is None
    if recorded is None or recorded.interest.repeat_of or not ended:
        return lead
    asks = not recorded.interest.submission.do_not_contact
    return replace(lead, follow_up=without_run(lead.follow_up)) if asks else lead


def _lacking_this_only(change: LeadChange, now: datetime) -> Mapping[str, int]:
    """Return what can be claimed and lacks nothing but what this change brings."""
    known = change.before.lead.version if change.before else 0
    lacking = claimable(change, now, not_before_due=False)
    return {name: has for name, has in lacking.items() if has == known < change.lead.version}
