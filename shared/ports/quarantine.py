"""What is kept whole because it could not be understood or done: table ``Quarantine``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, Self

from shared.domain.envelope import Push


class QuarantineReason(StrEnum):
    """Why a body is kept in quarantine."""

    INVALID = "invalid"
    TOO_LARGE = "too_large"
    POISON = "poison"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """What is kept whole because it could not be understood or done.

    ``size`` is that of the body as it came; a longer one than can be kept is truncated.
    """

    quarantine_id: str
    received_at: datetime
    reason: QuarantineReason
    faults: Sequence[str]
    body: bytes
    content_type: str = ""
    size: int

    @classmethod
    def of_push(cls, push: Push, reason: QuarantineReason, faults: Sequence[str]) -> Self:
        """Return a push that is no lead."""
        return cls(
            quarantine_id=push.submission_id,
            received_at=push.received_at,
            reason=reason,
            faults=faults,
            body=push.body,
            content_type=push.content_type,
            size=len(push.body),
        )


class Quarantine(Protocol):
    """Table ``Quarantine``: what was no lead, and poison messages, kept whole."""

    async def keep(self, entry: Quarantined) -> None:
        """Store a body; the same id twice is one row."""
