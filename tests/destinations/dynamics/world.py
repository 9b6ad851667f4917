"""What a customer, a delivery and a look at the fake Dataverse are, in the tests of the adapter."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from local.fakes.dynamics import DynamicsServer
from local.fakes.faults import Reply
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.destinations.dynamics.fields import key
from shared.domain.delivery import CrmRecord
from shared.domain.lead import CONTACT_FIELDS, Interest, Lead
from shared.ports.crm import Changed, FollowUpQuestion, FollowUpSeen, Reminder, Upserted
from tests.examples import CONTACT, LEAD_ID, interest, lead
from tests.fakes import START

ALL = frozenset(CONTACT_FIELDS)
HOUR = timedelta(hours=1)
REMINDER = Reminder(
    reminder_id="reminder-1", subject="Overdue: Zoë", text="Nobody called.", due_at=START
)


LEAD = key("lead", LEAD_ID)
ABOUT_LEAD = f"/api/data/v9.2/leads({LEAD})"
WRITE, LOOK = f"PATCH {ABOUT_LEAD}", f"GET {ABOUT_LEAD}"
"""Calls by method and path, about the lead of the customer."""


def about_note(submission_id: str) -> str:
    """Return the call that makes a note."""
    return f"PATCH /api/data/v9.2/annotations({key('note', submission_id)})"


def says(body: object, status: int = 400) -> Reply:
    """Return an answer in JSON."""
    return Reply(status=status, body=json.dumps(body).encode())


def fault(code: str, message: str) -> dict[str, object]:
    """Return an error of Dataverse's."""
    return {"error": {"code": code, "message": message}}


def too_long(column: str) -> dict[str, object]:
    """Return how Dataverse says that a value is too long."""
    where = f"the '{column}' attribute of the 'lead' entity"
    said = f"The length of {where} exceeded the maximum allowed length of '20'."
    return fault("0x80044331", f"A validation error occurred.  {said}")


class CrmFor(Protocol):
    """Builds adapters, some with settings other than those that fit."""

    def __call__(self, **given: str) -> DynamicsCrm: ...


def customer(**contact: str) -> Lead:
    return replace(lead(), suppressed=False, contact=replace(CONTACT, **contact))


def given(number: int = 1, description: str = "", **contact: str) -> Interest:
    """Return an interest that came with a contact of its own."""
    came = interest(number, description=description)
    return replace(came, submission=replace(came.submission, contact=replace(CONTACT, **contact)))


def new(*interests: Interest) -> Changed:
    return Changed(record=None, fields=ALL, interests=interests or (interest(),))


def later(record: CrmRecord, *fields: str, interests: Sequence[Interest] = ()) -> Changed:
    return Changed(record=record, fields=frozenset(fields), interests=interests)


async def delivered(crm: DynamicsCrm, given: Lead | None = None) -> CrmRecord:
    return (await crm.upsert(given or customer(), new(), uncertain=False)).record


async def delivered_whole(crm: DynamicsCrm, given: Lead, changed: Changed) -> Upserted:
    """Deliver with notes, as the caller does."""
    upserted = await crm.upsert(given, changed, uncertain=False)
    for one in changed.interests:
        if one.submission.submission_id not in upserted.holds:
            await crm.note(given, upserted.record, one)
    return upserted


def row(server: DynamicsServer) -> dict[str, Any]:
    (only,) = server.tables["leads"].values()
    return only


async def seen(crm: DynamicsCrm, record: CrmRecord, since: datetime = START) -> FollowUpSeen | None:
    """Return the newest act that is seen, by itself."""
    found = await all_seen(crm, record, since)
    return FollowUpSeen(at=found.at, by=found.by) if found and found.acts else None


async def all_seen(
    crm: DynamicsCrm, record: CrmRecord, since: datetime = START
) -> FollowUpSeen | None:
    question = FollowUpQuestion(lead_id=LEAD_ID, record=record, since=since)
    return (await crm.follow_ups([question])).get(LEAD_ID)
