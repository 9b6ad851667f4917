"""Which values the properties of a contact take, and what HubSpot says of others."""

import re
from collections.abc import Collection, Iterator, Mapping

import pycountry

from local.fakes.hubspot.answers import Refusal

LONGEST_TEXT = 65_536
OPTIONS = {
    "hs_lead_status": ["NEW", "OPEN", "IN_PROGRESS", "CONNECTED"],
    "lifecyclestage": ["subscriber", "lead", "customer"],
}
CONTACTED, CONTACTED_AT = "num_contacted_notes", "notes_last_contacted"
MERGED, OTHER_EMAILS = "hs_merged_object_ids", "hs_additional_emails"
READ_ONLY = {CONTACTED, CONTACTED_AT, "hs_sales_email_last_replied", MERGED}

TOP_LEVEL = {
    *(country.alpha_2.lower() for country in pycountry.countries),
    *("com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "name", "pro", "eu", "uk"),
    *("app", "cloud", "dev", "group", "online", "shop", "site", "store", "tech", "xyz"),
    "example",
}
"""What IANA lists, as far as samples need it; "example" stands for any other name of the list."""

ADDRESS = re.compile(r"[^@\s]+@(?:[^@\s.]+\.)+([^@\s.]+)")

WORDS = {
    "INVALID_EMAIL": "Email address {value} is invalid",
    "INVALID_OPTION": "{value} was not one of the allowed options: [{options}]",
    "INVALID_LONG": "{value} is too long: at most 65536 characters are allowed",
    "PROPERTY_DOESNT_EXIST": 'Property "{name}" does not exist',
    "READ_ONLY_VALUE": '"{name}" is a read only property; its value cannot be set.',
    "CONFLICTING_UNIQUE_VALUE": "{other} already has that value.",
}


def refusals(
    given: Mapping[str, str], properties: Collection[str], refuses: Mapping[str, str]
) -> dict[str, Refusal]:
    """Return what is wrong with values, by the property; ``refuses`` are codes for any value."""
    return {
        name: refusal(code, name, value)
        for name, value in given.items()
        for code in _codes(name, value, properties, refuses)
    }


def refusal(code: str, name: str, value: str, other: str = "") -> Refusal:
    """Return a refusal in HubSpot's words, which quote the value; ``other`` is who has it."""
    words = WORDS.get(code, "{value} is not a valid value")
    options = ", ".join(OPTIONS.get(name, ["Germany", "France"]))
    return Refusal(code, words.format(value=value, name=name, options=options, other=other))


def _codes(
    name: str, value: str, properties: Collection[str], refuses: Mapping[str, str]
) -> Iterator[str]:
    address = ADDRESS.fullmatch(value)
    wrong = {
        "PROPERTY_DOESNT_EXIST": name not in properties,
        "READ_ONLY_VALUE": name in READ_ONLY,
        "INVALID_LONG": len(value) > LONGEST_TEXT,
        "INVALID_OPTION": value not in OPTIONS.get(name, [value]),
        "INVALID_EMAIL": name == "email" and (not address or address[1].lower() not in TOP_LEVEL),
    }
    yield from (code for code, is_so in wrong.items() if is_so)
    if name in refuses:
        yield refuses[name]
