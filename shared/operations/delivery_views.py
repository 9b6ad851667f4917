"""What ``leads release`` and ``leads deliver`` print as JSON, see ``docs/operating.md``.

Fields are only ever added.
"""

from collections.abc import Sequence
from typing import Self

from shared.operations.back_fill import BackFill
from shared.operations.views import View


class QueuedView(View):
    """Leads whose delivery was queued again."""

    lead_ids: Sequence[str]


class BackFillView(View):
    """What a destination lacks, and which leads were queued for it."""

    destination: str
    lacking: int
    there: int
    under_way: int
    parked: int
    elsewhere: int
    tests: int
    queued: Sequence[str]

    @classmethod
    def of(cls, found: BackFill, queued: Sequence[str]) -> Self:
        """Return the view of what was found, and what was done about it."""
        return cls(
            destination=found.destination,
            lacking=len(found.lacking),
            there=found.there,
            under_way=found.under_way,
            parked=found.parked,
            elsewhere=found.elsewhere,
            tests=len(found.tests),
            queued=queued,
        )
