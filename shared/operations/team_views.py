"""What the commands of ``leads team`` print as JSON: stable shapes, see ``docs/operating.md``.

Fields are only ever added.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from shared.domain.absences import Absence
from shared.operations.absences import MemberStanding
from shared.operations.leavers import Given
from shared.operations.views import View


class AbsenceView(View):
    """A time during which a member gets no new leads; ``until_at`` is its end, not in it."""

    from_at: datetime
    until_at: datetime

    @classmethod
    def of(cls, absence: Absence) -> Self:
        """Return the view of an absence."""
        return cls(from_at=absence.from_at, until_at=absence.until_at)


class MemberView(View):
    """Somebody of a team; ``next`` gets the next new lead, ``left`` gets none."""

    team: str
    member: str
    weight: int
    next: bool
    left: bool
    absences: Sequence[AbsenceView]

    @classmethod
    def of(cls, one: MemberStanding) -> Self:
        """Return the view of a member in one of their teams."""
        return cls(
            team=one.team,
            member=one.member,
            weight=one.weight,
            next=one.next,
            left=one.left,
            absences=[AbsenceView.of(absence) for absence in one.absences],
        )


class GivenView(View):
    """A lead of somebody who left, and who has it now: "" where nobody is left."""

    lead_id: str
    owner: str

    @classmethod
    def of(cls, given: Given) -> Self:
        """Return the view of a lead that was given away."""
        return cls(lead_id=given.lead.lead_id, owner=given.owner)
