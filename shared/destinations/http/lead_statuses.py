"""What the statuses say that Salesforce ships, which Marketo has from it where the two are in sync.

The first three are those of
https://help.salesforce.com/s/articleView?id=sales.leads_status.htm, the others those that newer
orgs have. "Open" and "New" say nothing: nobody has done anything.
"""

from collections.abc import Mapping

from shared.domain.acts import Outcome

OUTCOMES: Mapping[str, Outcome] = {
    "Working - Contacted": Outcome.IN_CONVERSATION,
    "Closed - Converted": Outcome.QUALIFIED,
    "Closed - Not Converted": Outcome.NOT_QUALIFIED,
    "Contacted": Outcome.IN_CONVERSATION,
    "Nurturing": Outcome.IN_CONVERSATION,
    "Qualified": Outcome.QUALIFIED,
    "Unqualified": Outcome.NOT_QUALIFIED,
}
