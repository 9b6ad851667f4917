"""What is written to a ``Lead``: all there is on create, what the marketplace changed later."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from shared.destinations.http.own_fields import Value, filled
from shared.destinations.http.texts import interest_text, mark
from shared.destinations.http.values import Fitted, fitted
from shared.destinations.salesforce.fields import (
    FIELDS,
    LENGTHS,
    described,
    flags,
)
from shared.destinations.salesforce.settings import SalesforceSettings
from shared.domain.delivery import CrmRecord
from shared.domain.lead import Interest, Lead


@dataclass(frozen=True, slots=True)
class Body:
    """The fields of a request, and a remark for each value that is not as it was given."""

    values: Mapping[str, Value]
    remarks: tuple[str, ...]


def our_fields(settings: SalesforceSettings) -> dict[str, str]:
    """Return Salesforce's names of the contact's fields, without those the publisher fills."""
    names = FIELDS | {"country": settings.country_field}
    return {ours: theirs for ours, theirs in names.items() if theirs not in settings.own_fields}


def new_lead(
    settings: SalesforceSettings, lead: Lead, first: Interest | None, names: Collection[str]
) -> Body:
    """Return a new lead with the contact's fields of these names; the others are described."""
    own = filled(settings.own_fields, lead, first)
    contact = _contact(settings, lead, names)
    texts = fitted(own.texts, LENGTHS)
    sent = {**contact.values, **texts.values, **own.constants}
    description = _description(settings, lead, first, sent)
    last_name = {"LastName": lead.contact.email or settings.company_placeholder}
    values: dict[str, Value] = {
        **fitted(last_name, LENGTHS).values,
        "Company": settings.company_placeholder,
        **settings.set_once,
        **sent,
        **description.values,
        settings.id_field: lead.lead_id,
        **flags(lead, None),
    }
    return Body(
        {name: value for name, value in values.items() if value != ""},
        (*contact.remarks, *texts.remarks, *own.remarks, *description.remarks),
    )


def changed_lead(
    settings: SalesforceSettings, lead: Lead, before: CrmRecord | None, names: Collection[str]
) -> Body:
    """Return the contact's fields of these names, without those the publisher fills."""
    contact = _contact(settings, lead, names)
    return Body({**contact.values, **flags(lead, before)}, contact.remarks)


def _contact(settings: SalesforceSettings, lead: Lead, names: Collection[str]) -> Fitted:
    """Return the contact's fields; a cut e-mail address would be none, so it is left out."""
    ours = our_fields(settings)
    given = {ours[n]: getattr(lead.contact, n) for n in sorted(names) if n in ours}
    too_long = len(given.get("Email", "")) > LENGTHS["Email"]
    fit = fitted({**given, "Email": ""} if too_long else given, LENGTHS)
    left_out = (f"Email left out: longer than {LENGTHS['Email']} characters",) * too_long
    return Fitted(fit.values, (*fit.remarks, *left_out))


def _description(
    settings: SalesforceSettings,
    lead: Lead,
    first: Interest | None,
    sent: Mapping[str, Value],
) -> Fitted:
    """Return the first interest, and whole what of the contact is not sent as it was given."""
    theirs = FIELDS | {"country": settings.country_field}
    given = lead.contact.given().items()
    unsent = [f"{theirs[n]}: {value}" for n, value in given if value != sent.get(theirs[n])]
    text = "\n".join([*([interest_text(first)] if first else []), *unsent])
    return described(text, mark(first) if first else "")
