"""What ``leads sweep --json`` prints: stable names and shapes, described in ``docs/operating.md``.

Fields are only ever added.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from nurture_timer.due import Step
from nurture_timer.nurture import Due
from shared.operations.views import View
from shared.ports.index import Swept


class StepView(View):
    """What the sweep does, or would do, on one lead; nothing of all this is to be put off."""

    lead_id: str
    flagged: bool
    followed_up: bool
    requeued: bool
    parked: Sequence[str]
    next_due_at: datetime | None

    @classmethod
    def of(cls, lead_id: str, step: Step) -> Self:
        """Return the view of a step."""
        return cls(
            lead_id=lead_id,
            flagged=step.flagged,
            followed_up=step.followed_up,
            requeued=step.requeue,
            parked=step.parked,
            next_due_at=step.change.stored_lead.next_due_at,
        )


class SweepView(View):
    """A sweep: ``done``, or only looked at; ``strays`` are index rows that count for nothing.

    ``outbox`` messages were queued, or wait to be; ``failed`` leads stay due.
    """

    at: datetime
    done: bool
    leads: Sequence[StepView]
    outbox: int
    strays: int
    failed: int

    @classmethod
    def of(cls, due: Due, swept: Swept | None) -> Self:
        """Return the view of what was due, and was dealt with if it was swept."""
        return cls(
            at=due.at,
            done=swept is not None,
            leads=[StepView.of(row.lead_id, step) for row, step in due.steps.items()],
            outbox=swept.from_outbox if swept else len(due.outbox),
            strays=len(due.strays),
            failed=swept.failed if swept else due.failed,
        )
