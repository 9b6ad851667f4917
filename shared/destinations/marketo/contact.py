"""What a person is given of a contact, and what is told in words with the interests instead.

A name that is too long is cut; an address, a number or a country is left out, since a part of it is
another one. So is what Marketo does not accept.
"""

from collections.abc import Collection
from dataclasses import dataclass

from shared.destinations.http.countries import country_for
from shared.destinations.http.texts import LABELS
from shared.destinations.http.values import fitted
from shared.destinations.marketo.settings import MarketoSettings
from shared.domain.identity import normalized_email
from shared.domain.lead import CONTACT_FIELDS, Contact

COMPANY = "company"
"""Marketo does not support to change it through the person, see the page on leads."""

FIELDS = {
    "first_name": "firstName",
    "last_name": "lastName",
    "email": "email",
    "phone": "phone",
    "country": "country",
    "company": COMPANY,
    "title": "title",
}
OURS = {theirs: ours for ours, theirs in FIELDS.items()}

WHOLE = {"email", "phone", "country"}

STRING_CHARACTERS = 255
"""Of a field of type String, see
https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/field-types
"""

NOT_ACCEPTED = "not accepted by Marketo"
TOO_LONG = f"longer than {STRING_CHARACTERS} characters"


@dataclass(frozen=True, slots=True)
class Written:
    """Values by Marketo's names; a remark and a line of words for each that is not as given."""

    values: dict[str, str]
    remarks: tuple[str, ...]
    told: tuple[str, ...]


def email_of(contact: Contact) -> str:
    """Return an address in ASCII, which is all that Marketo takes, or none."""
    email = normalized_email(contact.email)
    return email if email.isascii() and len(email) <= STRING_CHARACTERS else ""


def by_marketos_name(contact: Contact) -> dict[str, str]:
    """Return the fields that are given."""
    return {FIELDS[name]: value for name, value in contact.given().items()}


def unsent(name: str, why: str) -> str:
    """Return the remark on a field that is not sent."""
    return f"{name} left out: {why}"


def as_given(name: str, why: str, value: str) -> str:
    """Return the line that tells a value which is not in its field."""
    return f"{LABELS[OURS[name]]} as given, {why}: {value}"


def written(
    settings: MarketoSettings,
    contact: Contact,
    names: Collection[str] = CONTACT_FIELDS,
    refused: Collection[str] = (),
) -> Written:
    """Return the fields of these names that the publisher does not fill.

    ``refused`` are names of Marketo's; these fields are left out.
    """
    ours = {FIELDS[name] for name in names} - settings.own_fields.keys()
    given = {n: value for n, value in by_marketos_name(contact).items() if n in ours}
    wanted = {name: _wanted(settings, contact, name, value) for name, value in given.items()}
    left_out = {name: why for name in given if (why := _unfit(name, wanted[name], refused))}
    sent = {name: value for name, value in wanted.items() if name not in left_out}
    fit = fitted(sent, dict.fromkeys(sent, STRING_CHARACTERS))
    cut = dict.fromkeys((name for name in sent if fit.values[name] != sent[name]), TOO_LONG)
    return Written(
        fit.values,
        (*fit.remarks, *(unsent(name, why) for name, why in left_out.items())),
        tuple(as_given(name, why, given[name]) for name, why in {**cut, **left_out}.items()),
    )


def _wanted(settings: MarketoSettings, contact: Contact, name: str, given: str) -> str:
    if name == FIELDS["email"]:
        return email_of(contact)
    return country_for(settings.country, given) if name == FIELDS["country"] else given


def _unfit(name: str, wanted: str, refused: Collection[str]) -> str:
    """Return why a value is left out, "" if it is not."""
    if name in refused or (name == FIELDS["email"] and not wanted):
        return NOT_ACCEPTED
    if not wanted:
        return "not a country that we know"
    too_long = name in WHOLE and len(wanted.encode("utf-16-le")) // 2 > STRING_CHARACTERS
    return TOO_LONG if too_long else ""
