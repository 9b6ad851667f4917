"""What a customer did, as a salesperson reads it."""

from collections.abc import Collection, Iterable

from shared.domain.actions import action_words
from shared.domain.lead import CONTACT_FIELDS, Contact, Interest, Lead

LABELS = {
    **{name: name.replace("_", " ").capitalize() for name in CONTACT_FIELDS},
    "email": "E-mail",
    "title": "Job title",
}
"""Contact fields as a salesperson calls them."""


def interest_text(interest: Interest) -> str:
    """Return what the customer did, as a salesperson reads it; the first line stands alone."""
    submission = interest.submission
    did = action_words(submission.action)
    offer = submission.offer_title or ".".join(
        filter(None, (submission.publisher, submission.offer))
    )
    head = ", ".join(part for part in (did, offer, submission.source) if part)
    lines = [
        f"Microsoft marketplace: {head or 'a lead'}, {submission.received_at:%Y-%m-%d %H:%M} UTC",
        f"Offer: {submission.publisher}.{submission.offer}" if submission.offer else "",
        submission.description,
    ]
    return "\n".join(line for line in lines if line)


def as_given(contact: Contact, fields: Collection[str], refused_by: str = "") -> list[str]:
    """Return a line for each field that is not sent, with its value, for whoever reads the text."""
    why = f", not accepted by {refused_by}" if refused_by else ""
    given = contact.given().items()
    return [f"{LABELS[name]} as given{why}: {value}" for name, value in given if name in fields]


def name_for(contact: Contact, otherwise: str) -> str:
    """Return a last name where a CRM asks for one: an e-mail or a company stands in for it."""
    return contact.last_name or contact.email or contact.company or otherwise


def recreated(record_id: str) -> str:
    """Return the remark on a record that is in the place of one that was deleted."""
    return f"record {record_id} was deleted there: re-created"


def customers_words(lead: Lead, interests: Iterable[Interest]) -> tuple[str, ...]:
    """Return what a customer gave and wrote, which no reason may repeat."""
    said = [interest.submission for interest in interests]
    contacts = [lead.contact, *(one.contact for one in said)]
    given = [value for contact in contacts for value in contact.given().values()]
    return tuple(dict.fromkeys((*given, *(one.description for one in said if one.description))))


def mark(interest: Interest) -> str:
    """Return what a note carries to be recognised by: the submission's id."""
    return f"[submission {interest.submission.submission_id}]"
