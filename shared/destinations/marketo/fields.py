"""Which of our fields goes where, and by which a person is recognised."""

from collections.abc import Collection, Mapping
from typing import Any

from shared.destinations.http.own_fields import filled
from shared.destinations.http.values import Fitted, fitted
from shared.destinations.marketo.interests import with_interest
from shared.destinations.marketo.settings import MarketoSettings
from shared.domain.identity import normalized_email
from shared.domain.lead import Interest, Lead

type Person = dict[str, Any]
type Written = tuple[Person, tuple[str, ...]]
"""What is sent of a person, and remarks on it."""

FIELDS = {
    "first_name": "firstName",
    "last_name": "lastName",
    "email": "email",
    "phone": "phone",
    "country": "country",
    "company": "company",
    "title": "title",
}
STATUS, SOURCE = "leadStatus", "leadSource"
DO_NOT_CONTACT = {"unsubscribed": True, "doNotCall": True}

STRING_CHARACTERS = 255
"""Of a field of type String, see
https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/field-types
"""

CREATE_ONLY = "company"
"""Marketo does not support to change it through the person, see the page on leads."""


def email_of(lead: Lead) -> str:
    """Return an address in ASCII, which is all that Marketo takes, or none."""
    email = normalized_email(lead.contact.email)
    return email if email.isascii() and len(email) <= STRING_CHARACTERS else ""


def keys_of(settings: MarketoSettings, lead: Lead) -> dict[str, str]:
    """Return the fields by which the person is recognised, and their values; the best is first."""
    keys = {FIELDS["email"]: email_of(lead), settings.id_field: lead.lead_id}
    return {field: value for field, value in keys.items() if field and value}


def new_person(settings: MarketoSettings, lead: Lead, first: Interest | None) -> Written:
    """Return a person with all there is; what the publisher's own fields say wins."""
    own = filled(settings.own_fields, lead, first)
    once = {SOURCE: settings.source, STATUS: settings.status}
    ours = {n: v for n, v in once.items() if n not in settings.own_fields}
    texts = _fitted(_contact(settings, lead, FIELDS.keys()) | ours | own.texts)
    shown = interest_shown(settings, lead, first, "") if first else Fitted({}, ())
    person: Person = texts.values | own.constants | shown.values
    if settings.id_field:
        person[settings.id_field] = lead.lead_id
    if lead.do_not_contact:
        person |= DO_NOT_CONTACT
    return person, (*own.remarks, *texts.remarks, *shown.remarks)


def changes(settings: MarketoSettings, lead: Lead, names: Collection[str]) -> Written:
    """Return the contact fields as named, without those that are the publisher's own."""
    given = _contact(settings, lead, names)
    unsent = given.pop(CREATE_ONLY, "")
    texts = _fitted(given)
    remark = f"{CREATE_ONLY} not sent: Marketo takes it with a new person only"
    return dict(texts.values), (*texts.remarks, remark) if unsent else texts.remarks


def interest_shown(
    settings: MarketoSettings, lead: Lead, interest: Interest, before: str
) -> Fitted:
    """Return the field of interests with one more in it, nothing if it is there or if no field."""
    email = lead.contact.email
    refused = f"E-mail as given: {email}" if email and not email_of(lead) else ""
    return with_interest(settings.interest_field, interest, before, refused)


def text(person: Mapping[str, Any], field: str) -> str:
    """Return a field's value as a text, "" if there is none."""
    return str(person.get(field) or "")


def _contact(settings: MarketoSettings, lead: Lead, names: Collection[str]) -> dict[str, str]:
    given = lead.contact.given() | {"email": email_of(lead)}
    named = {FIELDS[name]: value for name, value in given.items() if name in names}
    return {name: value for name, value in named.items() if name not in settings.own_fields}


def _fitted(values: Mapping[str, str]) -> Fitted:
    return fitted(values, dict.fromkeys(values, STRING_CHARACTERS))
