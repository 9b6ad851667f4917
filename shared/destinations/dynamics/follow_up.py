"""What counts as follow-up on a lead: a status that sales changed, or an activity of theirs.

Nothing here is ours: activities are asked for without those that the application user created, so
neither our notes nor a reminder of ours that is ticked off.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.destinations.dynamics.fields import FLAGGED
from shared.destinations.dynamics.owner import same_owner, shown_owner
from shared.destinations.http.owners import named_since
from shared.destinations.http.refused import REFUSED
from shared.domain.acts import Outcome
from shared.domain.delivery import OWNER, CrmRecord
from shared.ports.crm import FollowUpQuestion, FollowUpSeen, SeenAct

STATUS = ("statecode", "statuscode", "initialcommunication")
BASELINE_KEYS = frozenset({*STATUS, FLAGGED, REFUSED, OWNER})
UNTOUCHED = {"statecode": "0", "statuscode": "1"}
OPEN, CONTACTED = 0, "0"
"""Of ``statecode``, and of ``initialcommunication``, where 1 is "Not Contacted"."""
MASTER = "_masterid_value"
"""The lead that one was merged into, see
https://learn.microsoft.com/power-apps/developer/data-platform/webapi/merge-entity-using-web-api
"""
OUTCOMES: Mapping[object, Outcome] = {1: Outcome.QUALIFIED, 2: Outcome.NOT_QUALIFIED}
"""Of a closed lead, by its ``statecode``, see
https://learn.microsoft.com/dynamics365/developer/reference/entities/lead
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


def follow_up(
    question: FollowUpQuestion,
    lead: Mapping[str, Any] | None,
    activities: Iterable[Mapping[str, Any]],
) -> FollowUpSeen | None:
    """Return what sales did on a lead; None for one that was deleted.

    ``lead`` is the one that the record was merged into, if it was. All is told if only activities
    are: of the lead itself, the last change is seen alone.
    """
    if lead is None:
        return None
    theirs = (a for a in activities if a["_regardingobjectid_value"] == lead["leadid"])
    changed = _status_changed(question, lead)
    seen = [changed, *(_acted(question, one) for one in theirs)]
    owner = _owner(question.record, lead)
    return FollowUpSeen.of(filter(None, seen), all_told=changed is None, owner=owner)


def _owner(record: CrmRecord, lead: Mapping[str, Any]) -> str:
    """Return whom sales gave the record to; a lead that it was merged into has its own owner."""
    if str(lead["leadid"]).lower() != record.id.lower():
        return ""
    return named_since(record, shown_owner(lead), same=same_owner)


def _status_changed(question: FollowUpQuestion, lead: Mapping[str, Any]) -> SeenAct | None:
    """Return a follow-up if the lead is closed, or shows another status than at delivery."""
    now, before = status(lead), UNTOUCHED | question.record.baseline
    contacted = now.get("initialcommunication") == CONTACTED != before.get("initialcommunication")
    moved = contacted or any(now.get(name) != before[name] for name in UNTOUCHED)
    at = datetime.fromisoformat(lead["modifiedon"])
    if lead.get("statecode") != OPEN or (moved and at >= _second(question.since)):
        return SeenAct(
            at=max(at, question.since),
            by=str(lead.get(WHO) or ""),
            outcome=None if lead.get(MASTER) else OUTCOMES.get(lead.get("statecode")),
            closed=lead.get("statecode") != OPEN,
        )
    return None


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
