"""Troubles: what keeps the relay from doing its work, and when people are told. Pure.

A trouble is told when it is met, and at most once in 24 hours; that it is over, once nobody has met
it for an hour, and at most once in 24 hours too. So however it comes and goes, it takes two
messages a day at most.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from shared.domain.errors import (
    CrmCredentialsError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmSettingsError,
    SettingsError,
)

ONCE_IN = timedelta(hours=24)
OVER_AFTER = timedelta(hours=1)
UNREACHABLE_AFTER = timedelta(hours=1)

CLAIM = timedelta(minutes=15)
"""How long nobody else tells the same; after a failed attempt, until the next one."""

ID_DIGITS = 32


class TroubleKind(StrEnum):
    """What a trouble is."""

    PARKED = "parked"
    QUARANTINE = "quarantine"
    SILENCE = "silence"
    CHANNEL = "channel"
    RULES = "rules"
    CREDENTIALS = "credentials"
    SETTINGS = "settings"
    UNREACHABLE = "unreachable"
    FAULT = "fault"


OF_DESTINATION = frozenset(
    {
        TroubleKind.PARKED,
        TroubleKind.CREDENTIALS,
        TroubleKind.SETTINGS,
        TroubleKind.UNREACHABLE,
    }
)


class Cause(StrEnum):
    """What is at fault where a destination gives trouble; "" where an older version met it."""

    UNKNOWN = ""
    CREDENTIALS = "credentials"
    SETTINGS = "settings"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldTrouble:
    """What people know of a trouble.

    ``since`` is when it was first met, ``seen_at`` when last. ``told_at`` and ``over_at`` are when
    the last message about it was sent, and the last one that it is over. ``etag`` is "" before it
    is stored.
    """

    kind: TroubleKind
    subject: str
    since: datetime
    seen_at: datetime
    told_at: datetime | None = None
    over_at: datetime | None = None
    claim_id: str = ""
    claim_ends_at: datetime | None = None
    etag: str = field(default="", compare=False)

    def is_held(self, now: datetime) -> bool:
        """Tell whether somebody is telling it, or has failed to not long ago."""
        return self.claim_ends_at is not None and now < self.claim_ends_at

    @property
    def is_known(self) -> bool:
        """Tell whether people were told of it, and not that it is over."""
        return self.told_at is not None and (self.over_at is None or self.over_at < self.told_at)

    def message_id(self, *, over: bool) -> str:
        """Return the id of the next message: the same however often it is sent."""
        before = self.over_at if over else self.told_at
        parts = (self.kind, self.subject, str(over), self.since.isoformat(), str(before))
        return sha256("|".join(parts).encode()).hexdigest()[:ID_DIGITS]


def cause_of(error: Exception) -> Cause:
    """Return what is at fault if a destination answers so."""
    match error:
        case CrmCredentialsError():
            return Cause.CREDENTIALS
        case CrmSettingsError() | SettingsError() | CrmRejectedError():
            return Cause.SETTINGS
        case CrmOutcomeUnknownError(trouble=True):
            return Cause.SETTINGS
        case _:
            return Cause.UNREACHABLE


def meet(before: ToldTrouble, now: datetime) -> ToldTrouble:
    """Note that the trouble is there; one that was over begins again."""
    begins = before.over_at is not None and not before.is_known and before.over_at > before.seen_at
    return replace(before, since=now if begins else before.since, seen_at=now)


def to_tell(trouble: ToldTrouble, now: datetime) -> bool:
    """Tell whether people are to hear of a trouble that is there."""
    short = trouble.kind is TroubleKind.UNREACHABLE and now - trouble.since < UNREACHABLE_AFTER
    return not short and _may(trouble.told_at, now)


def to_end(trouble: ToldTrouble, now: datetime) -> bool:
    """Tell whether people are to hear that a trouble, which is not there, is over."""
    return trouble.is_known and _is_gone(trouble, now) and _may(trouble.over_at, now)


def to_forget(trouble: ToldTrouble, now: datetime) -> bool:
    """Tell whether nothing about a trouble, which is not there, counts any more."""
    if trouble.told_at is None:
        return True
    silent = not trouble.is_known and _is_gone(trouble, now)
    return silent and _may(trouble.told_at, now) and _may(trouble.over_at, now)


def claimed(before: ToldTrouble, claim_id: str, now: datetime) -> ToldTrouble:
    """Take the claim to tell it."""
    return replace(before, claim_id=claim_id, claim_ends_at=now + CLAIM)


def told(before: ToldTrouble, now: datetime, *, over: bool) -> ToldTrouble:
    """Note that people were told, and give the claim back."""
    after = replace(before, claim_id="", claim_ends_at=None)
    return replace(after, over_at=now) if over else replace(after, told_at=now)


def _is_gone(trouble: ToldTrouble, now: datetime) -> bool:
    return now - trouble.seen_at >= OVER_AFTER


def _may(last: datetime | None, now: datetime) -> bool:
    return last is None or now - last >= ONCE_IN
