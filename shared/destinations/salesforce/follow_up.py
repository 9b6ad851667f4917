"""What counts as follow-up: another status, conversion, completed tasks and meetings of sales.

Our own tasks move ``LastActivityDate``, so that is no sign of it.
"""

from datetime import UTC, datetime

from shared.destinations.salesforce.rows import Row
from shared.destinations.salesforce.tasks import OURS
from shared.domain.delivery import CrmRecord
from shared.ports.crm import FollowUpQuestion, FollowUpSeen

STATUS = "Status"
STATUS_CHANGED_AT = "StatusChangedAt"
"""In the baseline: the status when we delivered; when sales is known to have changed it."""

_LAST = "ORDER BY LastModifiedDate DESC LIMIT 1)"
_ACT = "(SELECT LastModifiedDate, LastModifiedBy.Name FROM"
_THEIRS = " AND ".join(f"(NOT Subject LIKE '{begins}%')" for begins in OURS)
ACTS = (
    "Id, IsDeleted, MasterRecordId, IsConverted, Status, LastModifiedDate, LastModifiedBy.Name,"
    f" {_ACT} Tasks WHERE IsClosed = TRUE AND (Subject = NULL OR ({_THEIRS})) {_LAST},"
    f" {_ACT} Events {_LAST}"
)
"""What shows whether sales acted: the lead itself, and the newest of what was logged on it."""


def acted(row: Row | None, question: FollowUpQuestion) -> FollowUpSeen | None:
    """Return what sales did on a lead since the question's time; Salesforce's are whole seconds.

    What sales did on a lead before it was deleted counts, as long as the lead is to be seen.
    """
    if row is None:
        return None
    since = question.since.replace(microsecond=0)
    baseline = question.record.baseline
    logged = [act for name in ("Tasks", "Events") for act in (row[name] or {}).get("records", ())]
    changed = row[STATUS] != baseline.get(STATUS, row[STATUS])
    acts = [_when_and_who(act) for act in (*logged, *([row] if changed else []))]
    if STATUS_CHANGED_AT in baseline:
        acts.append((datetime.fromisoformat(baseline[STATUS_CHANGED_AT]), ""))
    if row["IsConverted"]:
        at, by = _when_and_who(row)
        acts.append((max(at, since), by))
    at, by = max(acts, default=(datetime.min.replace(tzinfo=UTC), ""))
    return FollowUpSeen(at=max(at, question.since), by=by) if at >= since else None


def status_baseline(status: str, changed_at: str, before: CrmRecord | None) -> dict[str, str]:
    """Return the status as it is now, and when sales is known to have changed it.

    With the status alone, what sales did between two interests would be forgotten.
    """
    known = before.baseline if before else {}
    moved = status != known.get(STATUS, status)
    at = changed_at if moved else known.get(STATUS_CHANGED_AT, "")
    return {STATUS: status, **({STATUS_CHANGED_AT: at} if at else {})}


def _when_and_who(row: Row) -> tuple[datetime, str]:
    by = (row["LastModifiedBy"] or {}).get("Name") or ""
    return datetime.fromisoformat(row["LastModifiedDate"]), by
