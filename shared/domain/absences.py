"""When members are away. Pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A time during which a member gets no new leads; ``until_at`` is its end, not in it."""

    member: str
    from_at: datetime
    until_at: datetime

    def at(self, now: datetime) -> bool:
        """Tell whether the member is away then."""
        return self.from_at <= now < self.until_at
