"""What claiming, sending and giving up a notice change on its lead. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.attempts import postpone
from shared.domain.errors import (
    ChannelError,
    ChannelRefusedError,
    ChannelUnavailableError,
    StorageError,
)
from shared.domain.lead import Lead
from shared.domain.notices import (
    SEND_DEADLINE,
    Notice,
    Role,
    claim,
    gives_up,
    new_notice,
    not_wanted,
    put_off,
    release,
    retry_delay,
    to_be_listed,
)
from shared.domain.plan import Plan
from shared.domain.planning import plan_for
from shared.domain.rules import Rules
from shared.ports.leads import Event, EventKind, LeadChange, StoredLead
from shared.ports.telling import Told


@dataclass(frozen=True, slots=True)
class Mine:
    """A notice that somebody has claimed, by its recipient, and the id of the claim."""

    recipient: str
    claim_id: str

    def in_(self, stored: StoredLead) -> Notice | None:
        """Return the notice; None if it is gone, or the claim is another's by now."""
        notice = stored.notices.get(self.recipient)
        return notice if notice is not None and notice.claim_id == self.claim_id else None


def channel_too(
    notices: Mapping[str, Notice], lead: Lead, plan: Plan, now: datetime
) -> dict[str, Notice]:
    """Return the notices that change where an owner is away who is about to be told alone (A3).

    They may have said so only after it was decided; the team's channel is told as well, once.
    """
    own = notices.get(Role.OWNER)
    if own is None or not own.alone or not _is_due(own, now) or not_wanted(own, lead):
        return {}
    if Role.TEAM in notices or Role.TEAM not in plan.owner_alone(now):
        return {}
    too = new_notice(
        lead.lead_id,
        recipient=Role.TEAM,
        occasion=own.occasion,
        because_of=own.because_of,
        now=now,
        send_from=now,
        step=own.step,
        checked=own.checked,
    )
    return {str(Role.OWNER): replace(own, alone=False), str(Role.TEAM): too}


def with_channel(stored: StoredLead, rules: Rules, now: datetime) -> LeadChange | None:
    """Return the change with which the team's channel is told as well, None if it need not be."""
    changed = channel_too(stored.notices, stored.lead, plan_for(rules, stored.lead), now)
    if not changed:
        return None
    return LeadChange(before=stored, lead=stored.lead, at=now, notices=changed)


def _is_due(notice: Notice, now: datetime) -> bool:
    waits = notice.next_attempt_at is not None and notice.next_attempt_at > now
    return notice.send_from <= now and not waits and notice.held_until(now) is None


def claimed(
    stored: StoredLead, mine: Mine, now: datetime, *, listed: bool = False
) -> LeadChange | None:
    """Claim a notice, or delete one that nobody needs any more; None if it can't be claimed."""
    notice = stored.notices.get(mine.recipient)
    if notice is None or not _may_go(notice, now, listed=listed):
        return None
    if why := not_wanted(notice, stored.lead):
        return _changed(stored, mine, None, now, _untold(notice, why))
    return _changed(stored, mine, claim(notice, mine.claim_id, now), now)


def marked(
    stored: StoredLead, mine: Mine, told: Told | Exception, now: datetime, jitter: float
) -> LeadChange | None:
    """Delete a notice that was sent or is given up, postpone one that failed.

    None if the claim is another's by now: so a lost answer makes no second event.
    """
    notice = mine.in_(stored)
    if notice is None:
        return None
    if isinstance(told, Told):
        return _told(stored, mine, notice, told, now)
    if isinstance(told, ChannelRefusedError) or gives_up(notice, now):
        return _changed(stored, mine, None, now, _untold(notice, reason_of(told)))
    asked_for = told.retry_after if isinstance(told, ChannelUnavailableError) else None
    delay = retry_delay(notice, jitter, asked_for)
    postponed = postpone(release(notice), reason_of(told), delay, now)
    return _changed(stored, mine, postponed, now)


def reason_of(error: Exception) -> str:
    """Return why a notice was not sent; what an unknown error says may be of the customer's."""
    match error:
        case TimeoutError():
            return f"no answer within {SEND_DEADLINE.total_seconds():.0f} s"
        case ChannelError() | StorageError():
            return str(error)
        case _:
            return f"the channel failed with {type(error).__name__}"


def _may_go(notice: Notice, now: datetime, *, listed: bool) -> bool:
    return notice.may_go(now) or (listed and notice.listed and notice.held_until(now) is None)


def _told(stored: StoredLead, mine: Mine, notice: Notice, told: Told, now: datetime) -> LeadChange:
    if told.wait_until is not None:
        return _changed(stored, mine, put_off(notice, told.wait_until), now)
    if told.to_be_listed:
        change = _changed(stored, mine, to_be_listed(notice), now)
        return replace(change, lead=replace(stored.lead, next_due_at=now))
    event = Event(
        kind=EventKind.NOTIFIED if told.channel else EventKind.NOT_NOTIFIED,
        recipient=told.recipient or mine.recipient,
        channel=told.channel,
        notice_id=notice.notice_id,
    )
    return _changed(stored, mine, None, now, event)


def _changed(
    before: StoredLead, mine: Mine, notice: Notice | None, now: datetime, *events: Event
) -> LeadChange:
    return LeadChange(
        before=before, lead=before.lead, at=now, notices={mine.recipient: notice}, events=events
    )


def _untold(notice: Notice, why: str) -> Event:
    return Event(
        kind=EventKind.NOT_NOTIFIED,
        recipient=notice.recipient,
        notice_id=notice.notice_id,
        detail=why,
    )
