"""What counts as a follow-up. Pure.

HubSpot keeps on each contact how often and when it was contacted: calls, mails, meetings and
messages that sales logged or sent. What we write is not among them, nor is a task of any kind, so
tasks are looked at one by one. ``num_notes`` and ``notes_last_updated`` count our notes too. The
lifecycle stage is no sign of work: HubSpot copies it from the company, see
https://knowledge.hubspot.com/crm-setup/manage-how-lifecycle-stages-sync-between-objects

Two contacts that are merged become a third with an id of its own, which answers to theirs, see
https://developers.hubspot.com/changelog/updated-merge-functionality-for-contacts-and-companies
Its count and status may be the other contact's, so they are no signs until we have seen them once.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from shared.destinations.http.refused import REFUSED
from shared.destinations.hubspot.answers import Record
from shared.destinations.hubspot.fields import OUR_TASK, STATUS, TASK_BODY
from shared.domain.delivery import CrmRecord
from shared.domain.lead import Lead
from shared.ports.crm import FollowUpQuestion

COUNTER = "num_contacted_notes"
TIMES = ("notes_last_contacted", "hs_sales_email_last_replied")
SIGNALS = (COUNTER, *TIMES, STATUS)
BASELINE_KEYS = frozenset({*SIGNALS, "taken_after", "existed", "do_not_contact", REFUSED})
MERGED_IDS = "hs_merged_object_ids"
CONTACT_SHOWN = (*SIGNALS, MERGED_IDS)

NOT_STARTED = {"", "NEW"}
"""Statuses that show no work: workflows often give new contacts ``NEW``."""

TASK_STATUS, TASK_DONE_AT = "hs_task_status", "hs_task_completion_date"
TASK_SHOWN = (TASK_STATUS, TASK_DONE_AT, TASK_BODY)


def baseline(lead: Lead, contact: Record, before: CrmRecord | None) -> dict[str, str]:
    """Return what later looks are compared with.

    It is taken anew only after a follow-up: until then, what sales did between two interests is
    still to be seen.
    """
    done_at = lead.follow_up.done_at
    taken_after = done_at.isoformat() if done_at else ""
    shown = {name: contact.text(name) for name in SIGNALS} | {"taken_after": taken_after}
    if before is None or before.baseline.get("taken_after") != taken_after:
        return shown
    kept = SIGNALS if contact.id == before.id else TIMES
    return shown | {name: before.baseline.get(name, "") for name in kept}


def acted_at(contact: Record, question: FollowUpQuestion, now: datetime) -> datetime | None:
    """Return when sales acted, ``now`` if HubSpot does not tell when; None if it did not."""
    before = question.record.baseline
    new_times = [contact.text(name) for name in TIMES if contact.text(name) != before.get(name, "")]
    times = _times(new_times, question.since)
    if times:
        return max(times)
    if contact.id != question.record.id:
        return None
    counted = _number(contact.text(COUNTER)) > _number(before.get(COUNTER, ""))
    status = contact.text(STATUS)
    moved = status not in NOT_STARTED and status != before.get(STATUS, "")
    return now if counted or moved else None


def completed_at(tasks: Iterable[Record], since: datetime) -> datetime | None:
    """Return when sales last completed one of its own tasks, None if it did not."""
    theirs = [task for task in tasks if OUR_TASK not in task.text(TASK_BODY)]
    done = [t.text(TASK_DONE_AT) for t in theirs if t.text(TASK_STATUS) == "COMPLETED"]
    return max(_times(done, since), default=None)


def ids_of(contact: Record) -> list[str]:
    """Return the ids that a contact answers to: its own, and those that were merged into it."""
    return [contact.id, *filter(None, contact.text(MERGED_IDS).split(";"))]


def _times(texts: Iterable[str], since: datetime) -> list[datetime]:
    return [at for at in map(_time, texts) if at and at > since]


def _number(text: str) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0


def _time(text: str) -> datetime | None:
    """Return an instant, which HubSpot gives as ISO 8601 or in milliseconds."""
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
