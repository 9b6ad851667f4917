"""What is written to a lead: all there is on create, what the marketplace changed later."""

from collections.abc import Collection
from typing import Any

from shared.destinations.dynamics.bindings import BIND, open_bindings, own_columns
from shared.destinations.dynamics.fields import (
    COLUMNS,
    DESCRIPTION,
    DO_NOT_CONTACT,
    LAST_NAME,
    LENGTHS,
    NO_NAME,
    SUBJECT,
)
from shared.destinations.dynamics.owner import OWNER_BIND, owner_path
from shared.destinations.dynamics.settings import DynamicsSettings
from shared.destinations.http.contact import Writing
from shared.destinations.http.own_fields import Filled, decided, without_refused
from shared.destinations.http.refused import refusals
from shared.destinations.http.saving import Body
from shared.destinations.http.standing import standing_lines
from shared.destinations.http.texts import as_given, interest_text, name_for
from shared.destinations.http.values import fitted, is_cut
from shared.domain.lead import Contact, Interest, Lead
from shared.ports.crm import Changed

VENDOR = "Dynamics 365"
UNTOLD = "Microsoft marketplace lead"


def writing(settings: DynamicsSettings) -> Writing:
    """Return how contacts are written."""
    return Writing(vendor=VENDOR, names=COLUMNS, lengths=LENGTHS, country=settings.country)


def our_fields(settings: DynamicsSettings, fields: Collection[str]) -> list[str]:
    """Return the fields whose columns are not the publisher's."""
    return [name for name in fields if COLUMNS.get(name, name) not in settings.own_fields]


def new_lead(
    settings: DynamicsSettings, lead: Lead, changed: Changed, refused: Collection[str]
) -> Body:
    """Return a new lead without what is refused; the publisher's own win, but not over consent."""
    first = changed.first
    own = _own(settings, lead, first, refused)
    theirs = [name for name, column in COLUMNS.items() if column in own.values]
    ours = [name for name in COLUMNS if name not in theirs]
    contact = writing(settings).written(lead.contact, ours, refused)
    given = lead.contact.given()
    hidden = [name for name in theirs if given.get(name) != own.values[COLUMNS[name]]]
    told = (*contact.told, *as_given(lead.contact, hidden))
    lines = standing_lines(changed.standing, lead, first) if first else []
    text = story(first, (*told, *lines)) if first else UNTOLD
    texts = {n: v for n, v in own.texts.items() if not n.endswith(BIND)}
    all_words = _words(text)
    words = {n: t for n, t in all_words.items() if n not in refused}
    not_told = refusals(VENDOR, all_words.keys() - words.keys() - settings.own_fields.keys())
    fit = fitted(words | texts, LENGTHS)
    values: dict[str, Any] = {
        **_of_settings(settings),
        **first_values(settings, lead.contact, refused),
        **fit.values,
        **{name: value for name, value in own.values.items() if name not in texts},
        **(DO_NOT_CONTACT if lead.do_not_contact else {}),
    }
    stand_ins = {LAST_NAME} if values.get(LAST_NAME) == NO_NAME else set()
    by_settings = {*decided(settings.own_fields), *stand_ins, *own.constants}
    words_in = {*COLUMNS.values(), *fit.values, *open_bindings(settings.own_fields)}
    return Body(
        values,
        frozenset(words_in & values.keys()) - by_settings,
        (*own.remarks, *contact.remarks, *fit.remarks, *not_told),
    )


def with_owner(body: Body, owner: str) -> Body:
    """Return a body that gives the lead to somebody, if anybody is named."""
    return body.with_values({OWNER_BIND: owner_path(owner)}) if owner else body


def first_values(
    settings: DynamicsSettings, contact: Contact, refused: Collection[str] = ()
) -> dict[str, str]:
    """Return what a new lead has of a contact, never without a last name."""
    name = NO_NAME if LAST_NAME in refused else name_for(contact, NO_NAME)
    last_name = fitted({LAST_NAME: name}, LENGTHS).values
    return last_name | writing(settings).written(contact, refused=refused).values


def story(interest: Interest, told: Collection[str] = ()) -> str:
    """Return what the customer did, and whole what the columns do not have as it was given."""
    return "\n".join((interest_text(interest), *(["", *told] if told else [])))


def tells(described: object, interest: Interest) -> bool:
    """Tell whether a description begins with an interest, all of it, and is not cut.

    Whatever follows the interest may have been written by another version, or of another owner.
    """
    text = str(described or "")
    words, there = interest_text(interest).split(), text.split()
    return there[: len(words)] == words and not is_cut(text, LENGTHS[DESCRIPTION])


def _words(text: str) -> dict[str, str]:
    return {SUBJECT: text.partition("\n")[0], DESCRIPTION: text}


def _of_settings(settings: DynamicsSettings) -> dict[str, object]:
    source = {"leadsourcecode": settings.lead_source_code} if settings.lead_source_code else {}
    return source | ({OWNER_BIND: settings.owner_path} if settings.owner else {})


def _own(
    settings: DynamicsSettings, lead: Lead, first: Interest | None, refused: Collection[str]
) -> Filled:
    return without_refused(
        VENDOR, settings.own_fields, refused, lambda fields: own_columns(fields, lead, first)
    )
