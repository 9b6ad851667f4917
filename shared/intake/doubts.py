"""What is doubtful about a submission: a warning to the sender, which never costs a lead. Pure.

Warnings repeat nothing of the body: it may be personal data.
"""

from collections.abc import Callable

from shared.domain.identity import person
from shared.domain.lead import Submission
from shared.intake.lead_source import split_lead_source

KNOWN_ACTIONS = ("INS", "PLT", "DNC", "Create", "StartTestDrive")
KNOWN_SOURCES = (
    "AzureMarketplace",
    "AzurePortal",
    "AppSource (SPZA)",
    "AppSource",
    "SPZA",
    "TestDrive",
)

ACTIONS = frozenset(name.lower() for name in KNOWN_ACTIONS)
SOURCES = frozenset(name.lower() for name in KNOWN_SOURCES)

VALUE_DOUBTS: dict[str, Callable[[Submission], bool]] = {
    "Email is not a valid address": lambda s: bool(s.contact.email) and not person(s.contact).email,
    "Phone is not a valid number, neither of the country nor an international one": lambda s: (
        bool(s.contact.phone) and not person(s.contact).phone.number
    ),
    "Country is not a known code or name": lambda s: (
        bool(s.contact.country) and not person(s.contact).country
    ),
    f"the action is none of {', '.join(KNOWN_ACTIONS)}": lambda s: _is_unknown(s.action, ACTIONS),
    f"the source is none of {', '.join(KNOWN_SOURCES)}": lambda s: _is_unknown(s.source, SOURCES),
    "LeadSource and ActionCode name different actions; ActionCode is used": lambda s: (
        split_lead_source(s.lead_source).action.lower() not in ("", s.action.lower())
    ),
}
"""What would be wrong with every test lead is not asked of one."""

GAPS: dict[str, Callable[[Submission], bool]] = {
    "there is nothing of a contact": lambda s: not s.contact.given(),
    "no offer is named": lambda s: not _names_offer(s),
}


def doubts_of(submission: Submission) -> tuple[str, ...]:
    """Return what is doubtful about the values of a submission."""
    table = GAPS if submission.test else VALUE_DOUBTS | GAPS
    return tuple(doubt for doubt, holds in table.items() if holds(submission))


def _names_offer(submission: Submission) -> bool:
    return bool(submission.publisher or submission.offer or submission.offer_title)


def _is_unknown(text: str, known: frozenset[str]) -> bool:
    return bool(text) and text.lower() not in known
