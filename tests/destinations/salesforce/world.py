"""What the tests of Salesforce share: leads to deliver, and questions to ask."""

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from local.fakes.faults import Reply
from local.fakes.salesforce import SalesforceServer
from local.fakes.server import SeenRecord
from shared.destinations.salesforce.adapter import SalesforceCrm
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmError
from shared.domain.lead import Contact, Interest, Lead
from shared.ports.crm import Changed, FollowUpQuestion, Reminder, Upserted
from tests.examples import CONTACT, LEAD_ID, interest, lead
from tests.fakes import START

REMINDER = Reminder(
    reminder_id="overdue-1", subject="Zoë waits", text="since yesterday 🙂", due_at=START
)
CREATE, UPDATE, NOTE = (
    f"{call} /services/data/v68.0/sobjects/{what}"
    for call, what in (("POST", "Lead"), ("PATCH", "Lead/00Q000000000001AAA"), ("POST", "Task"))
)
"""Calls by method and path; the first lead in an org has this id."""
NEW_PHONE = replace(CONTACT, phone="+49 30 654321")


class CrmFor(Protocol):
    """Builds adapters, some with settings other than those that fit."""

    def __call__(self, **given: str) -> SalesforceCrm: ...


def a_lead(contact: Contact = CONTACT, lead_id: str = LEAD_ID) -> Lead:
    """Return a lead that may be contacted."""
    return replace(lead(lead_id), contact=contact, suppressed=False)


async def upsert(
    crm: SalesforceCrm,
    given: Lead | None = None,
    *interests: Interest,
    record: CrmRecord | None = None,
    fields: Collection[str] | None = None,
    uncertain: bool = False,
) -> Upserted:
    """Deliver a lead; without ``fields``, all that are given are new."""
    given = given or a_lead()
    names = frozenset(given.contact.given() if fields is None else fields)
    changed = Changed(record=record, fields=names, interests=interests or [interest(1)])
    return await crm.upsert(given, changed, uncertain=uncertain)


async def deliver(
    crm: SalesforceCrm,
    given: Lead | None = None,
    *interests: Interest,
    record: CrmRecord | None = None,
    fields: Collection[str] | None = None,
    uncertain: bool = False,
) -> CrmRecord:
    """Deliver a lead and return its record."""
    upserted = await upsert(
        crm, given, *interests, record=record, fields=fields, uncertain=uncertain
    )
    return upserted.record


async def refusal(crm: SalesforceCrm, given: Lead | None = None) -> CrmError:
    """Return what a lead is refused with."""
    with pytest.raises(CrmError) as told:
        await deliver(crm, given)
    return told.value


def says(body: object, status: int = 400) -> Reply:
    """Return an answer in JSON."""
    return Reply(status=status, body=json.dumps(body).encode())


def error(code: str, message: str = "no", *fields: str) -> dict[str, object]:
    """Return an error of Salesforce's."""
    return {"errorCode": code, "message": message, "fields": list(fields)}


def only(server: SalesforceServer) -> SeenRecord:
    """Return the one record there is."""
    [record] = server.records()
    return record


def question(
    record: CrmRecord, *, minutes_ago: float = 1, lead_id: str = LEAD_ID
) -> FollowUpQuestion:
    """Ask what sales did on a record since some minutes ago."""
    since = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    return FollowUpQuestion(lead_id=lead_id, record=record, since=since)
