"""What counts as follow-up: another status, conversion, completed tasks and meetings of sales.

Our own tasks move ``LastActivityDate``, so that is no sign of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from shared.destinations.http.owners import named_since
from shared.destinations.http.statuses import last_change, remembered_change, time_shown
from shared.destinations.salesforce.rows import Row, same_id
from shared.destinations.salesforce.tasks import OURS
from shared.domain.acts import Outcome
from shared.domain.delivery import CrmRecord
from shared.ports.crm import FollowUpQuestion, FollowUpSeen, SeenAct

STATUS = "Status"
STATUS_CHANGED_AT = "StatusChangedAt"
"""In the baseline: the status when we delivered; when sales is known to have changed it."""

MOST_ACTS = 50
"""Of a kind, on a lead: so many are told, the newest."""

_LAST = f"ORDER BY LastModifiedDate DESC LIMIT {MOST_ACTS})"
_ACT = "(SELECT LastModifiedDate, LastModifiedBy.Name FROM"
_THEIRS = " AND ".join(f"(NOT Subject LIKE '{begins}%')" for begins in OURS)
ACTS = (
    "Id, IsDeleted, MasterRecordId, IsConverted, OwnerId, Status, LastModifiedDate,"
    " LastModifiedBy.Name,"
    f" {_ACT} Tasks WHERE IsClosed = TRUE AND (Subject = NULL OR ({_THEIRS})) {_LAST},"
    f" {_ACT} Events {_LAST}"
)
"""What shows whether sales acted: the lead itself, and what was logged on it."""


type OutcomeOf = Callable[[str], Outcome | None]


def acted(
    row: Row | None, question: FollowUpQuestion, outcome_of: OutcomeOf
) -> FollowUpSeen | None:
    """Return what sales did on a lead since the question's time; Salesforce's are whole seconds.

    What sales did on a lead before it was deleted counts, as long as the lead is to be seen. All is
    told if only tasks and meetings are: of the lead itself, the last change is seen alone.
    """
    if row is None:
        return None
    kinds = [row[name] or {"records": []} for name in ("Tasks", "Events")]
    logged = [kind["records"] for kind in kinds]
    whole = all(kind.get("done", True) and len(kind["records"]) < MOST_ACTS for kind in kinds)
    since = question.since.replace(microsecond=0)
    of_the_lead = [*_of_the_lead(row, question, outcome_of)]
    acts = [*(_act(one) for some in logged for one in some), *of_the_lead]
    return FollowUpSeen.of(
        (replace(act, at=max(act.at, question.since)) for act in acts if act.at >= since),
        all_told=whole and not of_the_lead,
        owner=_owner(question.record, row),
    )


def _owner(record: CrmRecord, row: Row) -> str:
    """Return whom sales gave the record to; a lead that it was merged into has its own owner."""
    if not same_id(row["Id"], record.id):
        return ""
    return named_since(record, row.get("OwnerId") or "", same=same_id)


def _of_the_lead(row: Row, question: FollowUpQuestion, outcome_of: OutcomeOf) -> Iterator[SeenAct]:
    """Give what the lead itself tells: that it is converted, or has another status."""
    baseline, outcome = question.record.baseline, outcome_of(row[STATUS] or "")
    if row["IsConverted"]:
        last = _act(row)
        at = max(last.at, question.since)
        yield replace(last, at=at, outcome=outcome or Outcome.QUALIFIED, closed=True)
    elif row[STATUS] != baseline.get(STATUS, row[STATUS]):
        yield replace(_act(row), outcome=outcome)
    before = last_change(baseline, STATUS_CHANGED_AT, None)
    if before is not None and before > question.since.replace(microsecond=0):
        # One at that very second has been seen before, and with who it was.
        yield SeenAct(at=before, outcome=outcome_of(baseline.get(STATUS, "")))


def status_baseline(status: str, changed_at: str, before: CrmRecord | None) -> dict[str, str]:
    """Return the status as it is now, and when sales is known to have changed it."""
    known = before.baseline if before else {}
    moved_at = time_shown(changed_at) if status != known.get(STATUS, status) else None
    at = last_change(known, STATUS_CHANGED_AT, moved_at)
    return {STATUS: status, **remembered_change(STATUS_CHANGED_AT, at)}


def _act(row: Row) -> SeenAct:
    by = (row["LastModifiedBy"] or {}).get("Name") or ""
    return SeenAct(at=datetime.fromisoformat(row["LastModifiedDate"]), by=by)
