"""What we remember of a lead in Salesforce, with the delivery."""

from collections.abc import Collection, Mapping

from shared.destinations.salesforce.fields import told_flags
from shared.destinations.salesforce.settings import SalesforceSettings
from shared.domain.delivery import CrmRecord
from shared.domain.lead import Lead

REFUSED = "refused"
"""In the baseline: the names of fields whose newest value Salesforce does not accept."""


def crm_record(
    settings: SalesforceSettings,
    record_id: str,
    lead: Lead,
    status: Mapping[str, str],
    refused: Collection[str],
) -> CrmRecord:
    """Return where the lead is and what it showed."""
    names = {REFUSED: ",".join(sorted(refused))} if refused else {}
    url = f"{settings.url.rstrip('/')}/{record_id}"
    return CrmRecord(id=record_id, url=url, baseline={**status, **told_flags(lead), **names})


def refused_fields(record: CrmRecord | None) -> frozenset[str]:
    """Return the fields whose newest value the lead does not have."""
    given = record.baseline.get(REFUSED, "") if record else ""
    return frozenset(given.split(",")) - {""}
