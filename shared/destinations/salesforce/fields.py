"""Which of our fields goes to which of ``Lead``, how long it may be, and the flags."""

from collections.abc import Mapping

from shared.destinations.http.values import Fitted, fitted
from shared.domain.delivery import CrmRecord
from shared.domain.lead import Lead

LAST_NAME, COMPANY, COUNTRY_CODE = "LastName", "Company", "CountryCode"
FIELDS = {
    "first_name": "FirstName",
    "last_name": LAST_NAME,
    "email": "Email",
    "phone": "Phone",
    "country": "Country",
    "company": COMPANY,
    "title": "Title",
}
DESCRIPTION, SUBJECT = "Description", "Subject"
LENGTHS = {
    "FirstName": 40,
    LAST_NAME: 80,
    "Email": 80,
    "Phone": 40,
    "Country": 80,
    COUNTRY_CODE: 10,
    COMPANY: 255,
    "Title": 128,
    DESCRIPTION: 32_000,
    SUBJECT: 255,
}
"""See https://developer.salesforce.com/docs/atlas.en-us.sfFieldRef.meta/sfFieldRef/salesforce_field_reference_Lead.htm
Description and Subject are of the same length on ``Task``.
"""

_OF_ADDRESSES = ("Country", COUNTRY_CODE, "State", "StateCode", "Address")
TWINS = {
    **{name.casefold(): ("Country", COUNTRY_CODE) for name in _OF_ADDRESSES},
    "name": ("FirstName", LAST_NAME),
}
"""What else refused fields are called: an address and a name are told by any of their parts, and a
country that the state does not fit by the state."""

DO_NOT_CONTACT = {"DoNotCall": True, "HasOptedOutOfEmail": True}
TOLD_NOT_TO_CONTACT = "do_not_contact"
"""In the baseline: the flags were set."""


def flags(lead: Lead, before: CrmRecord | None) -> Mapping[str, bool]:
    """Return the flags to set; what sales cleared since we did stays cleared."""
    told = before is not None and TOLD_NOT_TO_CONTACT in before.baseline
    return DO_NOT_CONTACT if lead.do_not_contact and not told else {}


def told_flags(lead: Lead) -> dict[str, str]:
    """Return what the baseline remembers of the flags."""
    return {TOLD_NOT_TO_CONTACT: "true"} if lead.do_not_contact else {}


def described(text: str, mark: str) -> Fitted:
    """Return a description that fits, and by whose last line it is recognised."""
    ending = f"\n\n{mark}" if mark else ""
    fit = fitted({DESCRIPTION: text}, {DESCRIPTION: LENGTHS[DESCRIPTION] - len(ending)})
    return Fitted({DESCRIPTION: fit.values.get(DESCRIPTION, "") + ending}, fit.remarks)


def has_mark(text: str, mark: str) -> bool:
    """Tell whether a mark is a line of a text: within a line, it is somebody's words."""
    return mark in (line.strip() for line in text.splitlines())
