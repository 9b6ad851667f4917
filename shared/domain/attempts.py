"""What is tried again, under a claim, until it is done or given up. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

REASON_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """How the attempts at something have gone since the last that did not fail, and who is at it.

    A claim is the right to try, until ``claim_ends_at``.
    """

    failing_since: datetime | None = None
    attempts: int = 0
    next_attempt_at: datetime | None = None
    last_error: str = ""
    claim_id: str = ""
    claim_ends_at: datetime | None = None

    def held_until(self, now: datetime) -> datetime | None:
        """Return the end of the claim that somebody holds at ``now``."""
        running = self.claim_ends_at is not None and now < self.claim_ends_at
        return self.claim_ends_at if running else None

    def last_sign(self, since: datetime) -> datetime:
        """Return the latest time at which anything was to be heard of this."""
        signs = (since, self.next_attempt_at, self.claim_ends_at)
        return max(sign for sign in signs if sign is not None)


def postpone[T: Attempts](before: T, reason: str, delay: timedelta, now: datetime) -> T:
    """Note a failed attempt and when the next one is; the claim stays as it is."""
    return replace(
        before,
        failing_since=before.failing_since or now,
        attempts=before.attempts + 1,
        next_attempt_at=now + delay,
        last_error=reason[:REASON_CHARACTERS],
    )


def exponential(first: timedelta, attempt: int, longest: timedelta) -> timedelta:
    """Return ``first`` doubled ``attempt`` times, at most ``longest``."""
    return min(first * (1 << min(attempt, 30)), longest)


def half_jittered(delay: timedelta, jitter: float) -> timedelta:
    """Return between half of the delay and all of it, so that retries do not come in step."""
    return delay / 2 + delay / 2 * jitter
