"""What is sent of a person, and by which of its fields a person is recognised."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from shared.destinations.http.own_fields import decided, filled
from shared.destinations.http.refused import refusals
from shared.destinations.http.standing import standing_lines
from shared.destinations.http.values import Fitted, fitted
from shared.destinations.marketo.contact import (
    FIELDS,
    STRING_CHARACTERS,
    VENDOR,
    email_of,
    written,
)
from shared.destinations.marketo.interests import with_interest, with_lines
from shared.destinations.marketo.settings import MarketoSettings
from shared.domain.lead import Interest, Lead
from shared.ports.crm import Changed

type Person = dict[str, Any]

STATUS, SOURCE = "leadStatus", "leadSource"
DO_NOT_CONTACT = {"unsubscribed": True, "doNotCall": True}


class Sent(NamedTuple):
    """What is sent of a person, and remarks on it."""

    person: Person
    remarks: tuple[str, ...]


def keys_of(settings: MarketoSettings, lead: Lead, refused: Collection[str] = ()) -> dict[str, str]:
    """Return the fields by which the person is recognised, and their values; the best is first."""
    keys = {FIELDS["email"]: email_of(lead.contact), settings.id_field: lead.lead_id}
    return {name: value for name, value in keys.items() if name and value and name not in refused}


def optional_fields(settings: MarketoSettings) -> frozenset[str]:
    """Return the fields that hold the customer's words, which are left out if Marketo refuses them.

    What it says of any other field, it says of the settings.
    """
    constant = decided(settings.own_fields)
    return frozenset({*FIELDS.values(), *settings.own_fields} - constant)


def new_person(
    settings: MarketoSettings, lead: Lead, changed: Changed, refused: Collection[str] = ()
) -> Sent:
    """Return a person with all there is; what the publisher's custom fields say wins."""
    first = changed.first
    own = filled(settings.own_fields, lead, first)
    contact = written(settings, lead.contact, refused=refused)
    mine = {n: v for n, v in own.texts.items() if n not in refused}
    texts = fitted(mine, dict.fromkeys(mine, STRING_CHARACTERS))
    left_out = refusals(VENDOR, [name for name in own.texts if name in refused])
    lines = standing_lines(changed.standing, lead, first) if first else []
    shown = _shown(settings, first, (*contact.told, *lines))
    once = {SOURCE: settings.source, STATUS: settings.status}
    person: Person = {name: value for name, value in once.items() if value}
    person |= contact.values | texts.values | own.constants | shown.values
    if settings.id_field:
        person[settings.id_field] = lead.lead_id
    if lead.do_not_contact:
        person |= DO_NOT_CONTACT
    remarks = (*own.remarks, *contact.remarks, *texts.remarks, *left_out, *shown.remarks)
    return Sent(person, remarks)


def text(person: Mapping[str, Any], field: str) -> str:
    """Return a field's value as a text, "" if there is none."""
    return str(person.get(field) or "")


def _shown(settings: MarketoSettings, first: Interest | None, told: Sequence[str]) -> Fitted:
    field = settings.interest_field
    if first is None:
        return Fitted(with_lines(field, told, ""), ())
    return with_interest(field, first, "", told)
