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

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from shared.destinations.http.owners import named_since
from shared.destinations.http.refused import REFUSED
from shared.destinations.hubspot.answers import Record
from shared.destinations.hubspot.fields import OWNER, STATUS
from shared.domain.acts import Outcome
from shared.domain.delivery import OWNER as CONTACT_OWNER
from shared.domain.delivery import CrmRecord
from shared.domain.lead import Lead
from shared.ports.crm import FollowUpQuestion, FollowUpSeen, SeenAct

COUNTER = "num_contacted_notes"
TIMES = ("notes_last_contacted", "hs_sales_email_last_replied")
SIGNALS = (COUNTER, *TIMES, STATUS)
FILLED = "filled"
"""In the baseline: what we have filled of a contact that sales had before us is ours to change."""

BASELINE_KEYS = frozenset(
    {*SIGNALS, "taken_after", "existed", "do_not_contact", FILLED, REFUSED, CONTACT_OWNER}
)
MERGED_IDS = "hs_merged_object_ids"
CONTACT_SHOWN = (*SIGNALS, MERGED_IDS, OWNER)

NOT_STARTED = {"", "NEW"}
"""Statuses that show no work: workflows often give new contacts ``NEW``."""

TASK_STATUS, TASK_DONE_AT, TASK_BODY = "hs_task_status", "hs_task_completion_date", "hs_task_body"
COMPLETED = "COMPLETED"
OUR_TASK = "[reminder "
"""What the text of a task of ours has in it."""

AT_ONCE = timedelta(seconds=1)
"""Should HubSpot count a completed task as a contact after all, it has the time of its completion;
what sales logs beside ticking off has another."""

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


def acted(
    contact: Record,
    tasks: Sequence[Record],
    question: FollowUpQuestion,
    now: datetime,
    outcome_of: Callable[[str], Outcome | None],
) -> FollowUpSeen | None:
    """Return what sales did, at ``now`` if HubSpot does not tell when; None if it did nothing.

    Of calls, mails and meetings the contact shows the last one only.
    """
    done = {t.id: _time(t.text(TASK_DONE_AT)) for t in tasks if t.text(TASK_STATUS) == COMPLETED}
    ours = {task.id for task in tasks if OUR_TASK in task.text(TASK_BODY)}
    ticked_off = [at for i, at in done.items() if i in ours and at and at > question.since]
    theirs = [at for i, at in done.items() if i not in ours and at and at > question.since]
    times = [*theirs, *_contacted(contact, question, ticked_off)]
    acts = [SeenAct(at=at) for at in times]
    if (changed_at := _status_changed_at(contact, question, now)) is not None:
        acts.append(SeenAct(at=changed_at, outcome=outcome_of(contact.text(STATUS))))
    elif not acts and _is_counted(contact, question, len(ticked_off)):
        acts.append(SeenAct(at=now))
    of_another = contact.id != question.record.id  # a merged contact has its own owner
    owner = "" if of_another else named_since(question.record, contact.text(OWNER))
    return FollowUpSeen.of(acts, all_told=False, owner=owner)


def _contacted(
    contact: Record, question: FollowUpQuestion, ticked_off: Sequence[datetime]
) -> list[datetime]:
    """Return the new times at which sales contacted the customer, other than by ticking off."""
    before = question.record.baseline
    shown = [contact.text(name) for name in TIMES if contact.text(name) != before.get(name, "")]
    new = [at for at in map(_time, shown) if at and at > question.since]
    return [at for at in new if all(abs(at - one) > AT_ONCE for one in ticked_off)]


def _status_changed_at(
    contact: Record, question: FollowUpQuestion, now: datetime
) -> datetime | None:
    """Return when sales gave the contact another status since; a merged one's was another's."""
    status, before = contact.text(STATUS), question.record.baseline.get(STATUS, "")
    if contact.id != question.record.id or status in {*NOT_STARTED, before}:
        return None
    changed = max(filter(None, map(_time, contact.versions(STATUS))), default=now)
    return min(changed, now) if changed >= question.since else None


def _is_counted(contact: Record, question: FollowUpQuestion, ticked_off: int) -> bool:
    """Tell whether the count alone tells of work: of what has a time, the time tells."""
    before = question.record.baseline
    timed = any(contact.text(name) != before.get(name, "") for name in TIMES)
    if timed or contact.id != question.record.id:
        return False
    return _number(contact.text(COUNTER)) - ticked_off > _number(before.get(COUNTER, ""))


def ids_of(contact: Record) -> list[str]:
    """Return the ids that a contact answers to: its own, and those that were merged into it."""
    return [contact.id, *filter(None, contact.text(MERGED_IDS).split(";"))]


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
