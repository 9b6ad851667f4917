"""Records that a new lead is bound to, by addresses that may name them by what the customer gave.

An address is a URL of OData, so a customer's text in it is a key value and nothing else: its quotes
are doubled, and then all of it is percent-encoded, see
https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html#sec_URLComponents
Without that, a company's name could end the key and name a record of the customer's choice.
"""

import re
from collections.abc import Mapping
from string import Formatter
from typing import override
from urllib.parse import quote

from shared.destinations.http.own_fields import Filled, OwnField, filled, placeholders
from shared.domain.lead import Interest, Lead

BIND = "@odata.bind"
HARD = re.compile("|".join(quote(char, safe="") for char in "/<>*%&:\\?+"))


class _KeyValues(Formatter):
    """Writes texts as parts of a quoted key value."""

    @override
    def format_field(self, value: object, format_spec: str) -> str:
        text = str(super().format_field(value, format_spec))
        return quote(text.replace("'", "''"), safe="", errors="replace")


def open_bindings(fields: Mapping[str, OwnField]) -> dict[str, str]:
    """Return the addresses that the customer's texts are filled in."""
    return {
        name: field
        for name, field in fields.items()
        if name.endswith(BIND) and isinstance(field, str) and _names(field)
    }


def name_fault(name: str) -> str:
    """Return what is wrong with the name of a column, "" if nothing.

    Dataverse may take another spelling for a binding, in which nothing would be quoted.
    """
    column, at, _ = name.partition("@")
    return f"has an @ that is not {column}{BIND}" if at and name != f"{column}{BIND}" else ""


def binding_fault(address: str) -> str:
    """Return what is wrong with an address that texts are filled in, "" if nothing.

    Outside of quotes, a customer's text would be a record's id, or the name of a table.
    """
    quotes = 0  # how many stand before: two in a row, for one in a text, change nothing
    for literal, name, _, _ in Formatter().parse(address):
        quotes += literal.count("'")
        if name is not None and quotes % 2 == 0:
            example = f"/accounts(accountnumber='{{{name}}}')"
            return f"has {{{name}}} outside of quotes; should be such as {example}"
    return "has a quote that is not closed" if quotes % 2 else ""


def own_columns(fields: Mapping[str, OwnField], lead: Lead, interest: Interest | None) -> Filled:
    """Return the own columns of a lead; what would be bound by an empty text is left out."""
    addresses = open_bindings(fields)
    plain = filled({n: f for n, f in fields.items() if n not in addresses}, lead, interest)
    known = placeholders(lead, interest)
    empty = [n for n, address in addresses.items() if not all(known[k] for k in _names(address))]
    bound = {
        name: _KeyValues().vformat(address, (), known)
        for name, address in addresses.items()
        if name not in empty
    }
    remarks = (f"{name} left out: nothing was given to look it up by" for name in empty)
    return Filled({**plain.values, **bound}, (*plain.remarks, *remarks))


def is_hard_to_read(address: str) -> bool:
    """Tell whether a key has one of the characters that alternate keys can't be looked up by.

    See https://learn.microsoft.com/power-apps/developer/data-platform/define-alternate-keys-entity
    """
    return HARD.search(address) is not None


def _names(address: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(address) if name is not None]
