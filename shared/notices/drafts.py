"""What an owner sends the customer: a draft to edit, and a number to call.

The relay itself sends nothing to customers.
"""

from urllib.parse import quote, urlencode

from shared.domain.identity import person
from shared.notices.facts import Did, LeadFacts
from shared.notices.wording import clipped
from shared.ports.channels import Link

LONGEST_OFFER = 60
LONGEST_NAME = 40
"""Programs open a link of about 2,000 characters, and a character may take twelve in it."""

ASKED = {
    "INS": "Thank you for getting {offer}. Can we help you to set it up?",
    "CREATE": "Thank you for choosing {offer}. Can we help you to set it up?",
    "PLT": "You asked us to contact you about {offer}. When would it suit you to talk?",
    "STARTTESTDRIVE": "Thank you for trying {offer}. May we show you more of it?",
}
"""The first sentence, by what the customer clicked."""

OTHERWISE = "Thank you for your interest in {offer}. What would you like to know?"
NO_OFFER = "our offer"


def answers(facts: LeadFacts) -> tuple[Link, ...]:
    """Return the links by which the owner answers the customer: by e-mail, by telephone."""
    found = person(facts.contact)
    return (
        *([Link("Write an e-mail", mailto(facts))] if found.address.written else []),
        *([Link("Call", f"tel:{found.phone_key}")] if found.phone.number else []),
    )


def mailto(facts: LeadFacts) -> str:
    """Return a link that opens a draft for the newest thing that the customer did."""
    did = facts.did[0] if facts.did else None
    offer = clipped(did.offer, LONGEST_OFFER) if did else ""
    address = quote(person(facts.contact).address.written, safe="@")
    draft = {"subject": f"Your interest in {offer or NO_OFFER}", "body": _body(facts, did, offer)}
    return f"mailto:{address}?{urlencode(draft, quote_via=quote, safe='')}"


def _body(facts: LeadFacts, did: Did | None, offer: str) -> str:
    sentence = ASKED.get(did.action.upper(), OTHERWISE) if did else OTHERWISE
    name = clipped(f"{facts.contact.first_name} {facts.contact.last_name}", LONGEST_NAME)
    paragraphs = [
        f"Hello {name}," if name else "Hello,",
        sentence.format(offer=offer or NO_OFFER),
        "Kind regards",
    ]
    return "\r\n\r\n".join(paragraphs) + (f"\r\n{facts.signature}" if facts.signature else "")
