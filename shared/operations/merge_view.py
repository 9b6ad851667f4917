"""What ``leads merge`` prints as JSON: a stable shape, described in ``docs/operating.md``.

Fields are only ever added.
"""

from collections.abc import Sequence
from typing import Self

from shared.domain.retired import InUse
from shared.operations.lead_views import DestinationView, by_name
from shared.operations.merging import Merge
from shared.operations.views import View


class MergeView(View):
    """What a merge comes to, or came to: ``done`` says whether the lead is part of the other now.

    ``submissions`` and ``follow_ups`` are those that the other one lacked; ``records`` stay.
    """

    lead_id: str
    into_id: str
    done: bool
    submissions: int
    follow_ups: int
    owner: str
    records: Sequence[DestinationView]

    @classmethod
    def of(cls, merge: Merge, in_use: InUse) -> Self:
        """Return the view of a merge that was looked at, or carried out."""
        lead, into = merge.lead.lead, merge.into.lead
        return cls(
            lead_id=lead.lead_id,
            into_id=into.lead_id,
            done=bool(lead.merged_into),
            submissions=len(merge.recorded),
            follow_ups=len(merge.acts),
            owner=into.owner or lead.owner,
            records=[
                DestinationView.of(delivery, lead.version, in_use)
                for delivery in by_name(merge.lead)
                if delivery.record is not None
            ],
        )
