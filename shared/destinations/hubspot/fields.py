"""Which of our fields goes into which property of a contact, and how long it may be there."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from shared.destinations.http.contact import Writing, Written
from shared.destinations.http.own_fields import Value, filled
from shared.destinations.http.refused import refusals, refused_before
from shared.destinations.http.standing import standing_lines
from shared.destinations.http.texts import as_given, interest_text, mark
from shared.destinations.http.values import Fitted, fitted
from shared.destinations.hubspot.answers import Record
from shared.destinations.hubspot.settings import HubspotSettings
from shared.domain.delivery import CrmRecord
from shared.domain.identity import normalized_email
from shared.domain.lead import CONTACT_FIELDS, Contact, Interest, Lead
from shared.ports.crm import Changed

VENDOR = "HubSpot"

PROPERTIES = {
    "first_name": "firstname",
    "last_name": "lastname",
    "email": "email",
    "phone": "phone",
    "country": "country",
    "company": "company",
    "title": "jobtitle",
}
OUR_NAMES = {theirs: ours for ours, theirs in PROPERTIES.items()}

MESSAGE, OWNER, STATUS, STAGE = "message", "hubspot_owner_id", "hs_lead_status", "lifecyclestage"
FROM_SETTINGS = {OWNER, STATUS, STAGE}
"""Properties whose values an error may show."""

NAMES = {"email", "firstname", "lastname"}
UNNAMED = "Marketplace lead"
"""A contact needs one of the names, see
https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide
"""

LONGEST_TEXT = 65_536
"""Of a text property and of a note, see
https://knowledge.hubspot.com/properties/property-field-types-in-hubspot
https://developers.hubspot.com/docs/api-reference/latest/crm/activities/notes/guide
"""


def contact_values(
    contact: Contact,
    settings: HubspotSettings,
    fields: Collection[str] = CONTACT_FIELDS,
    refused: Collection[str] = (),
) -> Written:
    """Return contact fields under HubSpot's names, except those that the publisher sets.

    An e-mail is among them only if it is one.
    """
    names = {ours: name for ours, name in PROPERTIES.items() if name not in settings.own_fields}
    lengths = dict.fromkeys(PROPERTIES.values(), LONGEST_TEXT)
    valid = replace(contact, email=normalized_email(contact.email))
    writing = Writing(vendor=VENDOR, names=names, lengths=lengths, country=settings.country)
    written = writing.written(valid, fields, refused)
    doubtful = bool(contact.email) and not valid.email and "email" in fields
    told = as_given(contact, ["email"]) if doubtful else []
    return Written(written.values, written.remarks, (*written.told, *told))


def new_contact(
    lead: Lead,
    changed: Changed,
    settings: HubspotSettings,
    *,
    has_id: bool,
    refused: Collection[str],
) -> Fitted:
    """Return all properties of a new contact but those that HubSpot refuses.

    The first interest is its message, with what of the contact has no property.
    """
    first = changed.first
    contact = contact_values(lead.contact, settings, refused=refused)
    own = filled(settings.own_fields, lead, first)
    texts = {name: text_of(value) for name, value in own.values.items()}
    theirs = fitted(texts, dict.fromkeys(texts, LONGEST_TEXT))
    lines = standing_lines(changed.standing, lead, first) if first else []
    message = _message(first, (*contact.told, *lines)) if first else Fitted({}, ())
    our_id = {settings.id_property: lead.lead_id if has_id else ""}
    everything = contact.values | message.values | fixed(settings) | our_id | theirs.values
    values = {n: value for n, value in everything.items() if value and n not in refused}
    others = [name for name in refused if name in everything]
    return Fitted(
        values if NAMES & values.keys() else {**values, "lastname": UNNAMED},
        (
            *(own.remarks + theirs.remarks + contact.remarks + message.remarks),
            *refusals(VENDOR, others),
        ),
    )


def fixed(settings: HubspotSettings) -> dict[str, str]:
    """Return what is sales's own as soon as the contact is there."""
    return {OWNER: settings.owner, STATUS: settings.lead_status, STAGE: settings.lifecycle_stage}


def optional(settings: HubspotSettings) -> frozenset[str]:
    """Return the properties without which a contact is delivered all the same."""
    return frozenset({*PROPERTIES.values(), MESSAGE, *settings.own_fields} - FROM_SETTINGS)


def untold(
    contact: Contact, held: Record, record: CrmRecord, settings: HubspotSettings
) -> list[str]:
    """Return a line for each value given that a contact in HubSpot does not show.

    It is no value there, or HubSpot refuses it, or sales had the contact before us with another.
    """
    sent = contact_values(contact, settings).values
    unheld = {name for name, value in sent.items() if held.text(name) != value}
    refused = refused_before(record) & unheld
    told = contact_values(contact, settings, refused=refused).told
    keeps = bool(record.baseline.get("existed")) and settings.fill_empty_only
    kept = {OUR_NAMES[name] for name in unheld - refused - {"email"}} if keeps else set[str]()
    return [*told, *as_given(contact, kept)]


def text_of(value: Value) -> str:
    """Return a value of the publisher's as HubSpot writes it: all its values are texts."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _message(interest: Interest, told: Sequence[str]) -> Fitted:
    """Return an interest as it is told in a new contact, recognised by its last line."""
    end = f"\n{mark(interest)}"
    text = "\n".join((interest_text(interest), *told))
    cut = fitted({MESSAGE: text}, {MESSAGE: LONGEST_TEXT - len(end)})
    return Fitted({MESSAGE: cut.values[MESSAGE] + end}, cut.remarks)
