"""What ``Lead`` is given of a contact, and what is told in words beside the interest instead.

A value that is too long is cut if its beginning is of use, as that of a company's name is; an
address, a number, a country is left out. So is what Salesforce does not accept.
"""

from collections.abc import Collection
from dataclasses import dataclass

from shared.destinations.http.countries import country_for
from shared.destinations.http.refused import refusals
from shared.destinations.http.texts import as_given
from shared.destinations.http.values import fitted
from shared.destinations.salesforce.fields import COUNTRY, COUNTRY_CODE, FIELDS, LENGTHS, WHOLE
from shared.destinations.salesforce.settings import SalesforceSettings
from shared.domain.lead import CONTACT_FIELDS, Contact

VENDOR = "Salesforce"
UNKNOWN_COUNTRY = "not a country that we know"


@dataclass(frozen=True, slots=True)
class Written:
    """Values by Salesforce's names; a remark and a line of words for each that is not as given."""

    values: dict[str, str]
    remarks: tuple[str, ...]
    told: tuple[str, ...]


def names_of(settings: SalesforceSettings) -> dict[str, str]:
    """Return Salesforce's names of the contact's fields."""
    return FIELDS | {"country": settings.country_field}


def our_fields(settings: SalesforceSettings) -> dict[str, str]:
    """Return those that the publisher does not fill."""
    names = names_of(settings)
    return {ours: theirs for ours, theirs in names.items() if theirs not in settings.own_fields}


def written(
    settings: SalesforceSettings,
    contact: Contact,
    names: Collection[str] = CONTACT_FIELDS,
    refused: Collection[str] = (),
) -> Written:
    """Return the contact's fields of these names; ``refused`` are Salesforce's, left out."""
    ours, given = our_fields(settings), contact.given()
    whole = {ours[n]: given[n] for n in CONTACT_FIELDS if n in names and n in ours and n in given}
    wanted = {name: _wanted(settings, name, value) for name, value in whole.items()}
    unfit = {name: why for name in whole if (why := _unfit(name, wanted[name]))}
    unsent = {*unfit, *refused}
    fit = fitted({n: value for n, value in wanted.items() if n not in unsent}, LENGTHS)
    cut = [name for name, value in fit.values.items() if value != wanted[name]]
    left_out = [f"{n} left out: {why}" for n, why in unfit.items() if n not in refused]
    theirs = {name: ours[name] for name in names if name in ours}
    told = {n for n, name in theirs.items() if name in {*cut, *unsent}.difference(refused)}
    not_accepted = {n for n, name in theirs.items() if name in refused}
    return Written(
        fit.values,
        (*fit.remarks, *left_out, *refusals(VENDOR, whole.keys() & set(refused))),
        (*as_given(contact, told), *as_given(contact, not_accepted, VENDOR)),
    )


def _wanted(settings: SalesforceSettings, name: str, given: str) -> str:
    countries = {COUNTRY, COUNTRY_CODE}
    return country_for(settings.country_format, given) if name in countries else given


def _unfit(name: str, wanted: str) -> str:
    """Return why a value is left out, "" if it is not."""
    if not wanted:
        return UNKNOWN_COUNTRY
    too_long = name in WHOLE and fitted({name: wanted}, LENGTHS).remarks
    return f"longer than {LENGTHS[name]} characters" if too_long else ""
