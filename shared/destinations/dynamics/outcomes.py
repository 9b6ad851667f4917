"""What the status of a lead says, as Dynamics 365 ships it.

https://learn.microsoft.com/dynamics365/developer/reference/entities/lead
"""

from collections.abc import Mapping

from shared.domain.acts import Outcome

OUTCOMES: Mapping[str, Outcome] = {
    "2": Outcome.IN_CONVERSATION,
    "3": Outcome.QUALIFIED,
    "4": Outcome.LOST,
    "5": Outcome.NOT_QUALIFIED,
    "6": Outcome.NOT_QUALIFIED,
    "7": Outcome.NOT_QUALIFIED,
}
"""By ``statuscode``: Contacted, Qualified, Lost, Cannot Contact, No Longer Interested, Canceled."""

BY_STATE: Mapping[object, Outcome] = {1: Outcome.QUALIFIED, 2: Outcome.NOT_QUALIFIED}
"""By ``statecode``, of a closed lead whose status reason says nothing."""
