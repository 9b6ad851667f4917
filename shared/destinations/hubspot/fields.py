"""Which of our fields goes into which property of HubSpot, and how long it may be there."""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from html import escape

from shared.destinations.http.own_fields import Value, filled
from shared.destinations.http.texts import interest_text, mark
from shared.destinations.http.values import CUT, Fitted, fitted
from shared.destinations.hubspot.settings import HubspotSettings
from shared.domain.identity import normalized_email
from shared.domain.lead import CONTACT_FIELDS, Interest, Lead
from shared.ports.crm import Reminder

PROPERTIES = {
    "first_name": "firstname",
    "last_name": "lastname",
    "email": "email",
    "phone": "phone",
    "country": "country",
    "company": "company",
    "title": "jobtitle",
}
MESSAGE, OWNER, STATUS, STAGE = "message", "hubspot_owner_id", "hs_lead_status", "lifecyclestage"
FROM_SETTINGS = {OWNER, STATUS, STAGE}
"""Properties whose values an error may show."""

NAMES = {"email", "firstname", "lastname"}
UNNAMED = "Marketplace lead"
"""A contact needs one of the names, see
https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide
"""

NOTE_BODY, TASK_BODY = "hs_note_body", "hs_task_body"
LONGEST_TEXT = 65_536
"""Of a text property and of a note, see
https://knowledge.hubspot.com/properties/property-field-types-in-hubspot
https://developers.hubspot.com/docs/api-reference/latest/crm/activities/notes/guide
"""

HALF = re.compile(rf"(&[^;]*|<[^>]*){CUT}$")
"""An entity or a tag that was cut in two."""

OUR_TASK = "[reminder "


def contact_values(lead: Lead, names: Collection[str], settings: HubspotSettings) -> Fitted:
    """Return contact fields under HubSpot's names, except those that the publisher sets.

    An e-mail is among them only if it is one.
    """
    given = lead.contact.given() | {"email": normalized_email(lead.contact.email)}
    values = {PROPERTIES[name]: value for name, value in given.items() if name in names}
    ours = {name: value for name, value in values.items() if name not in settings.fields}
    return fitted(ours, dict.fromkeys(ours, LONGEST_TEXT))


def new_contact(
    lead: Lead, interests: Sequence[Interest], settings: HubspotSettings, *, has_id: bool
) -> Fitted:
    """Return all properties of a new contact; the first interest is its message."""
    first = next(iter(interests), None)
    message = _ended(MESSAGE, _text(lead, first), f"\n{mark(first)}") if first else Fitted({}, ())
    contact = contact_values(lead, CONTACT_FIELDS, settings)
    own = filled(settings.fields, lead, first)
    texts = {name: text_of(value) for name, value in own.values.items()}
    theirs = fitted(texts, dict.fromkeys(texts, LONGEST_TEXT))
    fixed = {
        OWNER: settings.owner,
        STATUS: settings.lead_status,
        STAGE: settings.lifecycle_stage,
        settings.id_property: lead.lead_id if has_id else "",
    }
    given = {name: value for name, value in fixed.items() if value}
    values = contact.values | message.values | given | theirs.values
    return Fitted(
        values if NAMES & values.keys() else {**values, "lastname": UNNAMED},
        own.remarks + theirs.remarks + contact.remarks + message.remarks,
    )


def note_values(lead: Lead, interest: Interest) -> Fitted:
    """Return a note with an interest."""
    body = _rich(NOTE_BODY, _text(lead, interest), mark(interest))
    return Fitted(
        {"hs_timestamp": _instant(interest.submission.received_at), **body.values}, body.remarks
    )


def task_values(reminder: Reminder, owner: str) -> dict[str, str]:
    """Return a task for the contact's owner."""
    return {
        "hs_timestamp": _instant(reminder.due_at),
        "hs_task_subject": reminder.subject,
        **_rich(TASK_BODY, reminder.text, task_mark(reminder)).values,
        "hs_task_status": "NOT_STARTED",
        "hs_task_type": "TODO",
        "hs_task_priority": "HIGH",
        **({OWNER: owner} if owner else {}),
    }


def task_mark(reminder: Reminder) -> str:
    """Return what a task carries to be recognised by."""
    return f"{OUR_TASK}{reminder.reminder_id}]"


def text_of(value: Value) -> str:
    """Return a value of the publisher's as HubSpot writes it: all its values are texts."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(lead: Lead, interest: Interest) -> str:
    """Return an interest, with the e-mail that HubSpot would refuse."""
    email = lead.contact.email
    doubtful = f"\nE-mail as given: {email}" if email and not normalized_email(email) else ""
    return interest_text(interest) + doubtful


def _rich(name: str, text: str, ours: str) -> Fitted:
    """Return a text as the HTML that HubSpot shows, with our mark."""
    html = escape(text, quote=False).replace("\n", "<br>")
    return _ended(name, html, f"<br>{ours}", half=HALF)


def _ended(name: str, text: str, end: str, half: re.Pattern[str] | None = None) -> Fitted:
    """Return a text that ends with what must not be cut; ``half`` is not left before it."""
    cut = fitted({name: text}, {name: LONGEST_TEXT - len(end)})
    whole = half.sub(CUT, cut.values[name]) if half else cut.values[name]
    return Fitted({name: whole + end}, cut.remarks)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
