"""What claiming, sending and giving up a notice change on its lead. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.attempts import postpone
from shared.domain.errors import (
    ChannelError,
    ChannelRefusedError,
    ChannelUnavailableError,
    StorageError,
)
from shared.domain.notices import (
    SEND_DEADLINE,
    Notice,
    claim,
    gives_up,
    not_wanted,
    put_off,
    release,
    retry_delay,
    to_be_listed,
)
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
