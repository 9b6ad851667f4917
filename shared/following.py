"""Follow a lead to the one that it has become part of (rule A6)."""

from typing import NamedTuple

from shared.ports.leads import LeadStore, StoredLead


class Followed(NamedTuple):
    """Where a customer's things are by now; ``stored`` is None if that lead is gone."""

    lead_id: str
    stored: StoredLead | None


async def followed(leads: LeadStore, stored: StoredLead) -> Followed:
    """Return the lead that one has become part of, itself for nearly all: then nothing is read."""
    seen = {stored.lead.lead_id}
    current = stored
    while (into := current.lead.merged_into) and into not in seen:
        found = await leads.read(into)
        if found is None:
            return Followed(into, None)
        seen.add(into)
        current = found
    return Followed(current.lead.lead_id, current)
