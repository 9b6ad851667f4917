"""What is kept whole because it could not be understood or done: table ``Quarantine``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, Self

from shared.domain.envelope import Push


class QuarantineReason(StrEnum):
    """Why a body is kept in quarantine."""

    INVALID = "invalid"
    TOO_LARGE = "too_large"
    POISON = "poison"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """What is kept whole because it could not be understood or done.

    ``size`` is that of the body as it came; a longer one than can be kept is truncated. ``newer``
    are the fields of its message that only a newer version of the app knows.
    """

    quarantine_id: str
    received_at: datetime
    reason: QuarantineReason
    faults: Sequence[str]
    body: bytes
    content_type: str = ""
    size: int
    newer: Mapping[str, Any] = field(default_factory=dict)

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
            newer=push.newer,
        )


class Quarantine(Protocol):
    """Table ``Quarantine``: what was no lead, and poison messages, kept whole."""

    async def keep(self, entry: Quarantined) -> None:
        """Store a body; the same id twice is one row."""
