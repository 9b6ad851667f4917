"""What counts as follow-up on a lead: a status that sales changed, or an activity of theirs.

Nothing here is ours: activities are asked for without those that the application user created, so
neither our notes nor a reminder of ours that is ticked off.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.destinations.dynamics.fields import FLAGGED
from shared.destinations.dynamics.outcomes import BY_STATE
from shared.destinations.dynamics.owner import same_owner, shown_owner
from shared.destinations.http.owners import named_since
from shared.destinations.http.refused import REFUSED
from shared.destinations.http.statuses import last_change, remembered_change, time_shown
from shared.domain.acts import Outcome
from shared.domain.delivery import OWNER, CrmRecord
from shared.ports.crm import FollowUpQuestion, FollowUpSeen, SeenAct

STATUS = ("statecode", "statuscode", "initialcommunication")
STATUS_CHANGED_AT = "status_changed_at"
"""In the baseline: when sales is known to have changed the status."""

CREATED = "createdon"
"""Also in the baseline: one that is re-created has the key of the one that was deleted."""

BASELINE_KEYS = frozenset({*STATUS, STATUS_CHANGED_AT, CREATED, FLAGGED, REFUSED, OWNER})
UNTOUCHED = {"statecode": "0", "statuscode": "1"}
OPEN, CONTACTED = 0, "0"
"""Of ``statecode``, and of ``initialcommunication``, where 1 is "Not Contacted"."""
MASTER = "_masterid_value"
"""The lead that one was merged into, see
https://learn.microsoft.com/power-apps/developer/data-platform/webapi/merge-entity-using-web-api
"""

ACTIVITY = (
    *("activitytypecode", "statuscode", "actualend", "modifiedon"),
    *("_modifiedby_value", "_regardingobjectid_value"),
)
RECEIVED_EMAIL = ("email", 4)
"""Type and status of an activity that is completed, but the customer's doing."""

WHO = "_modifiedby_value@OData.Community.Display.V1.FormattedValue"


def status(row: Mapping[str, Any]) -> dict[str, str]:
    """Return what follow-ups are seen by."""
    return {name: str(row[name]) for name in STATUS if row.get(name) is not None}


def first_baseline(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the status as it is now, and when the lead was created."""
    created = row.get(CREATED)
    return status(row) | ({CREATED: str(created)} if created else {})


def is_another(row: Mapping[str, Any], known: Mapping[str, str]) -> bool:
    """Tell whether a lead was created later than the one that a baseline is of."""
    shown, before = str(row.get(CREATED) or ""), known.get(CREATED, "")
    return bool(shown and before) and shown != before


def status_baseline(row: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, str]:
    """Return the status as it is now, and when sales is known to have changed it."""
    moved_at = time_shown(str(row.get("modifiedon"))) if _moved(row, known) else None
    at = last_change(known, STATUS_CHANGED_AT, moved_at)
    return first_baseline(row) | remembered_change(STATUS_CHANGED_AT, at)


type OutcomeOf = Callable[[str], Outcome | None]


def follow_up(
    question: FollowUpQuestion,
    lead: Mapping[str, Any] | None,
    activities: Iterable[Mapping[str, Any]],
    outcome_of: OutcomeOf,
) -> FollowUpSeen | None:
    """Return what sales did on a lead; None for one that was deleted.

    ``lead`` is the one that the record was merged into, if it was. All is told if only activities
    are: of the lead itself, the last change is seen alone.
    """
    if lead is None:
        return None
    theirs = (a for a in activities if a["_regardingobjectid_value"] == lead["leadid"])
    changed = _status_changed(question, lead, outcome_of)
    earlier = _changed_before(question, outcome_of)
    seen = [changed, earlier, *(_acted(question, one) for one in theirs)]
    owner = _owner(question.record, lead)
    all_told = changed is None and earlier is None
    return FollowUpSeen.of(filter(None, seen), all_told=all_told, owner=owner)


def _owner(record: CrmRecord, lead: Mapping[str, Any]) -> str:
    """Return whom sales gave the record to; a lead that it was merged into has its own owner."""
    if str(lead["leadid"]).lower() != record.id.lower():
        return ""
    return named_since(record, shown_owner(lead), same=same_owner)


def _moved(lead: Mapping[str, Any], known: Mapping[str, str]) -> bool:
    """Tell whether a lead shows another status than a baseline, or than a new lead."""
    now, before = status(lead), {**UNTOUCHED, **known}
    contacted = now.get("initialcommunication") == CONTACTED != before.get("initialcommunication")
    return contacted or any(now.get(name) != before[name] for name in UNTOUCHED)


def _status_changed(
    question: FollowUpQuestion, lead: Mapping[str, Any], outcome_of: OutcomeOf
) -> SeenAct | None:
    """Return a follow-up if the lead is closed, or shows another status than at delivery."""
    moved, closed = _moved(lead, question.record.baseline), lead.get("statecode") != OPEN
    at = datetime.fromisoformat(lead["modifiedon"])
    if closed or (moved and at >= _second(question.since)):
        outcome = outcome_of(str(lead.get("statuscode"))) or BY_STATE.get(lead.get("statecode"))
        return SeenAct(
            at=max(at, question.since),
            by=str(lead.get(WHO) or ""),
            outcome=None if lead.get(MASTER) else outcome,
            closed=closed,
        )
    return None


def _changed_before(question: FollowUpQuestion, outcome_of: OutcomeOf) -> SeenAct | None:
    """Return a follow-up if sales had changed the status before we delivered once more."""
    baseline = question.record.baseline
    at = last_change(baseline, STATUS_CHANGED_AT, None)
    if at is None or at <= _second(question.since):
        return None  # one at that very second has been seen before, and with who it was
    outcome = outcome_of(baseline.get("statuscode", ""))
    return SeenAct(at=max(at, question.since), outcome=outcome)


def _acted(question: FollowUpQuestion, activity: Mapping[str, Any]) -> SeenAct | None:
    """Return a follow-up if sales completed an activity in time.

    ``actualend`` of a task may be a day only, so it counts if it is of the day or later.
    """
    since, changed_at = question.since, datetime.fromisoformat(activity["modifiedon"])
    ended_at = datetime.fromisoformat(activity.get("actualend") or activity["modifiedon"])
    received = (activity.get("activitytypecode"), activity.get("statuscode")) == RECEIVED_EMAIL
    if received or changed_at < _second(since) or ended_at < since - timedelta(days=1):
        return None
    at = max(min(ended_at, changed_at), since)
    return SeenAct(at=at, by=str(activity.get(WHO) or ""))


def _second(at: datetime) -> datetime:
    """Return the second that a time is in: Dataverse tells no parts of seconds."""
    return at.replace(microsecond=0)


def odata_time(at: datetime) -> str:
    """Return a time as queries and rows have it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
