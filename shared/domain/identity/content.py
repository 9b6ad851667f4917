"""What a submission says, in normal form: equal for two of which one repeats the other. Pure."""

import json
from hashlib import sha256

from shared.domain.identity.folding import folded
from shared.domain.identity.person import person
from shared.domain.identity.placeholders import has_value
from shared.domain.lead import Contact, Submission

SAME_SOURCE = {"appsource (spza)": "appsource", "spza": "appsource"}
"""One source under its documented names."""


def content_digest(submission: Submission) -> str:
    """Return 64 hex digits of all that a submission says, however it is spelt."""
    source = folded(submission.source)
    said = [
        SAME_SOURCE.get(source, source),
        folded(submission.action),
        folded(submission.publisher),
        folded(submission.offer),
        _form(submission.offer_title),
        _form(submission.description),
        *contact_forms(submission.contact),
    ]
    return sha256(json.dumps(said).encode()).hexdigest()


def contact_forms(contact: Contact) -> list[str]:
    """Return what a contact says in normal form: equal for two that differ in spelling alone."""
    who = person(contact)
    return [
        who.first_name,
        who.last_name,
        who.email or _form(contact.email),
        who.phone_key or _form(contact.phone),
        who.country or _form(contact.country),
        who.company,
        _form(contact.title),
    ]


def _form(text: str) -> str:
    return folded(text) if has_value(text) else ""
