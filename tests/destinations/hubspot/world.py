"""The destination HubSpot against a fake account on a socket."""

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from shared.destinations.hubspot.adapter import HubspotCrm
from shared.domain.delivery import CrmRecord
from shared.domain.follow_up import FollowUp
from shared.domain.lead import CONTACT_FIELDS, Interest, Lead
from shared.ports.crm import Changed, FollowUpQuestion, Reminder, Upserted
from tests.examples import CONTACT, LEAD_ID, interest, lead
from tests.fakes import START

CONTACTS = "/crm/objects/2026-09/contacts"
CREATE = f"POST {CONTACTS}"
BY_EMAIL = f"GET {CONTACTS}/{CONTACT.email}"
NOTES = "/crm/objects/2026-09/notes"
TASKS = "/crm/objects/2026-09/tasks"
BATCH = f"POST {CONTACTS}/batch/read"
ALL = frozenset(CONTACT_FIELDS)
FIRST = interest(1, description="Hello")
SECOND = interest(2, description="“Zwei” <b>&amp; 🙂\n\tthird line")

WANTED = replace(lead(), suppressed=False, follow_up=FollowUp())
UNWANTED = replace(WANTED, asked_for_contact=False)
MOVED = replace(WANTED, contact=replace(CONTACT, title="CTO"))
MISTYPED = replace(WANTED, contact=replace(CONTACT, email="joe@contoso.con"))
NO_EMAIL = replace(WANTED, contact=replace(CONTACT, email=""))
REMINDER = Reminder(
    reminder_id="r-1", subject="Overdue: Zoë", text="Call <now>\nplease", due_at=START
)


class CrmFor(Protocol):
    def __call__(self, *, now: datetime = START, **given: str) -> HubspotCrm:
        """Build the adapter with some settings other than those that fit."""


def changed(
    *interests: Interest, record: CrmRecord | None = None, fields: frozenset[str] = ALL
) -> Changed:
    return Changed(record=record, fields=fields, interests=interests)


async def deliver(
    crm: HubspotCrm,
    new: Lead = WANTED,
    *interests: Interest,
    record: CrmRecord | None = None,
    uncertain: bool = False,
    fields: frozenset[str] = ALL,
) -> CrmRecord:
    """Do what a delivery does, and return the record."""
    done = await delivered(crm, new, *interests, record=record, uncertain=uncertain, fields=fields)
    return done.record


async def delivered(
    crm: HubspotCrm,
    new: Lead = WANTED,
    *interests: Interest,
    record: CrmRecord | None = None,
    uncertain: bool = False,
    fields: frozenset[str] = ALL,
) -> Upserted:
    """Do what a delivery does: the upsert, and a note for each interest that was not written."""
    given = interests or (FIRST,)
    what = changed(*given, record=record, fields=fields)
    done = await crm.upsert(new, what, uncertain=uncertain)
    for one in given:
        if one.submission.submission_id not in done.holds:
            await crm.note(new, done.record, one)
    return done


def update_of(record: CrmRecord) -> str:
    """Return the call that changes a contact."""
    return f"PATCH {CONTACTS}/{record.id}"


def question(
    record: CrmRecord, since: datetime = START, lead_id: str = LEAD_ID
) -> FollowUpQuestion:
    return FollowUpQuestion(lead_id=lead_id, record=record, since=since)
