"""Which of our fields goes into which column of ``lead``, and how long it may be there."""

from uuid import UUID, uuid5

from shared.domain.delivery import CrmRecord
from shared.domain.lead import Lead

KEYS = UUID("6e0f0c1e-6f0a-5b1b-9d43-0d1b6b5f4f5a")
"""The namespace of all keys that we choose. To change it is to create every lead a second time."""

LAST_NAME, SUBJECT, DESCRIPTION = "lastname", "subject", "description"
COLUMNS = {
    "first_name": "firstname",
    "last_name": LAST_NAME,
    "email": "emailaddress1",
    "phone": "telephone1",
    "country": "address1_country",
    "company": "companyname",
    "title": "jobtitle",
}
NO_NAME = "(no name)"
"""Dynamics 365 asks for a last name."""

LENGTHS = {
    "firstname": 50,
    LAST_NAME: 50,
    "emailaddress1": 100,
    "telephone1": 50,
    "address1_country": 80,
    "companyname": 100,
    "jobtitle": 100,
    SUBJECT: 300,
    DESCRIPTION: 2_000,
}
"""In characters, see https://learn.microsoft.com/dynamics365/developer/reference/entities/lead"""

NOTE_LENGTHS = {"subject": 500, "notetext": 100_000}
"""See https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/annotation"""

TASK_LENGTHS = {"subject": 200, "description": 2_000}
"""See https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/task"""

DO_NOT_CONTACT = {"donotemail": True, "donotphone": True, "donotbulkemail": True}
FLAGGED = "do_not_contact"
"""In the baseline: the flags were set once; if sales clears them, they stay cleared."""


def key(kind: str, own_id: str) -> str:
    """Return the key that one of our rows has in Dataverse, the same for ever."""
    return str(uuid5(KEYS, f"{kind}|{own_id}"))


def lead_key(lead: Lead, deleted: CrmRecord | None) -> str:
    """Return the key that a lead is made under, anew if its record was deleted.

    A merged lead keeps its key. If the one that it was merged into is deleted, there is another.
    """
    own = key("lead", lead.lead_id)
    if deleted is None or deleted.id == own:
        return own
    return key("lead", f"{lead.lead_id}|{deleted.id}")


def flagged(lead: Lead) -> dict[str, str]:
    """Return what the baseline keeps of the do-not-contact flags."""
    return {FLAGGED: "true"} if lead.do_not_contact else {}
