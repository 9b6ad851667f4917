"""What ``--json`` prints of one lead with all that is known of it; likewise described there.

Fields are only ever added.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from shared.domain.acts import Act
from shared.domain.delivery import Delivery
from shared.domain.follow_up import FollowUp
from shared.domain.lead import Interest, Lead, did
from shared.domain.planning import owner_of, policy_of, team_of
from shared.domain.retired import InUse
from shared.domain.rules import Rules, rules_without_file
from shared.operations.explaining_clock import NextView, next_steps
from shared.operations.lead_views import (
    DestinationView,
    LeadView,
    by_name,
    fields_of,
)
from shared.operations.ownership_views import ActView, EventView, NoticeView, act_views
from shared.operations.views import View
from shared.ports.leads import EventKind, StoredLead
from shared.ports.reading import RecordedEvent


class SubmissionView(View):
    """One submission as it was recorded; ``repeat_of`` names the one that it repeats."""

    submission_id: str
    received_at: datetime
    lead_source: str
    source: str
    action: str
    publisher: str
    offer: str
    offer_title: str
    description: str
    contact: dict[str, str]
    warnings: Sequence[str]
    version: int
    repeat_of: str

    @classmethod
    def of(cls, interest: Interest) -> Self:
        """Return the view of a recorded submission."""
        submission = interest.submission
        return cls(
            submission_id=submission.submission_id,
            received_at=submission.received_at,
            lead_source=submission.lead_source,
            **did(submission),
            description=submission.description,
            contact=submission.contact.given(),
            warnings=submission.warnings,
            version=interest.version,
            repeat_of=interest.repeat_of,
        )


class DeliveryView(DestinationView):
    """Where a lead stands with one destination, with all that is known."""

    delivered_version: int
    delivered_at: datetime | None
    parked_at: datetime | None
    parked_reason: str
    failing_since: datetime | None
    attempts: int
    next_attempt_at: datetime | None
    last_error: str
    uncertain: bool

    @classmethod
    def of(cls, delivery: Delivery, version: int, in_use: InUse) -> Self:
        """Return the view of a delivery."""
        names = set(cls.model_fields) - set(DestinationView.model_fields)
        short = DestinationView.of(delivery, version, in_use)
        return cls(**dict(short), **{name: getattr(delivery, name) for name in names})


class LeadDetails(LeadView):
    """One customer with all that is known."""

    follow_up_note: str
    owner_name: str
    team_name: str
    rule: str
    next: Sequence[NextView]
    acts: Sequence[ActView]
    notices: Sequence[NoticeView]
    deliveries: Sequence[DeliveryView]
    history: Sequence[SubmissionView]
    events: Sequence[EventView]

    @classmethod
    def with_history(
        cls,
        stored: StoredLead,
        history: Sequence[Interest],
        events: Sequence[RecordedEvent],
        in_use: InUse,
        acts: Sequence[Act] = (),
        rules: Rules | None = None,
    ) -> Self:
        """Return the view of a lead with its rows; ``rules`` are those in force."""
        lead, version = stored.lead, stored.lead.version
        known = rules or rules_without_file()
        owner, team = owner_of(known, lead), team_of(known, lead)
        return cls(
            **fields_of(stored, in_use),
            follow_up_note=_note(stored.lead.follow_up, events),
            owner_name=owner.name if owner else "",
            team_name=team.name if team and lead.team else "",
            rule=_recorded_rule(lead),
            next=next_steps(lead, lead.follow_up.due_at, team, policy_of(known, lead)),
            acts=act_views(acts),
            notices=[NoticeView.of(stored.notices[name]) for name in sorted(stored.notices)],
            deliveries=[DeliveryView.of(d, version, in_use) for d in by_name(stored)],
            history=[SubmissionView.of(interest) for interest in history],
            events=[EventView.of(event) for event in events],
        )


def _recorded_rule(lead: Lead) -> str:
    """Return the rule under which the newest interest was recorded, "" if none was stored."""
    newest = max(lead.interests, key=lambda interest: interest.first, default=None)
    return lead.rules.get(newest.first.submission_id, "") if newest else ""


def _note(clock: FollowUp, events: Sequence[RecordedEvent]) -> str:
    """Return what was noted with the last follow-up: in the audit trail, after who and outcome."""
    told = next((e.detail for e in reversed(events) if e.kind == EventKind.FOLLOWED_UP), "")
    known = "; ".join(part for part in (clock.done_by, clock.outcome) if part)
    return told.removeprefix(known).removeprefix("; ") if told.startswith(known) else ""
