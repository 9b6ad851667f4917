"""What the lead status of a contact says, as HubSpot ships it.

https://knowledge.hubspot.com/properties/hubspots-default-contact-properties
"""

from collections.abc import Mapping

from shared.domain.acts import Outcome

OUTCOMES: Mapping[str, Outcome] = {
    "ATTEMPTED_TO_CONTACT": Outcome.NO_ANSWER,
    "CONNECTED": Outcome.IN_CONVERSATION,
    "IN_PROGRESS": Outcome.IN_CONVERSATION,
    "OPEN_DEAL": Outcome.QUALIFIED,
    "UNQUALIFIED": Outcome.NOT_QUALIFIED,
}
"""By the option's internal name. Bad timing says nothing: the lead stays open."""
