"""``LeadSource``: where the customer was, what they did and on which offer, in one text. Pure."""

from typing import NamedTuple

from shared.domain.identity import visible


class LeadSource(NamedTuple):
    """The parts of ``source-action|publisher.offer``; what is not there is ""."""

    source: str
    action: str
    publisher: str
    offer: str


def split_lead_source(text: str) -> LeadSource:
    """Split ``source-action|publisher.offer``; each separator is the first of its kind."""
    left, _, right = text.partition("|")
    source, _, action = left.partition("-")
    publisher, dot, offer = right.partition(".")
    parts = (source, action, publisher, offer) if dot else (source, action, "", right)
    return LeadSource(*(visible(part).strip() for part in parts))
