"""What is written to a ``Lead``: all there is on create, what the marketplace changed later."""

from collections.abc import Collection, Iterable, Mapping

from shared.destinations.http.own_fields import Filled, Value, decided, filled, without_refused
from shared.destinations.http.refused import refusals
from shared.destinations.http.saving import Body
from shared.destinations.http.standing import standing_lines
from shared.destinations.http.texts import as_given, interest_text, mark
from shared.destinations.http.values import Fitted, fitted
from shared.destinations.salesforce.contact import VENDOR, names_of, writing
from shared.destinations.salesforce.fields import (
    COMPANY,
    DESCRIPTION,
    LAST_NAME,
    LENGTHS,
    described,
    flags,
)
from shared.destinations.salesforce.settings import SalesforceSettings
from shared.domain.delivery import CrmRecord
from shared.domain.lead import Contact, Interest, Lead
from shared.ports.crm import Changed


def new_lead(
    settings: SalesforceSettings, lead: Lead, changed: Changed, refused: Collection[str]
) -> Body:
    """Return a new lead without the fields that Salesforce refused; those are described."""
    first = changed.first
    own = _own_fields(settings, lead, first, refused)
    contact = writing(settings).written(lead.contact, refused=refused)
    texts = fitted(own.texts, LENGTHS)
    told = [*contact.told, *_told_by_publisher(settings, lead.contact, own.values)]
    told += standing_lines(changed.standing, lead, first) if first else []
    description = (
        Fitted({}, refusals(VENDOR, {DESCRIPTION} - settings.own_fields.keys()))
        if DESCRIPTION in refused
        else _description(first, told)
    )
    values: dict[str, Value] = {
        **first_values(settings, lead.contact, refused),
        **settings.set_once,
        **texts.values,
        **own.constants,
        **description.values,
        settings.id_field: lead.lead_id,
        **flags(lead, None),
    }
    from_settings = {*own.constants, *decided(settings.own_fields)}
    stand_ins = {n for n, v in settings.placeholders.items() if v and values.get(n) == v}
    given = {*contact.values, *texts.values, *description.values, LAST_NAME, COMPANY}
    open_ones = given - from_settings - stand_ins
    return Body(
        {name: value for name, value in values.items() if value != ""},
        frozenset(open_ones & values.keys()),
        (*contact.remarks, *texts.remarks, *own.remarks, *description.remarks),
        frozenset(stand_ins),
    )


def first_values(
    settings: SalesforceSettings, contact: Contact, refused: Collection[str] = ()
) -> dict[str, str]:
    """Return what a new lead has of a contact, and what stands in for a name and a company."""
    email = "" if LAST_NAME in refused else contact.email
    last_name = fitted({LAST_NAME: email}, LENGTHS).values
    values = writing(settings).written(contact, refused=refused).values
    return settings.placeholders | last_name | values


def changed_lead(
    settings: SalesforceSettings,
    lead: Lead,
    before: CrmRecord | None,
    names: Collection[str],
    refused: Collection[str],
) -> Body:
    """Return the contact's fields of these names, without those the publisher fills."""
    contact = writing(settings).written(lead.contact, names, refused)
    values: dict[str, Value] = {**contact.values, **flags(lead, before)}
    return Body(values, frozenset(contact.values), contact.remarks)


def with_owner(body: Body, owner: str) -> Body:
    """Return a body that gives the lead to somebody, if anybody is named."""
    return body.with_values({"OwnerId": owner}) if owner else body


def note_text(
    settings: SalesforceSettings, interest: Interest, refused: Collection[str], lines: Iterable[str]
) -> str:
    """Return an interest, and whole what of its contact the lead does not have as it was given.

    ``lines`` say where the lead stands.
    """
    told = writing(settings).written(interest.submission.contact, refused=refused).told
    return "\n".join((interest_text(interest), *told, *lines))


def _own_fields(
    settings: SalesforceSettings, lead: Lead, first: Interest | None, refused: Collection[str]
) -> Filled:
    return without_refused(
        VENDOR, settings.own_fields, refused, lambda fields: filled(fields, lead, first)
    )


def _told_by_publisher(
    settings: SalesforceSettings, contact: Contact, own: Mapping[str, Value]
) -> list[str]:
    """Return what the customer gave for fields that the publisher fills otherwise."""
    theirs, given = names_of(settings), contact.given()
    taken = [name for name in given if theirs[name] in settings.own_fields]
    return as_given(contact, {name for name in taken if own.get(theirs[name]) != given[name]})


def _description(first: Interest | None, told: Collection[str]) -> Fitted:
    """Return the first interest, and whole what of the contact is not sent as it was given."""
    text = "\n".join([*([interest_text(first)] if first else []), *told])
    return described(text, mark(first) if first else "")
