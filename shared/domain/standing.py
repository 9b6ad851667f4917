"""What a salesperson should know of a lead beside what the customer did. Pure.

The rules in force say it, and what people decided: whose lead it is, until when it must be
answered, whether it is qualified and why, and its labels.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from shared.domain.lead import Interest, Lead
from shared.domain.planning import owner_name, team_of, zone_of
from shared.domain.priority import Priority
from shared.domain.qualification import Qualification, decision_of, qualification_of
from shared.domain.rules import Prerequisites, Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a lead stands when one of its interests is told; "" and None are left untold.

    ``owner`` and ``team`` are what people call them. ``due_at`` is shown in ``zone``, the owner's.
    ``qualification`` is None where the rules name no prerequisites and nobody has decided.
    """

    rule: str = ""
    owner: str = ""
    team: str = ""
    due_at: datetime | None = None
    zone: tzinfo = UTC
    qualification: Qualification | None = None
    priority: Priority = Priority.NORMAL
    tags: tuple[str, ...] = ()


def standing_of(rules: Rules, lead: Lead, interest: Interest | None) -> Standing | None:
    """Return where a lead stands with an interest; None where there is no ``routing.toml``."""
    if not rules.from_file:
        return None
    told = interest.submission.submission_id if interest else ""
    team = team_of(rules, lead)
    judged = rules.prerequisites != Prerequisites() or decision_of(lead.acts) is not None
    return Standing(
        rule=lead.rules.get(told, ""),
        owner=owner_name(rules, lead),
        team=team.name if team else "",
        due_at=lead.dues.get(told) if lead.follow_up.awaited else None,
        zone=zone_of(rules, lead),
        qualification=qualification_of(lead) if judged else None,
        priority=lead.priority,
        tags=lead.tags,
    )


def standing_fields(lead: Lead) -> dict[str, Any]:
    """Return where a lead stands, by the names that it has in every JSON."""
    found = qualification_of(lead)
    return {
        "owner": lead.owner,
        "team": lead.team,
        "priority": lead.priority.value,
        "tags": lead.tags,
        "qualified": found.qualified,
        "unqualified_because": found.reasons,
        "qualification_by": found.by,
        "qualification_note": found.note,
        "follow_up_due_at": lead.follow_up.due_at,
    }
