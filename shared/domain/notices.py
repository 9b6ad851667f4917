"""Notices: one message to one recipient because of a new lead, a flag, a step or an act. Pure.

A notice is kept with its lead until it is sent, at most one unsent per recipient, and is sent under
a claim as a delivery is. It has its own schedule and delays nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from shared.domain.acts import last_act
from shared.domain.attempts import Attempts, exponential, half_jittered
from shared.domain.delivery import FIRST_DELAY, LONGEST_DELAY
from shared.domain.follow_up import FollowUpState, LadderKind
from shared.domain.lead import Lead

GIVE_UP_AFTER = timedelta(days=3)
CLAIM = timedelta(minutes=5)
LATE = timedelta(hours=1)
SEND_DEADLINE = timedelta(seconds=30)
ID_DIGITS = 32


class Role(StrEnum):
    """Whom a notice is for; it is resolved to a person and an address when it is sent."""

    OWNER = "owner"
    MANAGER = "manager"
    TEAM = "team"


class Occasion(StrEnum):
    """Why somebody is told."""

    NEW = "new"
    OVERDUE = "overdue"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    REASSIGNED = "reassigned"
    CHECK_IN = "check_in"
    NO_OWNER = "no_owner"
    OWNER_LEFT = "owner_left"
    MERGED = "merged"


ON_LADDER = {
    Occasion.OVERDUE: LadderKind.OVERDUE,
    Occasion.REMINDER: LadderKind.OVERDUE,
    Occasion.ESCALATION: LadderKind.OVERDUE,
    Occasion.CHECK_IN: LadderKind.CHECK_IN,
}
"""Occasions of a run: they end with it."""


ABOUT_OWNERS = frozenset({Occasion.REASSIGNED, Occasion.NO_OWNER, Occasion.OWNER_LEFT})
"""Occasions that matter as long as anybody must answer, or look at the lead again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Attempts):
    """A notice that is not sent yet; ``because_of`` is a run's start or a submission's id.

    ``queued`` says that a message was sent for it once its time had come, ``listed`` that it is to
    be told in a list, with others; ``alone`` that the owner alone was to be told of it when it
    was decided. ``last_change`` is the id of the change that wrote it last, see ``LeadChange``.
    """

    recipient: str
    notice_id: str
    occasion: Occasion
    because_of: str
    created_at: datetime
    send_from: datetime
    step: int = 0
    checked: bool = True
    queued: bool = False
    listed: bool = False
    alone: bool = False
    last_change: str = field(default="", compare=False)

    @property
    def waits(self) -> bool:
        """Tell whether it was to be sent later when it was decided, and no message knows of it."""
        return self.send_from > self.created_at and not self.queued

    def may_go(self, now: datetime) -> bool:
        """Tell whether it may be claimed to be sent alone."""
        after = max(self.send_from, self.next_attempt_at or self.send_from)
        return not self.listed and after <= now and self.held_until(now) is None


def new_notice(  # noqa: PLR0913 - all by keyword
    lead_id: str,
    *,
    recipient: Role,
    occasion: Occasion,
    because_of: str,
    now: datetime,
    send_from: datetime,
    step: int = 0,
    checked: bool = True,
) -> Notice:
    """Return a notice; the same one has the same id however often it is decided."""
    parts = "|".join((lead_id, because_of, occasion, str(step), recipient))
    return Notice(
        recipient=recipient,
        notice_id=sha256(parts.encode()).hexdigest()[:ID_DIGITS],
        occasion=occasion,
        because_of=because_of,
        created_at=now,
        send_from=max(send_from, now),
        step=step,
        checked=checked,
    )


def decided(
    notices: Mapping[str, Notice | None], before: Mapping[str, Notice]
) -> Mapping[str, Notice | None]:
    """Return notices that say, where they are new, whether the owner alone is to be told."""
    own = notices.get(Role.OWNER)
    known = before.get(Role.OWNER)
    if own is None or (known is not None and known.notice_id == own.notice_id):
        return notices
    return {**notices, Role.OWNER: replace(own, alone=notices.get(Role.TEAM) is None)}


def run_id(ladder_at: datetime) -> str:
    """Return the id of a run: when it began."""
    return f"{ladder_at:%Y%m%dT%H%M%S%fZ}"


def not_wanted(notice: Notice, lead: Lead) -> str:
    """Return why nobody needs to be told any more, "" if they do."""
    clock = lead.follow_up
    if lead.merged_into:
        return "the lead was merged into another"
    if lead.test or lead.do_not_contact:
        return "nobody is to be contacted"
    if ladder := ON_LADDER.get(notice.occasion):
        runs = clock.run_kind is ladder and clock.ladder_at is not None
        same = clock.ladder_at is not None and run_id(clock.ladder_at) == notice.because_of
        return "" if runs and same else "somebody has acted"
    handed_over = notice.occasion in ABOUT_OWNERS and _is_open(lead)
    return "" if clock.awaited or handed_over else "somebody has acted"


def _is_open(lead: Lead) -> bool:
    """Tell whether somebody has acted and must act again."""
    last = last_act(lead.acts)
    followed_up = lead.follow_up.state is FollowUpState.FOLLOWED_UP
    return followed_up and last is not None and not last.closed


def queue(before: Notice) -> Notice:
    """Note that a message is sent for a notice whose time has come."""
    return replace(before, queued=True)


def to_be_listed(before: Notice) -> Notice:
    """Note that the notice is to be told in a list, and give the claim back."""
    return replace(release(before), listed=True, queued=True)


def claim(before: Notice, claim_id: str, now: datetime) -> Notice:
    """Take the claim to send it, which nobody holds at ``now``."""
    return replace(before, claim_id=claim_id, claim_ends_at=now + CLAIM)


def release(before: Notice) -> Notice:
    """Give the claim back: nothing was sent, or what became of it is known."""
    return replace(before, claim_id="", claim_ends_at=None)


def put_off(before: Notice, until: datetime) -> Notice:
    """Have it wait for its recipient, and give the claim back; that is no failed attempt."""
    return replace(release(before), next_attempt_at=until)


def retry_delay(notice: Notice, jitter: float, asked_for: timedelta | None) -> timedelta:
    """Return 30 s, 1 min, … 1 h, half of it left to ``jitter``; longer if the channel asked."""
    own = half_jittered(exponential(FIRST_DELAY, notice.attempts, LONGEST_DELAY), jitter)
    return max(own, min(asked_for or own, LONGEST_DELAY * 6))


def gives_up(notice: Notice, now: datetime) -> bool:
    """Tell whether it is so late that telling is of no use any more."""
    return now - notice.send_from >= GIVE_UP_AFTER


def is_late(notice: Notice, now: datetime) -> bool:
    """Tell whether its recipient may have stopped work since it was to be sent (N6)."""
    return now - notice.send_from > LATE


def with_notices(
    before: Mapping[str, Notice], changed: Mapping[str, Notice | None]
) -> dict[str, Notice]:
    """Return the notices of a lead after a change; None deletes one."""
    merged = {**before, **changed}
    return {name: notice for name, notice in merged.items() if notice is not None}
