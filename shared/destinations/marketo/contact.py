"""What a person is given of a contact."""

from collections.abc import Collection
from dataclasses import replace

from shared.destinations.http.contact import Writing, Written
from shared.destinations.marketo.settings import MarketoSettings
from shared.domain.identity import normalized_email
from shared.domain.lead import CONTACT_FIELDS, Contact

VENDOR = "Marketo"

EMAIL, COMPANY = "email", "company"
"""Marketo does not support to change it through the person, see the page on leads."""

FIELDS = {
    "first_name": "firstName",
    "last_name": "lastName",
    "email": EMAIL,
    "phone": "phone",
    "country": "country",
    "company": COMPANY,
    "title": "title",
}
LABELS = {
    "first name": ("firstName",),
    "last name": ("lastName",),
    "email address": (EMAIL,),
    "phone number": ("phone",),
    "company name": (COMPANY,),
    "job title": ("title",),
}
"""What Marketo calls fields where people see them, in lower case, see
https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/assets/list-of-standard-fields
"""
OURS = {theirs: ours for ours, theirs in FIELDS.items()}

STRING_CHARACTERS = 255
"""Of a field of type String, see
https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/field-types
"""


def email_of(contact: Contact) -> str:
    """Return an address in ASCII, which is all that Marketo takes, or none.

    Nor is a quoted one taken, such as ``"a,b"@example.com``: a question is about several values,
    with commas between them, so it would be about somebody else.
    """
    email = normalized_email(contact.email)
    fits = email.isascii() and len(email) <= STRING_CHARACTERS
    return email if fits and not {'"', ","}.intersection(email) else ""


def written(
    settings: MarketoSettings,
    contact: Contact,
    names: Collection[str] = CONTACT_FIELDS,
    refused: Collection[str] = (),
) -> Written:
    """Return the fields of these names that the publisher does not fill.

    ``refused`` are names of Marketo's; these fields are left out.
    """
    writing = Writing(
        vendor=VENDOR,
        names={
            ours: theirs for ours, theirs in FIELDS.items() if theirs not in settings.own_fields
        },
        lengths=dict.fromkeys(FIELDS.values(), STRING_CHARACTERS),
        country=settings.country,
    )
    email = email_of(contact)
    if not email:
        return writing.written(contact, names, {*refused, FIELDS["email"]})
    return writing.written(replace(contact, email=email), names, refused)
