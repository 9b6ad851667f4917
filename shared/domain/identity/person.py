"""Who somebody is, as far as a contact tells: the normal forms of its fields. Pure."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from shared.domain.identity.countries import country_code, country_name
from shared.domain.identity.emails import NO_ADDRESS, Address, email_address, is_no_mailbox
from shared.domain.identity.folding import folded, folded_company
from shared.domain.identity.phones import NO_PHONE, Phone, phone_number
from shared.domain.identity.placeholders import has_value, names_with_value

if TYPE_CHECKING:
    from shared.domain.lead import Contact

PERSONAL = ("first_name", "last_name", "email", "phone", "company")

AT_ONCE = 64
"""Contacts whose normal forms are kept: more than are worked on at once in one process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The normal forms of a contact; "" for what is not given or says nothing.

    ``country`` is a code of ISO 3166. Names and company are folded: to compare, not to show.
    """

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address: Address = NO_ADDRESS
    phone: Phone = NO_PHONE
    country: str = ""

    @property
    def email(self) -> str:
        """Return the form of the address that is equal for equal mailboxes."""
        return self.address.key

    @property
    def country_name(self) -> str:
        """Return the English name of the country."""
        return country_name(self.country)

    @property
    def phone_key(self) -> str:
        """Return number and extension: colleagues behind one switchboard are not one person."""
        return (
            f"{self.phone.number};ext={self.phone.extension}"
            if self.phone.extension
            else self.phone.number
        )

    @property
    def name(self) -> str:
        """Return what a person is called beside a telephone: the last name, or the only one."""
        return self.last_name or self.first_name

    @property
    def full_name(self) -> tuple[str, str] | None:
        """Return first and last name, if there are both."""
        both = (self.first_name, self.last_name)
        return both if all(both) else None


@lru_cache(AT_ONCE)
def person(contact: "Contact") -> Person:
    """Return the normal forms of a contact, once for all that compare, warn, key or show it."""
    first, last = names_with_value(contact.first_name, contact.last_name)
    country = country_code(contact.country)
    return Person(
        first_name=folded(first),
        last_name=folded(last),
        company=folded_company(contact.company) if has_value(contact.company) else "",
        address=email_address(contact.email),
        phone=phone_number(contact.phone, country),
        country=country,
    )


def tells(field: str, text: str) -> bool:
    """Tell whether a value says anything in its field of a contact."""
    match field:
        case "country":
            return bool(country_code(text)) or has_value(text)
        case "email":
            return has_value(text) and not is_no_mailbox(text)
        case "phone":
            digits = {int(char) for char in text if char.isdecimal()}
            return has_value(text) and len(digits) != 1
        case _:
            return has_value(text)


def answerable(contact: "Contact") -> bool:
    """Tell whether somebody could answer: a title or a country is not enough to find anybody."""
    return any(tells(field, getattr(contact, field)) for field in PERSONAL)
