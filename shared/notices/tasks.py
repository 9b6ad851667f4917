"""A notice as a task in a CRM. Pure."""

from shared.domain.lead import Lead
from shared.domain.notices import Notice
from shared.ports.channels import Message
from shared.ports.crm import Reminder


def reminder_of(notice: Notice, message: Message, lead: Lead) -> Reminder:
    """Return what the owner of a record is reminded of: the facts of a message, a line each."""
    title = "".join(part if isinstance(part, str) else part.text for part in message.title)
    facts = [
        f"{fact.label}: " + "".join(p if isinstance(p, str) else p.text for p in fact.value)
        for fact in message.facts
    ]
    return Reminder(
        reminder_id=notice.notice_id,
        subject=title,
        text="\n".join(facts),
        due_at=lead.follow_up.due_at or notice.send_from,
    )
