"""What a salesperson should know of a lead beside what the customer did. Pure.

The rules in force say it, and what people decided: whose lead it is, until when it must be
answered, whether it is qualified and why, and its labels.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from shared.domain.lead import Interest, Lead
from shared.domain.planning import owner_name, team_of, zone_of
from shared.domain.qualification import decision_of, qualification_of
from shared.domain.rules import Prerequisites, Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What only the rules know of where a lead stands.

    ``owner`` and ``team`` are what people call them, "" for nobody. Times are shown in ``zone``,
    the owner's. ``judged`` says that the rules or a person said whether the lead is qualified.
    """

    owner: str = ""
    team: str = ""
    zone: tzinfo = UTC
    judged: bool = False


def standing_of(rules: Rules, lead: Lead) -> Standing | None:
    """Return where a lead stands; None where there is no ``routing.toml``."""
    if not rules.from_file:
        return None
    team = team_of(rules, lead)
    return Standing(
        owner=owner_name(rules, lead),
        team=team.name if team else "",
        zone=zone_of(rules, lead),
        judged=rules.prerequisites != Prerequisites() or decision_of(lead.acts) is not None,
    )


def due_of(lead: Lead, interest: Interest) -> datetime | None:
    """Return until when an interest must be answered, None if the lead awaits no answer."""
    due_at = lead.dues.get(interest.submission.submission_id)
    return due_at if lead.follow_up.awaited else None


def rule_name(lead: Lead, interest: Interest) -> str:
    """Return the rule that an interest fell under, "" if none was stored."""
    return lead.rules.get(interest.submission.submission_id, "")


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
