"""What the tests of Marketo share: leads, deliveries and a look at the one person there is."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from local.fakes.marketo import MarketoServer
from local.fakes.server import SeenRecord
from shared.destinations.marketo.adapter import MarketoCrm
from shared.domain.delivery import CrmRecord
from shared.domain.lead import Contact, Interest, Lead
from shared.ports.crm import Changed, FollowUpQuestion, Upserted
from tests.examples import CONTACT, LEAD_ID, interest, lead
from tests.fakes import Clock

WITHOUT_EMAIL = replace(CONTACT, email="")
HOUR = timedelta(hours=1)


class CrmFor(Protocol):
    """Builds adapters, some with settings other than those that fit; "" takes one away."""

    def __call__(self, clock: Clock | None = None, **given: str) -> MarketoCrm: ...


def a_lead(
    contact: Contact = CONTACT,
    *,
    asked: bool = True,
    suppressed: bool = False,
    lead_id: str = LEAD_ID,
) -> Lead:
    """Return a lead that may be contacted, unless told otherwise."""
    return replace(lead(lead_id), contact=contact, asked_for_contact=asked, suppressed=suppressed)


async def upsert(
    crm: MarketoCrm,
    given: Lead | None = None,
    *interests: Interest,
    record: CrmRecord | None = None,
    fields: set[str] | None = None,
    uncertain: bool = False,
) -> Upserted:
    """Upsert a lead with an interest if it is new, and with all fields, unless told otherwise."""
    given = given or a_lead()
    names = frozenset(given.contact.given() if fields is None else fields)
    new = interests or (() if record else (interest(1),))
    changed = Changed(record=record, fields=names, interests=new)
    return await crm.upsert(given, changed, uncertain=uncertain)


async def deliver(
    crm: MarketoCrm,
    given: Lead | None = None,
    *interests: Interest,
    record: CrmRecord | None = None,
    fields: set[str] | None = None,
    uncertain: bool = False,
) -> CrmRecord:
    """Upsert a lead; return its record."""
    upserted = await upsert(
        crm, given, *interests, record=record, fields=fields, uncertain=uncertain
    )
    return upserted.record


def only(server: MarketoServer) -> SeenRecord:
    [record] = server.records()
    return record


def question(record: CrmRecord, since: datetime, lead_id: str = LEAD_ID) -> FollowUpQuestion:
    return FollowUpQuestion(lead_id=lead_id, record=record, since=since)


def found(record: CrmRecord) -> dict[str, object]:
    """Return an answer in which a person is found."""
    return {"success": True, "result": [{"id": int(record.id), "leadStatus": "New"}]}
