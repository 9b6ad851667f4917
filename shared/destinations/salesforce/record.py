"""What we remember of a lead in Salesforce, with the delivery."""

from collections.abc import Collection, Mapping

from shared.destinations.http.owners import remembered_owner
from shared.destinations.http.refused import REFUSED, remembered
from shared.destinations.salesforce.fields import TOLD_NOT_TO_CONTACT, told_flags
from shared.destinations.salesforce.follow_up import STATUS, STATUS_CHANGED_AT
from shared.destinations.salesforce.settings import SalesforceSettings
from shared.domain.delivery import OWNER, CrmRecord
from shared.domain.lead import Lead

BASELINE_KEYS = frozenset({STATUS, STATUS_CHANGED_AT, TOLD_NOT_TO_CONTACT, REFUSED, OWNER})


def crm_record(
    settings: SalesforceSettings,
    record_id: str,
    lead: Lead,
    status: Mapping[str, str],
    refused: Collection[str],
    owner: str,
) -> CrmRecord:
    """Return where the lead is and what it showed."""
    url = f"{settings.url.rstrip('/')}/{record_id}"
    told = {**told_flags(lead), **remembered(refused), **remembered_owner(owner)}
    baseline = {**status, **told}
    return CrmRecord(id=record_id, url=url, baseline=baseline)
