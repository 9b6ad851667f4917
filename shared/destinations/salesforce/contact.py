"""Which of ``Lead``'s fields are given what of a contact."""

from shared.destinations.http.contact import Writing
from shared.destinations.salesforce.fields import FIELDS, LENGTHS
from shared.destinations.salesforce.settings import SalesforceSettings

VENDOR = "Salesforce"


def names_of(settings: SalesforceSettings) -> dict[str, str]:
    """Return Salesforce's names of the contact's fields."""
    return FIELDS | {"country": settings.country_field}


def our_fields(settings: SalesforceSettings) -> dict[str, str]:
    """Return those that the publisher does not fill."""
    names = names_of(settings)
    return {ours: theirs for ours, theirs in names.items() if theirs not in settings.own_fields}


def writing(settings: SalesforceSettings) -> Writing:
    """Return how contacts are written."""
    return Writing(
        vendor=VENDOR,
        names=our_fields(settings),
        lengths=LENGTHS,
        country=settings.country_format,
    )
