"""Faults to put into the app, by what it is given: the exploration must find each of them."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.lead import Interest, Lead
from shared.domain.whole import ToldInterest
from shared.ports.crm import Changed, Crm, Upserted
from shared.ports.leads import LeadChange, LeadStore, StoredLead
from tests.fakes import Clock
from tests.model.asking import AskedCrm


@dataclass(frozen=True, slots=True)
class ClaimsUnseen:
    """A store that does not tell of claims."""

    leads: LeadStore

    async def read(self, lead_id: str) -> StoredLead | None:
        stored = await self.leads.read(lead_id)
        if stored is None:
            return None
        free = {
            name: replace(d, claim_id="", claim_ends_at=None)
            for name, d in stored.deliveries.items()
        }
        unclaimed = {
            name: replace(n, claim_id="", claim_ends_at=None) for name, n in stored.notices.items()
        }
        return replace(stored, deliveries=free, notices=unclaimed)

    async def interests(self, lead_id: str, *, after_version: int) -> Sequence[Interest]:
        return await self.leads.interests(lead_id, after_version=after_version)

    async def act_ids(self, lead_id: str) -> Collection[str]:
        return await self.leads.act_ids(lead_id)

    async def interest_rows(self, lead_id: str, *, most: int) -> Sequence[ToldInterest]:
        return await self.leads.interest_rows(lead_id, most=most)

    async def commit(self, change: LeadChange) -> StoredLead:
        return await self.leads.commit(change)


class NeverUncertain(AskedCrm):
    """A CRM that creates without looking, even after an earlier request without an answer."""

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        return await super().upsert(lead, changed, uncertain=False)


def never_uncertain(crm: Crm) -> Crm:
    assert isinstance(crm, AskedCrm)
    return NeverUncertain(crm.mail)


def standing_still(clock: Clock) -> Callable[[], datetime]:
    """Return a clock by which no claim of one's own runs out."""
    started_at = clock()
    return lambda: started_at
