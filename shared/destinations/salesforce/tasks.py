"""Our tasks on a lead: a note is a completed one, a reminder an open one of the lead's owner.

A note is a ``Task`` since every org has them, they stand in the lead's timeline, and one request
makes one. ``ContentNote`` must be enabled, takes HTML only and needs a second record to link it.

A task can't be given a key of ours. It is recognised by the last line of its description, and for
queries, which can't search that, by how its subject begins.
"""

from dataclasses import dataclass
from datetime import UTC

from shared.destinations.http.own_fields import Value
from shared.destinations.http.texts import mark
from shared.destinations.http.values import fitted
from shared.destinations.salesforce.fields import DESCRIPTION, LENGTHS, SUBJECT, described
from shared.destinations.salesforce.lead_row import LeadRow
from shared.domain.lead import Interest
from shared.ports.crm import Reminder

NOTE_SUBJECT = "Marketplace interest"
REMINDER_SUBJECT = "Marketplace reminder"
OURS = (NOTE_SUBJECT, REMINDER_SUBJECT)
"""How the subjects of our tasks begin, by which they are told from what sales did."""

OF_ONE_NOTE = frozenset({"WhoId", SUBJECT, DESCRIPTION})
"""Fields that depend on the lead and the customer's words; what is said of others alone is said of
all our tasks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task to be made, and how it is found again."""

    who: str
    begins: str
    mark: str
    values: dict[str, Value]
    remarks: tuple[str, ...]


def note_task(interest: Interest, text: str, who: str, closed_status: str) -> Task:
    """Return an interest as a completed task."""
    submission = interest.submission
    offer = submission.offer_title or submission.offer or submission.source
    return _task(
        who=who,
        begins=NOTE_SUBJECT,
        subject=offer,
        text=text,
        mark=mark(interest),
        values={
            "ActivityDate": f"{submission.received_at:%Y-%m-%d}",
            "Status": closed_status,
        },
    )


def reminder_task(reminder: Reminder, about: LeadRow) -> Task:
    """Return a reminder as an open task of the lead's owner, due, with a pop-up."""
    due_at = reminder.due_at.astimezone(UTC)
    return _task(
        who=about.record_id,
        begins=REMINDER_SUBJECT,
        subject=reminder.subject,
        text=reminder.text,
        mark=f"[reminder {reminder.reminder_id}]",
        values={
            "OwnerId": about.owner,
            "ActivityDate": f"{due_at:%Y-%m-%d}",
            "IsReminderSet": True,
            "ReminderDateTime": f"{due_at:%Y-%m-%dT%H:%M:%SZ}",
        },
    )


def _task(
    *, who: str, begins: str, subject: str, text: str, mark: str, values: dict[str, Value]
) -> Task:
    title = fitted({SUBJECT: f"{begins}: {subject}".removesuffix(": ")}, LENGTHS)
    words = described(text, mark)
    return Task(
        who=who,
        begins=begins,
        mark=mark,
        values={"WhoId": who, **title.values, **words.values, **values},
        remarks=(*title.remarks, *words.remarks),
    )
