"""What is attached to a contact: an interest as a note, a reminder as a task of its owner.

Nothing recognises a note or a task. Ours end with an id, and before writing one we look for it
among those of the contact, not by search, whose index lags behind. Two requests in the same moment
would still write two; claims keep them apart.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from html import escape

from shared.destinations.http.texts import interest_text, mark
from shared.destinations.http.values import CUT, Fitted, fitted
from shared.destinations.hubspot.api import TEXTS_AT_ONCE, HubspotApi
from shared.destinations.hubspot.fields import LONGEST_TEXT, OWNER
from shared.destinations.hubspot.follow_up import OUR_TASK
from shared.destinations.hubspot.kinds import NOTE, TASK, Kind
from shared.domain.lead import Interest
from shared.ports.crm import Reminder

HALF = re.compile(rf"(&[^;]*|<[^>]*){CUT}$")
"""An entity or a tag that was cut in two."""


def note_values(interest: Interest, told: Sequence[str]) -> Fitted:
    """Return a note with an interest, and what of the contact the record does not show."""
    text = "\n".join((interest_text(interest), *told))
    body = _rich(NOTE, text, mark(interest))
    at = _instant(interest.submission.received_at)
    return Fitted({"hs_timestamp": at, **body.values}, body.remarks)


def task_values(reminder: Reminder, owner: str) -> dict[str, str]:
    """Return a task for the contact's owner."""
    return {
        "hs_timestamp": _instant(reminder.due_at),
        "hs_task_subject": reminder.subject,
        **_rich(TASK, reminder.text, task_mark(reminder)).values,
        "hs_task_status": "NOT_STARTED",
        "hs_task_type": "TODO",
        "hs_task_priority": "HIGH",
        **({OWNER: owner} if owner else {}),
    }


def task_mark(reminder: Reminder) -> str:
    """Return what a task carries to be recognised by."""
    return f"{OUR_TASK}{reminder.reminder_id}]"


async def attached_once(
    api: HubspotApi,
    kind: Kind,
    contact_id: str,
    values: Mapping[str, str],
    ours: str,
    hidden: Collection[str],
) -> str:
    """Attach something new to a contact, or return the id of what has our mark already."""
    attached = await api.attached(kind, [contact_id])
    ids = attached.get(contact_id, [])
    for record in await api.records(kind.path, ids, [kind.body], TEXTS_AT_ONCE):
        if ours in record.text(kind.body):
            return record.id
    return await api.attach(kind, contact_id, values, hidden)


def _rich(kind: Kind, text: str, ours: str) -> Fitted:
    """Return a text as the HTML that HubSpot shows, with our mark, which must not be cut."""
    html, end = escape(text, quote=False).replace("\n", "<br>"), f"<br>{ours}"
    cut = fitted({kind.body: html}, {kind.body: LONGEST_TEXT - len(end)})
    whole = HALF.sub(CUT, cut.values.get(kind.body, ""))
    return Fitted({kind.body: whole + end}, cut.remarks)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
