"""Which of our fields goes into which column of ``lead``, and how long it may be there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from shared.destinations.dynamics.bindings import own_columns
from shared.destinations.dynamics.settings import DynamicsSettings
from shared.destinations.http.texts import interest_text, name_for
from shared.destinations.http.values import fitted
from shared.domain.delivery import CrmRecord
from shared.domain.lead import Contact, Interest, Lead
from shared.ports.crm import Changed

KEYS = UUID("6e0f0c1e-6f0a-5b1b-9d43-0d1b6b5f4f5a")
"""The namespace of all keys that we choose. To change it is to create every lead a second time."""

COLUMNS = {
    "firstname": "first_name",
    "lastname": "last_name",
    "emailaddress1": "email",
    "telephone1": "phone",
    "address1_country": "country",
    "companyname": "company",
    "jobtitle": "title",
}
NO_NAME = "(no name)"
"""Dynamics 365 asks for a last name."""

LENGTHS = {
    "firstname": 50,
    "lastname": 50,
    "emailaddress1": 100,
    "telephone1": 50,
    "address1_country": 80,
    "companyname": 100,
    "jobtitle": 100,
    "subject": 300,
    "description": 2_000,
}
"""In characters, see https://learn.microsoft.com/dynamics365/developer/reference/entities/lead"""

NOTE_LENGTHS = {"subject": 500, "notetext": 100_000}
"""See https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/annotation"""

TASK_LENGTHS = {"subject": 200, "description": 2_000}
"""See https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/task"""

DO_NOT_CONTACT = {"donotemail": True, "donotphone": True, "donotbulkemail": True}
FLAGGED = "do_not_contact"
"""In the baseline: the flags were set once; if sales clears them, they stay cleared."""


@dataclass(frozen=True, slots=True)
class NewLead:
    """What a lead is made of; ``tells`` says that the whole of the first interest is in it."""

    body: dict[str, Any]
    tells: bool
    remarks: tuple[str, ...]


def key(kind: str, own_id: str) -> str:
    """Return the key that one of our rows has in Dataverse, the same for ever."""
    return str(uuid5(KEYS, f"{kind}|{own_id}"))


def lead_key(lead: Lead, deleted: CrmRecord | None) -> str:
    """Return the key that a lead is made under, anew if its record was deleted.

    A merged lead keeps its key. If the one that it was merged into is deleted, there is another.
    """
    own = key("lead", lead.lead_id)
    if deleted is None or deleted.id == own:
        return own
    return key("lead", f"{lead.lead_id}|{deleted.id}")


def new_lead(lead: Lead, interest: Interest | None, settings: DynamicsSettings) -> NewLead:
    """Return the columns of a new lead; the publisher's own win, but not over do-not-contact."""
    told = story(interest) if interest else "Microsoft marketplace lead"
    ours = columns(lead.contact) | {"subject": told.partition("\n")[0], "description": told}
    own = own_columns(settings.own_fields, lead, interest)
    fit = fitted(ours | own.texts, LENGTHS)
    body = (
        ({"leadsourcecode": settings.lead_source_code} if settings.lead_source_code else {})
        | ({"ownerid@odata.bind": settings.owner_path} if settings.owner else {})
        | fit.values
        | own.constants
        | (DO_NOT_CONTACT if lead.do_not_contact else {})
    )
    return NewLead(body, _same(body["description"], told), own.remarks + fit.remarks)


def columns(contact: Contact) -> dict[str, str]:
    """Return the columns of a contact, never without a last name."""
    values = {column: str(getattr(contact, name)) for column, name in COLUMNS.items()}
    return values | {"lastname": name_for(contact, NO_NAME)}


def changed_columns(
    lead: Lead, changed: Changed, shown: Mapping[str, Any], settings: DynamicsSettings
) -> dict[str, str]:
    """Return what to send of a lead that is there; the publisher's own columns are theirs.

    One whose creation went unanswered shows what one of its interests gave, or what sales made of
    it since, which is left alone.
    """
    values = {
        column: str(getattr(lead.contact, name))
        for column, name in COLUMNS.items()
        if name in changed.fields and column not in settings.own_fields
    }
    if changed.record is not None:
        return values
    contacts = [lead.contact, *(interest.submission.contact for interest in changed.interests)]
    ours = [fitted(columns(contact), LENGTHS).values for contact in contacts]
    return {
        column: value
        for column, value in values.items()
        if not shown.get(column) or any(shown[column] == given.get(column) for given in ours)
    }


def story(interest: Interest) -> str:
    """Return what the customer did, and in full what the columns have no room for."""
    contact = {c: str(getattr(interest.submission.contact, n)) for c, n in COLUMNS.items()}
    cut = fitted(contact, LENGTHS).values
    whole = [f"{column}: {text}" for column, text in contact.items() if cut.get(column, "") != text]
    return "\n".join((interest_text(interest), *(["", "In full:", *whole] if whole else [])))


def tells(row: Mapping[str, Any], interest: Interest) -> bool:
    """Tell whether the description of a lead is that of an interest, all of it."""
    return _same(row.get("description"), story(interest))


def _same(described: object, told: str) -> bool:
    """Tell whether two texts differ in nothing but the space between words."""
    return str(described).split() == told.split()


def flagged(lead: Lead) -> dict[str, str]:
    """Return what the baseline keeps of the do-not-contact flags."""
    return {FLAGGED: "true"} if lead.do_not_contact else {}
