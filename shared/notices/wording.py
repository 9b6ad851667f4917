"""How messages put a customer, an action and a number into words."""

from shared.domain.actions import ACTIONS
from shared.domain.identity import person
from shared.domain.lead import Contact
from shared.domain.plain_text import plain_line
from shared.ports.channels import Said, Text

LONGEST_NAME = 80
NO_NAME = "a customer without a name"


def clipped(text: str, longest: int = LONGEST_NAME) -> str:
    """Return a text in one line, of at most ``longest`` characters."""
    return plain_line(text, longest)


def full_name(contact: Contact) -> str:
    """Return the customer's name as given, or whatever else tells who it is; "" if nothing."""
    name = clipped(f"{contact.first_name} {contact.last_name}")
    return name or clipped(contact.email) or clipped(contact.phone)


def who(contact: Contact) -> Text:
    """Return the customer's name and company."""
    name, company = full_name(contact), clipped(contact.company)
    if not name:
        return (Said(company),) if company else (NO_NAME,)
    return (Said(name), ", ", Said(company)) if company else (Said(name),)


def country(contact: Contact) -> Text:
    """Return the country by its English name, or as given; () if none."""
    known = person(contact).country_name
    return (known,) if known else tuple(map(Said, filter(None, [clipped(contact.country)])))


def clicked(action: str, offer: str) -> Text:
    """Return which button of which offer the customer clicked; () if neither is known."""
    button = ACTIONS.get(action.upper())
    did: Text = (button,) if button else tuple(map(Said, filter(None, [clipped(action)])))
    about: Text = tuple(map(Said, filter(None, [clipped(offer, 120)])))
    return (*did, " – ", *about) if did and about else (*did, *about)


def leads(number: int) -> str:
    """Return ``1 lead``, ``14 leads``."""
    return f"{number:,} lead{'' if number == 1 else 's'}"
